"""Windows of simulated scans, made once and kept on disk: what every epoch draws its crops from.

A window is a cut through a scan, calibrated as the Inspector would, with its truth at the strides
of the network. Making them costs more than training on them, hence the cache; it belongs to one
recipe and is refused for another. Cropping and augmentation are in `batches`.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from zipfile import BadZipFile

import msgspec
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from scanai.errors import InputError, RecipeError
from scanai.inspect.evidence.goods import declared_groups
from scanai.manifest import Manifest
from scanai.scan import calibrate
from scanai.scan.model import Scan
from scanai.scan.profile import ScannerProfile
from scanai.synth.dataset import DatasetRecipe, scan_at
from scanai.synth.truth import Truth, TruthBox
from scanai.synth.workers import ordered
from scanai.train.network import GOODS_CLASSES, GOODS_STRIDE
from scanai.train.recipe import TrainingRecipe
from scanai.train.regions import SHIELD_STRIDE

# Attenuation is kept in 16 bits: steps of 1.4e-4, below any scanner's noise, from -0.2 to 9.3.
_CODES_PER_ATTENUATION = 6900.0
_CODE_OFFSET = 0.2
# Effective mass attenuation of a MV beam behind cargo, cm²/g: 0.035 (wood, 6 MV) to 0.05 (lead).
_MASS_ATTENUATION = 0.04
# 3 cm of lead, g/cm², and the detectability below which its loss goes unseen.
_LEAD_PLATE, _DETECTABLE = 34.0, 3.0
NOT_KNOWN = -1.0
"""In place of an areal density."""
UNKNOWN = 255
"""In place of a goods group: what is there is neither this nor that."""
HIGH_Z = ("tungsten", "uranium", "lead", "polyethylene+lead", "boron+lead")
"""Materials of shields that are of Z ≥ 72, or hold such metal."""


@dataclass(frozen=True)
class Window:
    attenuation: NDArray[np.float32]
    """(energies, H, W)"""
    goods: NDArray[np.uint8]
    """(H/8, W/8) goods group that covers most of the cell, 0 for nothing, UNKNOWN for no answer."""
    areal_density: NDArray[np.float32]
    """(H/8, W/8) g/cm² of cargo, the transport unit not counted, or NOT_KNOWN."""
    shield: NDArray[np.float32]
    """(2, H/4, W/4) share of the cell inside the outline of a threat; of a high-Z one."""
    opaque: NDArray[np.float32]
    """(H/4, W/4) 1 where a shield could not be seen for want of radiation."""
    boxes: NDArray[np.float32]
    """(n, 5) of threats: x0, y0, x1, y1 in pixels and visibility, 0 (physically lost) to 1."""
    focus: NDArray[np.float32]
    """(n, 4) boxes of all that is worth a look: visible threats and what looks like one."""
    declared: NDArray[np.float32]
    """(27,) 1 for the goods groups of the declaration."""
    pitch_mm: tuple[float, float]
    profile: ScannerProfile


def data_recipe(recipe: TrainingRecipe, seed: int, count: int) -> DatasetRecipe:
    """The windows of a training recipe as a data set."""
    return DatasetRecipe(
        seed=seed,
        count=count,
        profiles=recipe.profiles,
        kinds=recipe.kinds,
        without_headings=recipe.without_headings,
        without_forms=recipe.without_forms,
        x_window_px=recipe.window_px,
    )


def make_windows(recipe: DatasetRecipe, folder: Path, workers: int, label: str) -> list[Path]:
    """Makes those windows of the recipe that `folder` does not hold yet; returns all in order."""
    folder.mkdir(parents=True, exist_ok=True)
    _claim(recipe, folder)
    paths = [folder / f"{index:06d}.npz" for index in range(recipe.count)]
    missing = [index for index, path in enumerate(paths) if not path.exists()]
    task = partial(_make_window, recipe, folder)
    with tqdm(total=recipe.count, initial=recipe.count - len(missing), desc=label) as progress:
        for _ in ordered(task, missing, workers):
            progress.update()
    return paths


def _claim(recipe: DatasetRecipe, folder: Path) -> None:
    """Windows of two recipes must not mix; the number of windows alone may grow."""
    mark = folder / "recipe.json"
    text = msgspec.json.encode(msgspec.structs.replace(recipe, count=1))
    if not mark.exists():
        mark.write_bytes(text)
    elif mark.read_bytes() != text:
        found = hashlib.sha256(mark.read_bytes()).hexdigest()[:12]
        expected = hashlib.sha256(text).hexdigest()[:12]
        raise RecipeError(folder, f"windows of this recipe ({expected})", f"another's ({found})")


def _make_window(recipe: DatasetRecipe, folder: Path, index: int) -> None:
    simulated = scan_at(recipe, index)
    scan = calibrate(simulated.raw)
    path = folder / f"{index:06d}.npz"
    partial_path = folder / f"{index:06d}.partial.npz"
    save_window(cut(scan, simulated.truth, simulated.manifest), partial_path)
    partial_path.replace(path)


def cut(scan: Scan, truth: Truth, manifest: Manifest) -> Window:
    """The window of a calibrated scan and its truth; rows and columns to multiples of 8.

    `manifest`: as declared, true or not.
    """
    height, width = (size - size % GOODS_STRIDE for size in truth.group_index.shape)
    view = (slice(0, height), slice(0, width))
    assert scan.profile is not None
    boxes = [
        (box.x0, box.y0, box.x1, box.y1, visibility(box, truth, scan.profile))
        for box in truth.boxes
    ]
    shield = _means(truth.shield_mask[view].astype(np.float32), SHIELD_STRIDE)
    high_z = float(any(box.material in HIGH_Z for box in truth.boxes))
    corners = [(box.x0, box.y0, box.x1, box.y1) for box in truth.look_alikes]
    corners += [box[:4] for box in boxes if box[4] > 0]
    return Window(
        attenuation=scan.attenuation[:, :height, :width],
        goods=_most_common(truth.group_index[view], GOODS_STRIDE),
        areal_density=_means(truth.cargo_areal_density[view], GOODS_STRIDE),
        # A simulated scan hides one shield at most.
        shield=np.stack([shield, shield * high_z]),
        opaque=_opaque(_means(truth.total_areal_density[view], SHIELD_STRIDE), scan.profile),
        boxes=np.array(boxes, np.float32).reshape(-1, 5),
        focus=np.array(corners, np.float32).reshape(-1, 4),
        declared=declared_vector(group.index for group in declared_groups(manifest)),
        pitch_mm=scan.pitch_mm,
        profile=scan.profile,
    )


def declared_vector(groups: Iterable[int]) -> NDArray[np.float32]:
    """(27,) 1 for each group of these numbers."""
    vector = np.zeros(GOODS_CLASSES, np.float32)
    vector[list(groups)] = 1.0
    return vector


def _opaque(areal_density: NDArray[np.float32], profile: ScannerProfile) -> NDArray[np.float32]:
    """1 where 3 cm of lead over a cell of the stride would drown in the noise of so much matter."""
    quanta = profile.noise.quanta_open_beam[0]
    electronic = profile.noise.electronic_counts / profile.open_beam_counts[0] * quanta
    signal = quanta * np.exp(-_MASS_ATTENUATION * areal_density)
    lost = signal * (1 - np.exp(-_MASS_ATTENUATION * _LEAD_PLATE))
    d_prime = SHIELD_STRIDE * lost / np.sqrt(signal + electronic**2)
    opaque: NDArray[np.float32] = (d_prime < _DETECTABLE).astype(np.float32)
    return opaque


def detectability(box: TruthBox, truth: Truth, profile: ScannerProfile) -> tuple[float, float]:
    """(matched-filter d′ from counting statistics, attenuation that the object adds).

    As if background and outline were known, for the high energy: an upper bound for any detector.
    """
    window = (slice(box.y0, box.y1), slice(box.x0, box.x1))
    inside = truth.shield_mask[window]
    total = truth.total_areal_density[window][inside]
    quanta = profile.noise.quanta_open_beam[0]
    electronic = profile.noise.electronic_counts / profile.open_beam_counts[0] * quanta
    floor = profile.noise_floor
    behind = np.exp(-_MASS_ATTENUATION * np.maximum(total - box.areal_density, 0.0))
    without = np.maximum(behind, floor)
    added = np.exp(-_MASS_ATTENUATION * box.areal_density)
    with_it = np.maximum(behind * added, floor)
    difference = quanta * (without - with_it)
    d_prime = float(np.sqrt((difference**2 / (quanta * without + electronic**2)).sum()))
    return d_prime, float(np.log(without / with_it).mean()) if total.size else 0.0


def visibility(box: TruthBox, truth: Truth, profile: ScannerProfile) -> float:
    """0 where the object drowns in noise or changes nothing, 1 where it stands out, ramps between.

    Training a network to see what is not in the picture teaches it to alarm on dense cargo.
    """
    return visible_to(*detectability(box, truth, profile))


def visible_to(d_prime: float, added: float) -> float:
    """As `visibility`, of a detectability and the attenuation that the object adds."""
    by_noise = np.clip((d_prime - 3.0) / 7.0, 0.0, 1.0)
    by_clutter = np.clip((added - 0.05) / 0.15, 0.0, 1.0)
    return float(by_noise * by_clutter)


_STORED = ("goods", "areal_density", "shield", "opaque", "boxes", "focus", "declared")


def save_window(window: Window, path: Path) -> None:
    codes = (window.attenuation + _CODE_OFFSET) * _CODES_PER_ATTENUATION
    np.savez(
        path,
        attenuation=np.clip(np.rint(codes), 0, 65_535).astype(np.uint16),
        goods=window.goods,
        areal_density=window.areal_density.astype(np.float16),
        shield=np.rint(window.shield * 255).astype(np.uint8),
        opaque=window.opaque.astype(np.uint8),
        boxes=window.boxes,
        focus=window.focus,
        declared=window.declared,
        pitch_mm=np.array(window.pitch_mm, np.float32),
        profile=np.frombuffer(msgspec.json.encode(window.profile), np.uint8),
    )


def load_window(path: Path) -> Window:
    """InputError when the file is not whole, as after a full disk."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            along, across = stored["pitch_mm"]
            codes = stored["attenuation"].astype(np.float32)
            parts = {name: stored[name] for name in _STORED}
            profile = msgspec.json.decode(stored["profile"].tobytes(), type=ScannerProfile)
    except (OSError, EOFError, KeyError, ValueError, BadZipFile, zlib.error) as error:
        expected = "a training window that is whole (delete it and it is made again)"
        raise InputError(path, expected, "a file that breaks off or was altered") from error
    return Window(
        attenuation=codes * np.float32(1 / _CODES_PER_ATTENUATION) - np.float32(_CODE_OFFSET),
        goods=parts["goods"],
        areal_density=parts["areal_density"].astype(np.float32),
        shield=parts["shield"].astype(np.float32) / 255,
        opaque=parts["opaque"].astype(np.float32),
        boxes=parts["boxes"],
        focus=parts["focus"],
        declared=parts["declared"],
        pitch_mm=(float(along), float(across)),
        profile=profile,
    )


def share_of_cells(
    outline: NDArray[np.bool_], window: tuple[slice, slice], shape: tuple[int, ...], stride: int
) -> NDArray[np.float32]:
    """(shape) share of each cell of the stride that an outline, given within a window, covers."""
    picture = np.zeros((shape[0] * stride, shape[1] * stride), np.float32)
    rows, columns = window
    part = picture[rows, columns]
    part[:] = outline[: part.shape[0], : part.shape[1]]
    return _means(picture, stride)


def _means(picture: NDArray[np.float32], stride: int) -> NDArray[np.float32]:
    height, width = picture.shape
    cells = picture.reshape(height // stride, stride, width // stride, stride)
    means: NDArray[np.float32] = cells.mean(axis=(1, 3), dtype=np.float32)
    return means


def _most_common(index: NDArray[np.uint8], stride: int) -> NDArray[np.uint8]:
    present = np.unique(index)
    shares = np.stack([_means((index == group).astype(np.float32), stride) for group in present])
    most: NDArray[np.uint8] = present[shares.argmax(axis=0)]
    return most
