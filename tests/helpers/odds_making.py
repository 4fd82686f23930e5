"""Region odds by one fact alone: what tests of all that reads them are made with."""

from __future__ import annotations

from scanai.inspect.evidence.region_facts import EARLIER_FACTS
from scanai.inspect.region_odds import RegionOdds


def odds_by_excess(least: float = 30.0) -> RegionOdds:
    """ln odds 2 where the excess is above `least` g/cm², else −3."""
    return RegionOdds(
        facts=EARLIER_FACTS,
        first=(0,),
        fact=(EARLIER_FACTS.index("excess"),),
        most=(least,),
        lower=(-1,),
        upper=(-2,),
        leaves=(-3.0, 2.0),
        scans=1,
        seeds=(5,),
    )
