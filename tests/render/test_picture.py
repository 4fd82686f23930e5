from __future__ import annotations

import io

import msgspec
import numpy as np
import pytest
from PIL import Image

from scanai.inspect.report import Finding, Report
from scanai.render.picture import annotate, png_bytes, ruler_ticks
from scanai.render.pseudo_colour import pseudo_colour
from scanai.scan.model import Scan


def placed(sheet: Image.Image, picture: np.ndarray) -> np.ndarray:
    """The part of the sheet under its heading that holds the scan."""
    array = np.asarray(sheet)
    tops = [
        top
        for top in range(array.shape[0] - picture.shape[0])
        if (array[top : top + picture.shape[0], :5] == picture[:, :5]).all()
    ]
    assert len(tops) == 1
    return array[tops[0] : tops[0] + picture.shape[0]]


def ruler_columns(sheet: np.ndarray) -> np.ndarray:
    """Columns that hold a tick, in the first row where there are ticks and nothing else."""
    quiet = (sheet == (96, 106, 118)).all(axis=2)
    blank = (sheet == 255).all(axis=2) | quiet
    row = np.flatnonzero(blank.all(axis=1) & quiet.any(axis=1))[0]
    return np.flatnonzero(quiet[row])


def test_boxes_are_drawn_around_the_region_and_hide_nothing_inside(
    scan: Scan, report: Report
) -> None:
    picture = pseudo_colour(scan)
    x0, y0, x1, y1 = report.findings[0].region or (0, 0, 0, 0)
    part = placed(annotate(picture, report), picture)
    assert (part[y0, x0:x1] == 255).all()
    inner = np.s_[y0 + 8 : y1 - 8, x0 + 8 : x1 - 8]
    np.testing.assert_array_equal(part[inner], picture[inner])


def test_unconfirmed_box_is_dashed(scan: Scan, report: Report) -> None:
    part = placed(annotate(pseudo_colour(scan), report), pseudo_colour(scan))
    x0, _, x1, y1 = report.findings[1].region or (0, 0, 0, 0)
    edge = (part[y1 - 1, x0:x1] == 255).all(axis=1)
    assert 0.3 < edge.mean() < 0.8


@pytest.mark.parametrize(
    "region", [(0, 0, 1200, 320), (0, 0, 1, 1), (1199, 319, 1200, 320), (5, 300, 7, 320)]
)
def test_boxes_at_every_edge_are_drawn(
    scan: Scan, report: Report, region: tuple[int, int, int, int]
) -> None:
    finding = Finding(kind="unknown_anomaly", score=0.5, region=region, sentence="Here.")
    crowd = msgspec.structs.replace(report, findings=(finding,) * 40)
    picture = pseudo_colour(scan)
    assert annotate(picture, crowd).width == picture.shape[1]


def test_labels_of_touching_boxes_hide_neither_each_other_nor_a_box(
    scan: Scan, report: Report
) -> None:
    boxes = ((400, 150, 440, 190), (440, 150, 480, 190), (480, 150, 520, 190), (400, 190, 480, 230))
    findings = tuple(
        Finding(kind="dense_block", score=0.5, region=box, sentence="Here.") for box in boxes
    )
    picture = pseudo_colour(scan)
    crowd = msgspec.structs.replace(report, findings=findings)
    part = placed(annotate(picture, crowd), picture)
    for x0, y0, x1, y1 in boxes:
        inner = np.s_[y0 + 6 : y1 - 6, x0 + 6 : x1 - 6]
        np.testing.assert_array_equal(part[inner], picture[inner])
    alone = [
        placed(annotate(picture, msgspec.structs.replace(report, findings=(one,))), picture)
        for one in findings
    ]
    changed = (part != picture).any(axis=2).sum()
    # All labels are there in full; only strokes of boxes that touch are counted twice.
    assert changed > 0.9 * sum((one != picture).any(axis=2).sum() for one in alone)


@pytest.mark.parametrize(
    ("unit_left", "width", "factor"), [(0, 1200, 1), (96, 1200, 1), (8, 400, 3)]
)
def test_ruler_starts_where_the_unit_does(
    report: Report, unit_left: int, width: int, factor: int
) -> None:
    blank = np.zeros((200, width, 3), dtype=np.uint8)
    box = (unit_left, 0, width, 200)
    placed = msgspec.structs.replace(report, findings=(), unit_box=box)
    sheet = np.asarray(annotate(blank, placed))
    assert ruler_columns(sheet)[0] in range(unit_left * factor, unit_left * factor + 2)


def test_ruler_counts_metres_from_the_unit() -> None:
    assert ruler_ticks(0.005, 40, 500, least_gap=60) == [
        (0.0, 40), (0.5, 140), (1.0, 240), (1.5, 340), (2.0, 440),
    ]  # fmt: skip


def test_narrow_picture_is_enlarged_by_a_whole_factor(report: Report) -> None:
    narrow = np.full((50, 300, 3), 128, dtype=np.uint8)
    small = msgspec.structs.replace(report, shape=(2, 50, 300), findings=())
    assert annotate(narrow, small).width == 1200


def test_display_picture_without_pitch_is_drawn(report: Report) -> None:
    display = msgspec.structs.replace(
        report, quantity="display", pitch_mm=(0.0, 0.0), energies_mv=(), scanner=None
    )
    assert annotate(np.zeros((320, 1200, 3), dtype=np.uint8), display).height > 320


def test_png_is_lossless() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    again = Image.open(io.BytesIO(png_bytes(Image.fromarray(pixels))))
    np.testing.assert_array_equal(np.asarray(again), pixels)
