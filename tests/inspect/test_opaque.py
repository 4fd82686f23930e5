from __future__ import annotations

import numpy as np
import pytest

from scanai.inspect.evidence.opaque import densest_load, opaque_findings
from scanai.manifest.goods_groups import group_named

BLOCK = np.s_[80:112, 80:144]
"""On whole cells: 32 × 64 pixels of 20 mm, 0.82 m² at the centre plane."""


def test_reports_where_the_beam_does_not_get_through(kit, context_of) -> None:
    context = context_of(kit.walls, ("lead", BLOCK, 400.0))
    findings, area = opaque_findings(context, ())
    assert [finding.region for finding in findings] == [(80, 80, 144, 112)]
    assert area == pytest.approx(32 * 64 * 4.0, rel=0.01)
    assert findings[0].score > 0.9
    least = findings[0].evidence[1]
    assert least.low == least.value
    assert least.high is None
    assert least.low < 190  # uranium up to the noise floor; steel would be 240
    assert findings[0].sentence.startswith("The beam does not get through 0.82 m² at 1.9 m from")


def test_regions_below_the_threshold_are_measured_but_not_reported(kit, context_of) -> None:
    context = context_of(kit.walls, ("lead", BLOCK, 400.0), opaque_area=1e5)
    findings, area = opaque_findings(context, ())
    assert findings == []
    assert area > 8000


def test_a_dense_load_that_the_beam_passes_is_not_opaque(kit, context_of) -> None:
    assert opaque_findings(context_of(kit.walls, ("steel", BLOCK, 120.0)), ()) == ([], 0.0)


def test_larger_regions_come_first(kit, context_of) -> None:
    context = context_of(
        kit.walls, ("lead", np.s_[80:96, 40:56], 400.0), ("lead", np.s_[80:112, 80:144], 400.0)
    )
    findings, _ = opaque_findings(context, ())
    assert [finding.region for finding in findings] == [(80, 80, 144, 112), (40, 80, 56, 96)]


def test_what_declared_goods_cannot_explain_weighs_more(kit, context_of) -> None:
    context = context_of(kit.walls, ("lead", BLOCK, 400.0))
    garments, steel = group_named("garments_textiles"), group_named("iron_steel")
    (light,), of_light = opaque_findings(context, (garments,))
    _, plain = opaque_findings(context, ())
    _, of_steel = opaque_findings(context, (garments, steel))
    assert of_steel < plain < of_light
    assert light.sentence.endswith("and the declared goods could give 105 g/cm² at most.")


def test_the_densest_declared_goods_set_what_can_be_explained() -> None:
    paper, steel = group_named("paper"), group_named("iron_steel")
    assert densest_load((paper, steel)) == pytest.approx(steel.density[1] / 1000 * 233)
    assert densest_load(()) is None
