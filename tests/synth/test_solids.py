"""Chords of every solid against numeric ray marching, volumes against points drawn at random.

`_inside` says from coordinates alone whether a point lies in a solid; it shares no code with
`scanai.synth.solids`.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanai.synth.solids import (
    Box,
    Corrugated,
    Cylinder,
    Ellipsoid,
    EllipticCylinder,
    Heap,
    Prism,
    Solid,
    TiltedBox,
    Torus,
    Vessel,
)

SOURCE = np.array([-4.0, 1.2], np.float32)
STEPS = 4000
NEAR, FAR = 2.0, 6.5

axes = st.sampled_from(["x", "y", "z"])
places = st.floats(-0.3, 0.3)
centres = st.tuples(places, places, places.map(lambda z: z + 1.2))
sizes = st.floats(0.1, 1.0)


@st.composite
def corners(draw):
    centre, size = draw(centres), draw(st.tuples(sizes, sizes, sizes))
    lo = tuple(c - s / 2 for c, s in zip(centre, size, strict=True))
    hi = tuple(c + s / 2 for c, s in zip(centre, size, strict=True))
    return lo, hi


@st.composite
def tubes(draw):
    radius = draw(sizes)
    inner = draw(st.sampled_from([0.0, 0.5, 0.9])) * radius
    return Cylinder(draw(centres), radius, draw(sizes), draw(axes), inner)


@st.composite
def heaps(draw):
    x = sorted(draw(st.lists(st.integers(-9, 9), min_size=2, max_size=5, unique=True)))
    top = [draw(st.floats(0.2, 1.8)) for _ in x]
    return Heap(tuple(0.1 * k for k in x), tuple(top), (-0.7, draw(places)), 0.2)


@st.composite
def rings(draw):
    tube = draw(st.floats(0.05, 0.2))
    radius = tube * draw(st.floats(1.1, 4.0))
    wall = draw(st.sampled_from([0.0, 0.2, 0.5])) * tube
    return Torus(draw(centres), radius, tube, draw(axes), wall)


@st.composite
def prisms(draw):
    x = sorted(draw(st.lists(st.integers(-9, 9), min_size=2, max_size=5, unique=True)))
    bottom = [draw(st.floats(0.1, 1.0)) for _ in x]
    top = [z + draw(st.floats(0.05, 1.0)) for z in bottom]
    return Prism(tuple(0.1 * k for k in x), tuple(bottom), tuple(top), (-0.7, draw(places)))


@st.composite
def vessels(draw):
    centre, radius = draw(centres), draw(st.floats(0.2, 0.9))
    dish = draw(st.floats(0.1, 0.4))
    wall = draw(st.sampled_from([0.0, 0.03, 0.08]))
    level = None
    if wall == 0.0 and draw(st.booleans()):
        level = centre[2] + draw(st.floats(-0.9, 0.9)) * radius
    return Vessel(centre, radius, draw(sizes), dish, wall, level)


def sheet(depth: float) -> Corrugated:
    return Corrugated((-0.6, 0.0, 0.3), (0.6, 0.2, 1.9), 0.278, depth, 0.03)


solids = st.one_of(
    corners().map(lambda pair: Box(*pair)),
    st.builds(TiltedBox, centres, st.tuples(sizes, sizes, sizes), st.floats(-180, 180), axes),
    tubes(),
    st.builds(Ellipsoid, centres, st.tuples(sizes, sizes, sizes)),
    st.builds(EllipticCylinder, centres, st.tuples(sizes, sizes), sizes),
    heaps(),
    prisms(),
    vessels(),
    rings(),
    st.floats(0.0, 0.05).map(sheet),
)


def _inside(solid: Solid, x, y, z):
    if isinstance(solid, Box):
        (x0, y0, z0), (x1, y1, z1) = solid.lo, solid.hi
        return (x0 <= x) & (x <= x1) & (y0 <= y) & (y <= y1) & (z0 <= z) & (z <= z1)
    if isinstance(solid, Heap):
        surface = np.interp(x, solid.x, solid.top)
        within = (solid.x[0] <= x) & (x <= solid.x[-1]) & (solid.y[0] <= y) & (y <= solid.y[1])
        return within & (solid.bottom <= z) & (z <= surface)
    if isinstance(solid, Prism):
        top, bottom = np.interp(x, solid.x, solid.top), np.interp(x, solid.x, solid.bottom)
        within = (solid.x[0] <= x) & (x <= solid.x[-1]) & (solid.y[0] <= y) & (y <= solid.y[1])
        return within & (bottom <= z) & (z <= top)
    if isinstance(solid, Corrugated):
        phase = np.mod((x - solid.lo[0]) / solid.period, 1.0)
        sloping = ((phase >= 0.25) & (phase < 0.5)) | (phase >= 0.75)
        run = math.hypot(1, solid.depth / (solid.period / 4))
        half = solid.thickness / 2 * np.where(sloping, run, 1.0)
        within = (solid.lo[0] <= x) & (x <= solid.hi[0])
        middle = (solid.lo[1] + solid.hi[1]) / 2
        return within & (abs(y - middle) <= half) & (solid.lo[2] <= z) & (z <= solid.hi[2])
    p = np.stack(np.broadcast_arrays(x, y, z)) - np.reshape(solid.centre, (3,) + (1,) * y.ndim)
    if isinstance(solid, Ellipsoid):
        return sum((q / a) ** 2 for q, a in zip(p, solid.semi_axes, strict=True)) <= 1
    if isinstance(solid, EllipticCylinder):
        round_ = sum((q / a) ** 2 for q, a in zip(p[:2], solid.semi_axes, strict=True)) <= 1
        return round_ & (abs(p[2]) <= solid.height / 2)
    if isinstance(solid, Vessel):
        beyond = np.maximum(abs(p[0]) - solid.length / 2, 0)
        across = np.hypot(p[1], p[2])
        within = (across / solid.radius) ** 2 + (beyond / solid.dish) ** 2 <= 1
        if solid.wall:
            hole = (beyond / (solid.dish - solid.wall)) ** 2
            within &= (across / (solid.radius - solid.wall)) ** 2 + hole > 1
        return within if solid.level is None else within & (z <= solid.level)
    along = "xyz".index(solid.axis)
    first, second = (k for k in range(3) if k != along)
    if isinstance(solid, TiltedBox):
        turned = (p[first] + 1j * p[second]) * np.exp(-1j * math.radians(solid.angle_deg))
        p[first], p[second] = turned.real, turned.imag
        return np.logical_and.reduce(
            [abs(q) <= side / 2 for q, side in zip(p, solid.size, strict=True)]
        )
    across = np.hypot(p[first], p[second])
    if isinstance(solid, Cylinder):
        within = abs(p[along]) <= solid.length / 2
        return within & (solid.inner_radius <= across) & (across <= solid.radius)
    assert isinstance(solid, Torus)
    from_tube = np.hypot(across - solid.radius, p[along])
    hole = solid.tube_radius - solid.wall if solid.wall else 0.0
    return (hole <= from_tube) & (from_tube <= solid.tube_radius)


def _rays(heights):
    direction = np.stack([np.full(len(heights), 4.0), np.array(heights) - SOURCE[1]], axis=1)
    return (direction / np.linalg.norm(direction, axis=1, keepdims=True)).astype(np.float32)


def _march(solid: Solid, x, direction):
    t = NEAR + (np.arange(STEPS) + 0.5) * (FAR - NEAR) / STEPS
    y = SOURCE[0] + t * direction[:, :1].astype(float)
    z = SOURCE[1] + t * direction[:, 1:].astype(float)
    inside = [_inside(solid, float(column), y, z).sum(axis=1) for column in x]
    return np.stack(inside, axis=1) * (FAR - NEAR) / STEPS


@settings(max_examples=300, deadline=None)
@given(solid=solids, data=st.data())
def test_chord_equals_ray_marching(solid, data):
    # Columns and rays of odd fractions, for marching cannot decide rays along a face.
    x = np.array(data.draw(st.lists(st.integers(-99, 99), min_size=3, max_size=3)), np.float32)
    x = (x + np.float32(0.37)) / 100
    heights = data.draw(st.lists(st.integers(-10, 150), min_size=4, max_size=4))
    direction = _rays([0.0137 + h / 50 for h in heights])
    # Two ends of one step each, twice for what is hollow; a ring is followed in steps of its own.
    tolerance = 4 * (FAR - NEAR) / STEPS
    if isinstance(solid, Torus):
        tolerance += 0.08 * solid.tube_radius
    chord = solid.chord(x, SOURCE, direction)
    assert chord.shape == (4, 3)
    np.testing.assert_allclose(chord, _march(solid, x, direction), atol=tolerance)


@settings(max_examples=60, deadline=None)
@given(solid=solids)
def test_separable_form_is_the_chord_away_from_the_ends(solid):
    direction = _rays(np.linspace(-0.31, 2.93, 20))
    x = np.linspace(-1.493, 1.511, 37, dtype=np.float32)
    pitch = 1e-3
    factors = solid.separable(x, pitch, SOURCE, direction)
    if factors is None:
        return
    rows, columns = factors
    chord = solid.chord(x, SOURCE, direction)
    (low, _, _), (high, _, _) = solid.bounds
    clear = (abs(x - low) > pitch) & (abs(x - high) > pitch)
    np.testing.assert_allclose(np.outer(rows, columns)[:, clear], chord[:, clear], atol=2e-4)


@settings(max_examples=60, deadline=None)
@given(solid=solids)
def test_volume_and_bounds_hold_the_points_inside(solid):
    lo, hi = (np.array(corner) for corner in solid.bounds)
    points = np.random.default_rng(7).uniform(lo - 0.05, hi + 0.05, (120_000, 3))
    inside = _inside(solid, points[:, :1], points[:, 1:2], points[:, 2:])[:, 0]
    assert np.all((points[inside] >= lo) & (points[inside] <= hi))
    box = float(np.prod(hi - lo + 0.1))
    share = inside.mean()
    sigma = box * math.sqrt(max(share * (1 - share), 1e-5) / len(points))
    # The corrugated sheet's ends cut its last period, hence the 3 %.
    slack = 0.03 * solid.volume if isinstance(solid, Corrugated) else 0
    assert solid.volume == pytest.approx(box * share, abs=5 * sigma + slack)


@settings(max_examples=100, deadline=None)
@given(solid=solids, by=st.tuples(places, places, places))
def test_a_moved_solid_is_the_same_one_elsewhere(solid, by):
    x = np.linspace(-1.1, 1.1, 12, dtype=np.float32)
    direction = _rays(np.linspace(0.1137, 2.5137, 9))
    there = solid.moved(by)
    source = SOURCE + np.array(by[1:], np.float32)
    np.testing.assert_allclose(there.bounds, np.add(solid.bounds, by), atol=1e-9)
    assert there.volume == pytest.approx(solid.volume)
    # Columns beside a jump of the outline may fall to the other side of it.
    off = abs(
        there.chord(x + np.float32(by[0]), source, direction) - solid.chord(x, SOURCE, direction)
    )
    assert np.median(off, axis=1).max() < 2e-4


def test_partly_covered_columns_carry_their_share():
    box = Box((0.002, -0.5, 0.0), (0.013, 0.5, 2.0))
    x = np.array([0.0025, 0.0075, 0.0125], np.float32)
    _, columns = box.separable(x, 0.005, SOURCE, _rays([1.0]))
    np.testing.assert_allclose(columns, [0.6, 1.0, 0.6], atol=1e-5)


def test_level_ray_crosses_the_whole_depth():
    direction = np.array([[1.0, 0.0]], np.float32)
    box = Box((0.0, -0.5, 0.0), (1.0, 0.7, 2.0))
    chord = box.chord(np.array([0.5], np.float32), SOURCE, direction)
    np.testing.assert_allclose(chord, [[1.2]], atol=1e-6)
