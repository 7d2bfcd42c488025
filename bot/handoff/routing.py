"""Which team a case goes to."""

from __future__ import annotations

from bot.region import Region


def team_for(region: Region, topic: str, language: str, place: str | None = None) -> str:
    """Id of the team for a topic, the region's fallback if none has it.

    Of the teams with the topic, those that are there for the place come before those for the whole region, and
    a team for other places alone is left out; then one that speaks the language comes first.
    """
    fitting = [
        team for team in region.teams.values() if topic in team.topics and (not team.places or place in team.places)
    ]
    best = max(fitting, key=lambda team: (bool(team.places), language in team.languages), default=None)
    return best.id if best is not None else region.fallback_team
