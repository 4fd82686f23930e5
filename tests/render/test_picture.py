from __future__ import annotations

import io

import msgspec
import numpy as np
import pytest
from PIL import Image

from scanai.inspect.report import Finding, Report
from scanai.render.picture import annotate, png_bytes
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
