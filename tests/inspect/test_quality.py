from __future__ import annotations

from dataclasses import replace

import pytest

from scanai.inspect.evidence.quality import quality_findings
from scanai.scan.model import ImageQuality


@pytest.fixture
def point(kit, graph):
    return kit.tiny_metadata(graph).operating_point("coarse")


def test_a_good_picture_has_no_finding(kit, point) -> None:
    assert quality_findings(kit.make_scan(kit.walls), point) == []


def test_a_display_picture_says_what_is_not_available(kit, point) -> None:
    (finding,) = quality_findings(kit.display_scan(), point)
    assert finding.kind == "image_quality"
    assert "mass, material and goods are not available" in finding.sentence


def test_too_much_filled_in_is_said_with_its_share(kit, point) -> None:
    scan = kit.make_scan(kit.walls)
    valid = scan.valid.copy()
    valid[:16] = False
    quality = ImageQuality(dead_rows=(tuple(range(16)), ()))
    (finding,) = quality_findings(replace(scan, valid=valid, quality=quality), point)
    assert finding.sentence.startswith(
        "10 % of the picture was filled in rather than measured (16 dead detector rows)"
    )


def test_a_single_dead_row_is_left_to_the_quality_record(kit, point) -> None:
    scan = kit.make_scan(kit.walls)
    valid = scan.valid.copy()
    valid[40] = False
    assert quality_findings(replace(scan, valid=valid), point) == []
