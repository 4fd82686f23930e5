"""Maps: what the model says of one scan, and the one place where its graph is run.

The graph is complete in itself (raw counts in, regions out); the Inspector hands it the calibrated
transmission, which the graph takes just as well: open beam 1, dark 0. Nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scanai.errors import BundleError
from scanai.inspect.bundle import LATER_OUTPUTS, LUMPS_FILE, Bundle
from scanai.inspect.region_crops import RegionCrops, region_crops
from scanai.inspect.regions import LOOKS, distinct_regions
from scanai.manifest.goods_groups import goods_groups
from scanai.scan.model import Scan

Floats = NDArray[np.float32]
_TWO_BOXES = np.array([[0.0, 0.0, 4.0, 4.0], [2.0, 2.0, 8.0, 8.0]])


@dataclass(frozen=True)
class Maps:
    """The graph's outputs without their batch axis."""

    shielding: Floats
    """(⌈H/4⌉, ⌈W/4⌉) probability."""
    goods: Floats
    """(1 + groups, ⌈H/8⌉, ⌈W/8⌉) probability; channel 0 is nothing."""
    undeclared: Floats
    """(⌈H/8⌉, ⌈W/8⌉) probability of goods that are not declared."""
    regions: Floats
    """(K, 5) x0, y0, x1, y1 in pixels of the scan, score 0 to 1; best first or not. Where the
    bundle tells lumps, the best alone: (K, 6), with the ln odds that each is one."""
    scores: dict[str, float]
    """shielding: largest of its map; undeclared: share of the loaded area; loaded: share of all."""
    high_z: Floats | None = None
    """(⌈H/4⌉, ⌈W/4⌉) probability that shielding, if there is any, is of Z ≥ 72; this and what
    follows None in graphs before version 1."""
    opaque: Floats | None = None
    """(⌈H/4⌉, ⌈W/4⌉) probability that a shield could hide here for want of radiation."""
    areal_density: Floats | None = None
    """(⌈H/8⌉, ⌈W/8⌉) g/cm² of cargo, the transport unit not counted; also behind what is opaque."""
    features: Floats | None = None
    """(n,) what the network makes of the picture as a whole; only distances mean anything."""
    goods_features: Floats | None = None
    """(m, ⌈H/8⌉, ⌈W/8⌉) what the goods map is told from; None in graphs before version 1.2."""


class Model:
    """A loaded bundle, ready to run. One instance serves many scans and threads."""

    def __init__(self, bundle: Bundle, threads: int | None = None) -> None:
        known = tuple(group.name for group in goods_groups())
        if bundle.metadata.goods_groups != known:
            raise BundleError(
                bundle.path,
                f"the {len(known)} goods groups of this ScanAI, in their order",
                f"{len(bundle.metadata.goods_groups)} others",
            )
        self._groups = len(known)
        self._session = bundle.session(threads)
        self._lumps = bundle.lump_session(threads)
        self._lumps_file = bundle.path / LUMPS_FILE
        if self._lumps is not None:
            # One that does not fit is found here, not at the first scan.
            self._lumps_of(region_crops(np.zeros((2, 8, 8), np.float32), _TWO_BOXES, (5.0, 5.0)))

    def infer(self, scan: Scan, declared: Iterable[int]) -> Maps:
        """Runs the graph on a counts or transmission scan; `declared`: indices of goods groups."""
        energies = scan.transmission.shape[0]
        declared_groups = np.zeros(self._groups + 1, dtype=np.float32)
        declared_groups[list(declared)] = 1.0
        shielding, goods, undeclared, regions, scores, *later = self._session.run(
            None,
            {
                "scan": scan.transmission[None],
                "open_beam": np.ones((1, energies, 1, 1), dtype=np.float32),
                "dark": np.zeros((1, energies, 1, 1), dtype=np.float32),
                "pitch_mm": np.array(scan.pitch_mm, dtype=np.float32),
                "declared_groups": declared_groups,
            },
        )
        names = ("shielding", "undeclared", "loaded")
        return Maps(
            shielding=shielding[0, 0],
            goods=goods[0],
            undeclared=undeclared[0, 0],
            regions=self._with_lumps(scan, regions),
            scores={name: float(score) for name, score in zip(names, scores, strict=True)},
            **{
                name: _without_batch(name, one)
                for name, one in zip(LATER_OUTPUTS, later, strict=False)
            },
        )

    def _with_lumps(self, scan: Scan, regions: Floats) -> Floats:
        """Those that are looked at, with what they are; all, without a graph of lumps."""
        if self._lumps is None:
            return regions
        found = distinct_regions(regions, scan.transmission.shape[1:])[:LOOKS]
        boxes = np.array([one.box for one in found], np.float64).reshape(-1, 4)
        crops = region_crops(scan.attenuation, boxes, scan.pitch_mm)
        lumps = self._lumps_of(crops) if found else np.zeros(0)
        rows = [(*one.box, one.score, lump) for one, lump in zip(found, lumps, strict=True)]
        return np.array(rows, np.float32).reshape(-1, 6)

    def _lumps_of(self, crops: RegionCrops) -> Floats:
        """BundleError where the graph of lumps does not answer as it should."""
        assert self._lumps is not None
        expected = f"a finite number for each of {len(crops.told)} regions"
        try:
            (answer,) = self._lumps.run(None, crops._asdict())
        except Exception as error:  # the runtime's own exceptions share no public base
            reason = str(error).splitlines()[0]
            raise BundleError(self._lumps_file, expected, reason) from error
        lumps = np.asarray(answer)
        if lumps.shape != crops.told.shape[:1] or lumps.dtype != np.float32:
            raise BundleError(self._lumps_file, expected, f"{lumps.dtype} of shape {lumps.shape}")
        if not np.isfinite(lumps).all():
            raise BundleError(self._lumps_file, expected, "some that are not finite")
        return lumps


def _without_batch(name: str, output: Floats) -> Floats:
    """A map alone without its one channel as well."""
    if name == "features":
        return output
    channels: Floats = output[0]
    return channels if name == "goods_features" else channels[0]
