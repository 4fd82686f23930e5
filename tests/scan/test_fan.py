"""Rows to rays: flat arrays, L-shaped arrays, and views from above and below."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanai.scan.fan import fan, position_m
from scanai.scan.profile import Geometry

SIDE = Geometry(
    source_to_centre_m=6.0, source_to_detector_m=9.0, source_height_m=0.8, view_bottom_m=-0.2
)
ABOVE = Geometry(
    source_to_centre_m=5.0,
    source_to_detector_m=7.5,
    source_height_m=6.4,
    view_bottom_m=-1.8,
    view="above",
)
L_SHAPED = msgspec.structs.replace(SIDE, arm_height_m=4.0)
PITCH = 0.005


def detectors(geometry: Geometry, rows: int) -> np.ndarray:
    """(H, 2) where each ray of a side view meets the array, (y, z)."""
    rays = fan(geometry, rows, PITCH)
    to_arm = geometry.source_to_detector_m / rays.direction_yz[:, 0]
    if geometry.arm_height_m is not None:
        rise = geometry.arm_height_m - geometry.source_height_m
        climb = np.maximum(rays.direction_yz[:, 1], 1e-9)
        to_arm = np.minimum(to_arm, rise / climb)
    return rays.source_yz + to_arm[:, None] * rays.direction_yz


def test_flat_array_has_equal_pixels_in_the_centre_plane():
    rays = fan(SIDE, 640, PITCH)
    np.testing.assert_allclose(rays.position_m, -0.2 + (639.5 - np.arange(640)) * PITCH)
    cosine = rays.direction_yz[:, 0]
    np.testing.assert_allclose(rays.width_m, PITCH * cosine)
    np.testing.assert_allclose(np.diff(detectors(SIDE, 640)[:, 1]), -PITCH * 1.5)


def test_l_shaped_array_is_a_flat_one_bent_at_its_corner():
    rows = 760
    places = detectors(L_SHAPED, rows)
    upper = np.isclose(places[:, 1], 4.0)
    right = np.isclose(places[:, 0], 3.0)
    assert upper[0]
    assert right[-1]
    assert np.all(upper | right)
    np.testing.assert_allclose(np.diff(places[right, 1]), -PITCH * 1.5, rtol=1e-6)
    np.testing.assert_allclose(np.diff(places[upper, 0]), PITCH * 1.5, rtol=1e-6)
    corner = np.flatnonzero(right)[0]
    step = np.abs(places[corner] - places[corner - 1]).sum()
    assert step == pytest.approx(PITCH * 1.5)
    flat = fan(SIDE, rows, PITCH)
    np.testing.assert_array_equal(
        fan(L_SHAPED, rows, PITCH).direction_yz[right], flat.direction_yz[right]
    )


@pytest.mark.parametrize("view", ["above", "below"])
def test_source_above_or_below_spreads_rows_over_the_width(view):
    height = 6.4 if view == "above" else -2.0
    geometry = msgspec.structs.replace(ABOVE, view=view, source_height_m=height)
    rays = fan(geometry, 720, PITCH)
    assert rays.position_m[0] == pytest.approx(1.7975)
    assert rays.position_m[-1] == pytest.approx(-1.7975)
    towards = -1 if view == "above" else 1
    assert np.all(np.sign(rays.direction_yz[:, 1]) == towards)
    # 5 m from the focal spot each ray is where its position says
    reached = rays.source_yz + rays.direction_yz * (5.0 / abs(rays.direction_yz[:, 1]))[:, None]
    np.testing.assert_allclose(reached[:, 0], rays.position_m, atol=1e-9)


@given(
    rows=st.integers(2, 700),
    geometry=st.sampled_from([SIDE, L_SHAPED, ABOVE]),
)
def test_widths_add_up_to_the_angle_that_the_picture_spans(rows, geometry):
    rays = fan(geometry, rows, PITCH)
    assert np.all(np.diff(rays.slope) < 0)
    np.testing.assert_allclose(np.linalg.norm(rays.direction_yz, axis=1), 1)
    edges = position_m(geometry, (rows - np.arange(rows + 1)) * PITCH)
    origin = 0.0 if geometry.view == "above" else geometry.source_height_m
    angles = np.arctan2(edges - origin, geometry.source_to_centre_m)
    away = np.hypot(rays.position_m - origin, geometry.source_to_centre_m)
    # a row that lies across the corner is bent itself
    straight = np.ones(rows, bool)
    if geometry.arm_height_m is not None:
        straight = np.abs(detectors(geometry, rows) - (3.0, 4.0)).sum(axis=1) > PITCH
    np.testing.assert_allclose(
        rays.width_m[straight], (-np.diff(angles) * away)[straight], rtol=1e-4
    )
