"""Which team a case goes to."""

from __future__ import annotations

from bot.region import Region


def team_for(region: Region, topic: str, language: str) -> str:
    """Id of the team for a topic: one that speaks the language if there is one, the region's fallback otherwise."""
    fitting = [team for team in region.teams.values() if topic in team.topics]
    speaking = [team for team in fitting if language in team.languages]
    return next((team.id for team in [*speaking, *fitting]), region.fallback_team)
