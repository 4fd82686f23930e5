"""Measured: one scan in physical quantities, on the grid where evidence is gathered.

Attenuation stays at full resolution for close looks at small regions; areal density and opacity are
kept on cells of 8 × 8 pixels, where the goods map of the model lies as well. Nothing here knows the
model or the papers. A display picture has no physics and never comes here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scanai.inspect.evidence.layers import LayeredInversion, layered_inversion
from scanai.physics.beams import beam
from scanai.physics.inversion import dual_energy_table, single_energy_areal_density
from scanai.scan.fan import fan, position_m
from scanai.scan.model import Scan
from scanai.scan.profile import ScannerProfile, SpectralFactors

CELL = 8
"""Pixels on a side of a cell; the stride of the goods map."""
UNIT_ATTENUATION = 0.05
"""Less than this is air: two 1 mm steel sheets attenuate 0.06 at 6 MV."""
LOAD_ATTENUATION = 0.3
"""Walls of a transport unit attenuate less; what attenuates more is load or floor."""
OPAQUE_CELL = 0.5
"""A cell is opaque when at least this share of its pixels is."""
ORGANIC_Z = 7.0
"""Assumed effective Z where one energy cannot tell: food, wood, textiles, plastics are 6 to 8."""
DENSEST_Z = 92.0
"""Attenuates most per g/cm² at high energy, so it gives the lower bound of what is opaque."""

# Areal density by element tables / true one, over effective Z, for the materials of
# scanai.physics.materials behind 30 to 90 g/cm² at 6/4 MV: goods of low effective Z hold hydrogen,
# which has twice the electrons per gram of any other element. Single materials lie within 5 %.
_TABLE_Z = np.array([4.7, 5.2, 5.5, 6.0, 6.6, 7.0, 11.0, 13.0])
_TABLE_EXCESS = np.array([1.245, 1.19, 1.145, 1.07, 1.08, 1.055, 1.04, 1.0])

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Measured:
    scan: Scan
    profile: ScannerProfile
    attenuation: Floats
    """(energies, H, W)"""
    cell_attenuation: Floats
    """(energies, ⌈H/8⌉, ⌈W/8⌉) mean of each cell."""
    opaque: Floats
    """(⌈H/8⌉, ⌈W/8⌉) share of pixels at the noise floor of the high energy."""
    areal_density: Floats
    """(⌈H/8⌉, ⌈W/8⌉) g/cm² along the ray, transport unit included; a lower bound where opaque."""
    effective_z: Floats
    """(⌈H/8⌉, ⌈W/8⌉) of the load; nan where two energies cannot tell it, and throughout where
    `ratio_fits` is False."""
    cell_area_cm2: Floats
    """(⌈H/8⌉, ⌈W/8⌉) area in the reference plane of the scanner, across the ray: times areal
    density it is grams."""
    ratio_fits: bool
    """True when the two energies fit the scanner's spectral calibration over the load as a whole;
    where they do not, no material can be told. False with a single energy."""
    unit_box: tuple[int, int, int, int]
    """(x0, y0, x1, y1) pixels: what is not air; the whole picture when nothing is found."""
    unit_cut: bool
    """True when the transport unit reaches the left or right end of the picture."""

    @property
    def opaque_cells(self) -> NDArray[np.bool_]:
        """(⌈H/8⌉, ⌈W/8⌉) True where the beam does not get through."""
        return self.opaque >= OPAQUE_CELL

    @property
    def floor_attenuation(self) -> float:
        """Attenuation from which the high energy says nothing more."""
        return -math.log(self.scan.noise_floor)

    @property
    def layered(self) -> LayeredInversion:
        """Inversion of an object in front of its surroundings."""
        return layered_inversion(self.scan.energies_mv, _factors(self.scan, self.profile))

    def position_m(self, row: float) -> float:
        """Where a row looks in the reference plane of the scanner, m.

        Height above the lower face of the transport unit; in a view from above or below, distance
        from its centre plane.
        """
        from_edge = (self.attenuation.shape[1] - row) * self.scan.pitch_mm[1] / 1000
        return float(position_m(self.profile.geometry, from_edge))


def measure(scan: Scan, profile: ScannerProfile, most_load_z: float) -> Measured:
    """Physical quantities of a counts or transmission scan.

    `most_load_z`: a median effective Z of the load above it means an uncalibrated scanner.
    """
    attenuation = scan.attenuation
    cells = block_mean(attenuation)
    at_floor = scan.transmission <= scan.noise_floor
    opaque = block_mean(at_floor[0].astype(np.float32))
    low_starved = block_mean(at_floor[-1].astype(np.float32)) > 0.0
    z, told_z = _effective_z(cells, low_starved, scan, profile, most_load_z)
    ratio_fits = told_z is not None
    box, cut = _unit_box(cells[0], scan.transmission.shape[1:])
    return Measured(
        scan=scan,
        profile=profile,
        attenuation=attenuation,
        cell_attenuation=cells,
        opaque=opaque,
        areal_density=_areal_density(cells, opaque >= OPAQUE_CELL, z, scan, profile),
        effective_z=np.full_like(cells[0], np.nan) if told_z is None else told_z,
        cell_area_cm2=_cell_area(scan, profile),
        ratio_fits=ratio_fits,
        unit_box=box,
        unit_cut=cut,
    )


def block_mean(values: Floats, size: int = CELL) -> Floats:
    """(…, H, W) → (…, ⌈H/size⌉, ⌈W/size⌉) means; the last cells may be partial."""
    *front, height, width = values.shape
    whole = height // size * size
    # Summing whole rows by a reshape is ten times faster than `add.reduceat` along the first axis.
    rows = values[..., :whole, :].reshape(*front, whole // size, size, width).sum(axis=-2)
    if whole < height:
        rest = values[..., whole:, :].sum(axis=-2, keepdims=True)
        rows = np.concatenate((rows, rest), axis=-2)
    sums = np.add.reduceat(rows, np.arange(0, width, size), axis=-1)
    count = _lengths(height, size)[:, None] * _lengths(width, size)[None, :]
    return np.asarray(sums / count, dtype=np.float32)


def _lengths(total: int, size: int) -> Floats:
    """Pixels in each cell along one axis."""
    starts = np.arange(0, total, size)
    return np.minimum(size, total - starts).astype(np.float32)


def _cell_area(scan: Scan, profile: ScannerProfile) -> Floats:
    """Area of each cell across its rays, in the reference plane of the scanner."""
    height, width = scan.transmission.shape[1:]
    rows_cm = 100 * fan(profile.geometry, height, scan.pitch_mm[1] / 1000).width_m
    across = np.add.reduceat(rows_cm, np.arange(0, height, CELL))
    area = across[:, None] * (scan.pitch_mm[0] / 10 * _lengths(width, CELL))[None, :]
    return np.asarray(area, dtype=np.float32)


def _factors(scan: Scan, profile: ScannerProfile) -> tuple[SpectralFactors, ...]:
    """A scan may hold fewer energies than its scanner can make."""
    return tuple(profile.spectral[profile.energy_index(mv)] for mv in scan.energies_mv)


def _effective_z(
    cells: Floats,
    low_starved: NDArray[np.bool_],
    scan: Scan,
    profile: ScannerProfile,
    most_load_z: float,
) -> tuple[Floats, Floats | None]:
    """(⌈H/8⌉, ⌈W/8⌉) Z to weigh each cell with, and that of the load alone, nan where it is not
    told; None where the ratio does not fit the calibration."""
    organic = np.full(cells.shape[1:], ORGANIC_Z, dtype=np.float32)
    if len(scan.energies_mv) == 1:
        return organic, None
    z = dual_energy_table(*scan.energies_mv, *_factors(scan, profile)).invert(*cells).effective_z
    # Where the low energy is at its floor the ratio means nothing: the rest of the load stands in.
    told = ~low_starved & np.isfinite(z)
    load = (cells[0] > LOAD_ATTENUATION) & told
    usual = float(np.median(z[load])) if load.any() else ORGANIC_Z
    if usual > most_load_z:
        return organic, None
    of_all = np.where((cells[0] > UNIT_ATTENUATION) & told, z, np.float32(usual))
    return of_all, np.where(load, z, np.float32(np.nan))


def _areal_density(
    cells: Floats,
    opaque: NDArray[np.bool_],
    z: Floats,
    scan: Scan,
    profile: ScannerProfile,
) -> Floats:
    factors = _factors(scan, profile)
    if len(factors) == 1:
        single = beam(scan.energies_mv[0])
        density = single_energy_areal_density(cells[0], ORGANIC_Z, single, factors[0])
        density /= np.interp(ORGANIC_Z, _TABLE_Z, _TABLE_EXCESS)
        if opaque.any():
            density[opaque] = single_energy_areal_density(
                cells[0][opaque], DENSEST_Z, single, factors[0]
            )
        return density
    z = np.where(opaque, np.float32(DENSEST_Z), z)
    density = dual_energy_table(*scan.energies_mv, *factors).areal_density(cells[0], z)
    return np.asarray(density / np.interp(z, _TABLE_Z, _TABLE_EXCESS), dtype=np.float32)


def _unit_box(
    attenuation: Floats, shape: tuple[int, ...]
) -> tuple[tuple[int, int, int, int], bool]:
    """Box in pixels around what is not air, and whether it is cut by the picture's ends."""
    height, width = shape
    filled = attenuation > UNIT_ATTENUATION
    # A third of the height: walls of the unit reach over most of it, a lone defect does not.
    columns = np.flatnonzero(filled.mean(axis=0) > 1 / 3)
    if columns.size == 0:
        return (0, 0, width, height), True
    x0, x1 = int(columns[0]), int(columns[-1]) + 1
    rows = np.flatnonzero(filled[:, x0:x1].mean(axis=1) > 1 / 2)
    y0, y1 = (int(rows[0]), int(rows[-1]) + 1) if rows.size else (0, filled.shape[0])
    cut = x0 == 0 or x1 == filled.shape[1]
    return (x0 * CELL, y0 * CELL, min(x1 * CELL, width), min(y1 * CELL, height)), cut
