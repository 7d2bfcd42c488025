"""Offers of the region: their records, the index that finds them, and how they are shown.

index = OfferIndex.open(data_dir, cache_dir)
result = index.search(Query(kind="housing", place="stendal", filters={"rooms": 3, "price_max": 600}))
names = Names.load(data_dir)
cards = [present(hit.offer, "uk", names, distance_km=hit.distance_km) for hit in result.hits]
"""

from bot.knowledge.care import CareRules, Finding, check, offers_to_care_for
from bot.knowledge.index import OfferIndex
from bot.knowledge.names import Names
from bot.knowledge.offers import Offer, load_offers
from bot.knowledge.present import present
from bot.knowledge.query import Hit, Query, QueryError, Result
from bot.knowledge.schema import FILTERS, KINDS

__all__ = [
    "FILTERS", "KINDS", "CareRules", "Finding", "Hit", "Names", "Offer", "OfferIndex", "Query", "QueryError", "Result",
    "check", "load_offers", "offers_to_care_for", "present",
]  # fmt: skip
