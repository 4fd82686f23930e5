from __future__ import annotations

from dataclasses import replace

import msgspec
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
        "10 % of the picture was filled in rather than measured "
        "(16 dead detector rows, 0 missing columns)"
    )


def test_a_single_dead_row_is_left_to_the_quality_record(kit, point) -> None:
    scan = kit.make_scan(kit.walls)
    valid = scan.valid.copy()
    valid[40] = False
    assert quality_findings(replace(scan, valid=valid), point) == []


def test_a_picture_of_other_rows_than_its_scanner_has_is_to_be_looked_at(kit, point) -> None:
    scan = kit.make_scan(kit.walls)
    other = msgspec.structs.replace(scan.profile, rows=scan.profile.rows + 1)
    (finding,) = quality_findings(replace(scan, profile=other), point)
    assert finding.kind == "image_quality"
    assert finding.sentence.startswith("The picture has 160 rows and the scanner coarse has 161:")


def test_a_doubtful_open_beam_puts_everything_in_doubt(kit, point) -> None:
    scan = replace(kit.make_scan(kit.walls), quality=ImageQuality(open_beam_doubtful=True))
    (finding,) = quality_findings(scan, point)
    assert finding.kind == "image_quality"
    assert "perhaps where there is no open air" in finding.sentence


@pytest.mark.parametrize(("width_mm", "told"), [(20, False), (60, True)])
def test_a_gap_as_wide_as_a_small_source_is_told(kit, point, width_mm, told) -> None:
    scan = kit.make_scan(kit.walls)
    columns = tuple(range(7, 7 + round(width_mm / scan.pitch_mm[0])))
    findings = quality_findings(
        replace(scan, quality=ImageQuality(missing_columns=(columns,))), point
    )
    assert ["were not measured" in finding.sentence for finding in findings] == [True] * told
