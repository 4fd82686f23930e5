"""An engineer's own benign scans as training windows, beside those of the simulator.

Scans in any documented format, with their declarations where there are some. They show how that
scanner really sees; what is in them is known only as far as papers tell. So they carry threats that
are put in (`inserting`), and goods where one group alone is declared; areal density is not known.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

import msgspec
import numpy as np
from tqdm import tqdm

from scanai.errors import ManifestError, ProfileError, RecipeError, ScanAIError, ScanError
from scanai.input_files import scan_name
from scanai.inspect.evidence.goods import comparable_groups
from scanai.inspect.evidence.measured import LOAD_ATTENUATION, block_mean
from scanai.manifest import Manifest, find_manifest, read_manifest
from scanai.scan import ScannerProfile, discover, load_profile, read_scan
from scanai.scan.model import Scan
from scanai.train.network import GOODS_STRIDE
from scanai.train.recipe import TrainingRecipe
from scanai.train.regions import SHIELD_STRIDE
from scanai.train.windows import NOT_KNOWN, UNKNOWN, Window, declared_vector, save_window

_AIR = 0.02
"""Attenuation below which there is surely nothing."""
_FLOOR_SHARE = 0.5
"""Of a cell's pixels at the noise floor, from which nothing can be seen there."""
_PROFILE = ".profile.toml"
_BESIDE = (".low.png", ".scan.json", _PROFILE)
"""What else a scan NAME is read from, after NAME."""


def require_own_scans(recipe: TrainingRecipe, source: str | Path) -> None:
    """RecipeError about `source`, the recipe, when its own_scans or own_profile cannot be used.

    A look at names alone; what cannot be read is told when it is cut.
    """
    if not recipe.own_scans:
        return
    folder = Path(recipe.own_scans)
    if not folder.exists():
        raise RecipeError(source, "own_scans, a folder that is there", f"no {folder}")
    if discover([folder]) == [folder] and folder.is_dir():
        raise RecipeError(source, "own_scans, a folder with scan files", f"none in {folder}")
    try:
        _own_profile(recipe)
    except ProfileError as error:
        found = f"{error.source}: {error.found}"
        raise RecipeError(source, f"in own_profile {error.expected}", found) from error


def make_own_windows(recipe: TrainingRecipe, folder: Path) -> list[Path]:
    """Cuts every own scan of the recipe into windows that `folder` does not hold yet; returns all.

    Scans that cannot be read are told and left out. RecipeError when none can be used.
    """
    if not recipe.own_scans:
        return []
    folder.mkdir(parents=True, exist_ok=True)
    profile = _own_profile(recipe)
    made: list[Path] = []
    for path in tqdm(discover([recipe.own_scans]), desc="own scans", unit="scan"):
        try:
            made += _windows_of(path, folder, recipe.window_px, profile)
        except ScanAIError as error:
            tqdm.write(f"error    {error}", file=sys.stderr)
    if not made:
        expected = "scans of your own that can be read, with a grey scale and a scanner"
        raise RecipeError(recipe.own_scans, expected, "none")
    return made


def _own_profile(recipe: TrainingRecipe) -> ScannerProfile | None:
    return load_profile(recipe.own_profile) if recipe.own_profile else None


def _windows_of(
    path: Path, folder: Path, window_px: int, profile: ScannerProfile | None
) -> list[Path]:
    manifest = _manifest(path)
    parts = _parts(path)
    if _PROFILE in parts:  # the profile that came with the scan knows it better
        profile = None
    if manifest is not None:
        parts["manifest"] = manifest
    name = _key(parts, profile, window_px)
    done = sorted(folder.glob(f"{name}-*.npz"))
    if done and (folder / f"{name}.whole").exists():
        return done
    scan = read_scan(path, profile)
    if scan.profile is None or scan.is_display:
        raise RecipeError(path, "a scan with a grey scale and a scanner", "a display picture")
    made = []
    for number, window in enumerate(cut_own(scan, _declared(manifest, scan.unit), window_px)):
        made.append(folder / f"{name}-{number:03d}.npz")
        save_window(window, made[-1])
    (folder / f"{name}.whole").touch()
    return made


def _parts(path: Path) -> dict[str, Path]:
    """The files that a scan is read from, by what they are: its picture and what lies beside it."""
    name = scan_name(path)
    beside = {ending: path.with_name(f"{name}{ending}") for ending in _BESIDE}
    return {"": path, **{ending: part for ending, part in beside.items() if part.is_file()}}


def _key(parts: Mapping[str, Path], profile: ScannerProfile | None, window_px: int) -> str:
    """Of the content of all that windows are cut from: a scan that changed is cut anew."""
    digest = sha256(f"{window_px} {sorted(parts)}".encode())
    for ending in sorted(parts):
        try:
            content = parts[ending].read_bytes()
        except OSError as error:
            expected = "a readable file"
            raise ScanError(parts[ending], expected, error.strerror or str(error)) from error
        digest.update(sha256(content).digest())
    digest.update(msgspec.json.encode(profile))
    return digest.hexdigest()[:16]


def _manifest(path: Path) -> Path | None:
    """The manifest beside the scan; where nobody can say which it is, that is told."""
    try:
        return find_manifest(path)
    except (ManifestError, OSError) as error:
        tqdm.write(f"error    {error}", file=sys.stderr)
        return None


def _declared(path: Path | None, unit: str) -> Manifest | None:
    """What the manifest says; a bad one is told, and the scan used without."""
    try:
        return None if path is None else read_manifest(path, unit)
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
