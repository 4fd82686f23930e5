"""An engineer's own benign scans as training windows, beside those of the simulator.

Scans in any documented format, with their declarations where there are some. They show how that
scanner really sees; what is in them is known only as far as papers tell. So they carry threats that
are put in (`inserting`), and goods where one group alone is declared; areal density is not known.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import numpy as np
from tqdm import tqdm

from scanai.errors import ManifestError, RecipeError, ScanAIError, ScanError
from scanai.inspect.evidence.goods import comparable_groups
from scanai.inspect.evidence.measured import LOAD_ATTENUATION, block_mean
from scanai.manifest import Manifest, find_manifest, read_manifest
from scanai.scan import discover, read_scan
from scanai.scan.model import Scan
from scanai.train.network import GOODS_STRIDE
from scanai.train.regions import SHIELD_STRIDE
from scanai.train.windows import NOT_KNOWN, UNKNOWN, Window, declared_vector, save_window

_AIR = 0.02
"""Attenuation below which there is surely nothing."""
_FLOOR_SHARE = 0.5
"""Of a cell's pixels at the noise floor, from which nothing can be seen there."""


def make_own_windows(source: str | Path, folder: Path, window_px: int) -> list[Path]:
    """Cuts every scan below `source` into windows that `folder` does not hold yet; returns all.

    Scans that cannot be read are told and left out. RecipeError when none can be used.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made: list[Path] = []
    for path in tqdm(discover([source]), desc="own scans", unit="scan"):
        try:
            made += _windows_of(path, folder, window_px)
        except ScanAIError as error:
            tqdm.write(f"error    {error}", file=sys.stderr)
    if not made:
        raise RecipeError(source, "scans of your own that can be read, with a grey scale", "none")
    return made


def _windows_of(path: Path, folder: Path, window_px: int) -> list[Path]:
    name = sha256(f"{path.resolve()} {window_px}".encode()).hexdigest()[:16]
    done = sorted(folder.glob(f"{name}-*.npz"))
    if done and (folder / f"{name}.whole").exists():
        return done
    scan = _read(path)
    if scan.profile is None or scan.is_display:
        raise RecipeError(path, "a scan with a grey scale and a scanner", "a display picture")
    made = []
    for number, window in enumerate(cut_own(scan, _declared(path, scan.unit), window_px)):
        made.append(folder / f"{name}-{number:03d}.npz")
        save_window(window, made[-1])
    (folder / f"{name}.whole").touch()
    return made


def _read(path: Path) -> Scan:
    try:
        return read_scan(path)
    except OSError as error:
        raise ScanError(path, "a readable file", error.strerror or str(error)) from error


def _declared(path: Path, unit: str) -> Manifest | None:
    """The manifest beside the scan; a bad one is told, and the scan used without."""
    try:
        found = find_manifest(path)
        return None if found is None else read_manifest(found, unit)
    except (ManifestError, OSError) as error:
        tqdm.write(f"error    {error}", file=sys.stderr)
        return None


def cut_own(scan: Scan, manifest: Manifest | None, window_px: int) -> Iterator[Window]:
    """Windows side by side over the whole scan, the last one flush with its end."""
    assert scan.profile is not None
    attenuation = scan.attenuation
    height, width = (size - size % GOODS_STRIDE for size in attenuation.shape[1:])
    groups = comparable_groups(manifest)
    cells = block_mean(attenuation[:1, :height, :width])[0]
    dark = (scan.transmission[0, :height, :width] <= scan.noise_floor).astype(np.float32)
    opaque = (block_mean(dark, SHIELD_STRIDE) >= _FLOOR_SHARE).astype(np.float32)
    goods = np.where(cells > LOAD_ATTENUATION, UNKNOWN, 0).astype(np.uint8)
    if len(groups) == 1:
        goods[goods == UNKNOWN] = groups[0].index
    # Thin goods, walls and straps are neither surely nothing nor surely goods.
    goods[(cells > _AIR) & (cells <= LOAD_ATTENUATION)] = UNKNOWN
    step = window_px - window_px % GOODS_STRIDE
    starts = [*range(0, max(width - step, 0), step), max(width - step, 0)]
    for start in dict.fromkeys(start - start % GOODS_STRIDE for start in starts):
        columns = slice(start, min(start + step, width))
        coarse = slice(columns.start // GOODS_STRIDE, columns.stop // GOODS_STRIDE)
        fine = slice(columns.start // SHIELD_STRIDE, columns.stop // SHIELD_STRIDE)
        yield Window(
            attenuation=attenuation[:, :height, columns],
            goods=goods[:, coarse],
            areal_density=np.full(goods[:, coarse].shape, NOT_KNOWN, np.float32),
            shield=np.zeros((2, *opaque[:, fine].shape), np.float32),
            opaque=opaque[:, fine],
            boxes=np.zeros((0, 5), np.float32),
            focus=np.zeros((0, 4), np.float32),
            declared=declared_vector(group.index for group in groups),
            pitch_mm=scan.pitch_mm,
            profile=scan.profile,
        )
