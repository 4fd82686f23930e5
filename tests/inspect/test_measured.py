from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from scanai.inspect.bundle import OperatingPoint
from scanai.inspect.evidence.context import Context
from scanai.inspect.evidence.measured import block_mean, measure
from scanai.scan.fan import fan
from scanai.scan.profile import Geometry


@given(
    picture=hnp.arrays(
        np.float32,
        hnp.array_shapes(min_dims=2, max_dims=3, min_side=1, max_side=37),
        elements=st.floats(0, 10, width=32),
    ),
    size=st.integers(1, 9),
)
def test_block_means_are_those_of_each_cell_at_any_size(picture, size) -> None:
    cells = block_mean(picture, size)
    height, width = picture.shape[-2:]
    assert cells.shape[-2:] == (-(-height // size), -(-width // size))
    for row, column in ((0, 0), (cells.shape[-2] - 1, cells.shape[-1] - 1)):
        part = picture[
            ..., row * size : (row + 1) * size, column * size : (column + 1) * size
        ].mean(axis=(-2, -1))
        np.testing.assert_allclose(cells[..., row, column], part, rtol=1e-4, atol=1e-5)


def measured(kit, *slabs, energies_mv=(6.0, 4.0)):
    scan = kit.make_scan(*slabs, energies_mv=energies_mv)
    return measure(scan, scan.profile, 40.0)


@pytest.mark.parametrize("energies_mv", [(6.0, 4.0), (4.0,)])
@pytest.mark.parametrize(
    ("goods", "areal_density"), [("paper", 45.0), ("water", 30.0), ("polyethylene", 60.0)]
)
def test_areal_density_of_goods_is_right_within_what_energies_can_tell(
    kit, goods, areal_density, energies_mv
) -> None:
    seen = measured(kit, (goods, kit.load, areal_density), energies_mv=energies_mv)
    inside = seen.areal_density[9:17, 6:36]
    # One energy cannot tell hydrogen-rich plastics from paper; two can.
    tolerance = 0.12 if energies_mv == (4.0,) else 0.05
    assert float(inside.mean()) == pytest.approx(areal_density, rel=tolerance)


def test_effective_z_is_told_of_the_load_alone(kit) -> None:
    block = ("lead", np.s_[80:120, 144:240], 400.0)
    seen = measured(kit, ("paper", kit.load, 45.0), block)
    paper = seen.effective_z[9:17, 6:16]
    assert paper == pytest.approx(np.full(paper.shape, 7.1), abs=1.0)
    assert np.isnan(seen.effective_z[11:14, 20:28]).all()  # nothing comes through
    assert np.isnan(seen.effective_z[:4]).all()  # air


def test_one_energy_or_one_that_does_not_fit_tells_no_material(kit) -> None:
    one = measured(kit, ("paper", kit.load, 45.0), energies_mv=(6.0,))
    assert np.isnan(one.effective_z).all()
    scan = kit.make_scan(("lead", kit.load, 45.0), energies_mv=(6.0, 4.0))
    unfit = measure(scan, scan.profile, 40.0)
    assert not unfit.ratio_fits
    assert np.isnan(unfit.effective_z).all()


def test_steel_is_not_corrected_as_if_it_held_hydrogen(kit) -> None:
    seen = measured(kit, ("steel", kit.load, 60.0))
    assert float(seen.areal_density[9:17, 6:36].mean()) == pytest.approx(60.0, rel=0.02)


def test_opaque_cells_are_marked_and_keep_a_lower_bound(kit) -> None:
    seen = measured(kit, ("lead", np.s_[80:120, 80:160], 400.0))
    assert (seen.opaque[10:15, 10:20] == 1).all()
    assert seen.opaque[:9].max() == 0
    assert 100 < float(seen.areal_density[12, 15]) < 400


def test_finds_the_transport_unit_between_open_air(kit) -> None:
    seen = measured(kit, kit.walls, ("paper", kit.load, 45.0))
    assert seen.unit_box == (16, 32, 320, 160)
    assert not seen.unit_cut


def test_a_unit_that_reaches_the_end_of_the_picture_is_cut(kit) -> None:
    assert measured(kit, ("steel", np.s_[30:155, 14:330], 3.2)).unit_cut


def test_an_empty_picture_has_no_unit(kit) -> None:
    seen = measured(kit, ("air", np.s_[:, :], 0.0))
    assert seen.unit_box == (0, 0, 330, 160)
    assert seen.unit_cut


def test_mass_does_not_depend_on_the_size_of_the_last_cells(kit) -> None:
    scan = kit.make_scan(kit.walls, ("paper", kit.load, 45.0))
    whole = measure(scan, scan.profile, 40.0)
    part = replace(scan, transmission=scan.transmission[:, :, :-3].copy(), valid=scan.valid[:, :-3])
    smaller = measure(part, part.profile, 40.0)

    def mass(seen):
        return float((seen.areal_density * seen.cell_area_cm2).sum())

    assert mass(smaller) == pytest.approx(mass(whole), rel=1e-3)


def test_height_grows_from_the_lowest_row_up(kit) -> None:
    seen = measured(kit, kit.walls)
    assert seen.position_m(160) == pytest.approx(-0.2)
    assert seen.position_m(0) == pytest.approx(3.0)


def test_a_view_from_above_places_things_across_the_unit(kit) -> None:
    scan = kit.make_scan(kit.walls)
    geometry = Geometry(
        source_to_centre_m=6.0,
        source_to_detector_m=8.0,
        source_height_m=7.4,
        view_bottom_m=-1.6,
        view="above",
    )
    profile = msgspec.structs.replace(scan.profile, geometry=geometry)
    seen = measure(replace(scan, profile=profile), profile, 40.0)
    assert seen.position_m(160) == pytest.approx(-1.6)
    assert seen.position_m(80) == pytest.approx(0.0, abs=1e-9)
    context = Context(seen, OperatingPoint({}, None))
    assert context.place((116, 100, 118, 120)) == (
        "2.0 m from the left end, 0.6 m from the middle towards the lower side of the picture"
    )


def test_a_view_from_the_side_places_things_above_the_floor(kit) -> None:
    context = Context(measured(kit, kit.walls), OperatingPoint({}, None))
    assert context.place((116, 100, 118, 120)) == "2.0 m from the left end, 0.8 m up"


def test_cells_of_an_upper_arm_are_as_large_as_what_they_see(kit) -> None:
    """Rows on the level arm of an L see less and less of the width of their ray."""
    scan = kit.make_scan(kit.walls)
    geometry = Geometry(
        source_to_centre_m=4.5,
        source_to_detector_m=6.2,
        source_height_m=0.4,
        view_bottom_m=-0.3,
        arm_height_m=2.4,
    )
    profile = msgspec.structs.replace(scan.profile, geometry=geometry)
    area = measure(scan, profile, 40.0).cell_area_cm2[:, 5]
    rays = fan(geometry, 160, 0.02)
    upper = rays.slope > (2.4 - 0.4) / 6.2
    assert 40 < upper.sum() < 120
    np.testing.assert_allclose(
        area, rays.width_m.reshape(20, 8).sum(axis=1) * 1e4 * 0.16, rtol=1e-5
    )
    flat = measure(scan, scan.profile, 40.0).cell_area_cm2[:, 5]
    assert abs(area / flat - 1).max() > 0.1


def test_a_scan_of_one_energy_of_a_dual_scanner_uses_that_energy(kit) -> None:
    dual = kit.make_scan(("steel", kit.load, 40.0))
    low = replace(dual, transmission=dual.transmission[1:].copy(), energies_mv=(4.0,))
    seen = measure(low, low.profile, 40.0)
    assert float(seen.areal_density[9:17, 6:36].mean()) == pytest.approx(40.0, rel=0.12)


def test_a_load_that_looks_all_lead_means_an_uncalibrated_scanner(kit) -> None:
    scan = kit.make_scan(kit.walls, ("paper", kit.load, 45.0))
    # The low energy of some real 6/4 MV scanners: ratio 0.92 where nominal spectra give 0.83.
    low = scan.transmission[0] ** (1 / 0.92)
    real = replace(scan, transmission=np.stack((scan.transmission[0], low)))
    assert measure(scan, scan.profile, 40.0).ratio_fits
    seen = measure(real, real.profile, 40.0)
    assert not seen.ratio_fits
    # The mass stands all the same: as with a single energy.
    assert float(seen.areal_density[9:17, 6:36].mean()) == pytest.approx(45 + 3.2, rel=0.05)
