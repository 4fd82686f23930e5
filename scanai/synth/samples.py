"""The public samples: a few small scans chosen one by one, each in a named file format.

A data set recipe (`dataset`) draws its scans; here a TOML file with one `[[sample]]` table a scan
names them. Beside each scan lies its manifest; what is really in them is told in truth.json alone,
so that whoever tries the tool can first look without knowing.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import numpy as np
from tqdm import tqdm

from scanai.errors import RecipeError
from scanai.manifest import write_manifest
from scanai.output_files import require_folder
from scanai.records import from_toml
from scanai.scan import load_profile, write_npy, write_png_pair, write_tiff
from scanai.scan.model import RawScan
from scanai.synth.cargo import library
from scanai.synth.recipe_file import read_text, require_known, require_profiles
from scanai.synth.scenes import KINDS, ScanSpec
from scanai.synth.simulate import SimulatedScan, simulate
from scanai.synth.units import UNIT_TYPES

TRUTH_FILE = "truth.json"


class Sample(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    name: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]+$")]
    seed: Annotated[int, msgspec.Meta(ge=0)]
    profile: str
    kind: str
    unit_type: str | None = None
    heading: str | None = None
    """HS heading of the first consignment."""
    file: Literal["tiff", "png", "npy"] = "tiff"
    """npy comes without air line, laid out as the profile says."""


class SamplesRecipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sample: Annotated[tuple[Sample, ...], msgspec.Meta(min_length=1)]


def is_samples_recipe(path: str | Path) -> bool:
    """True when the file lists samples; False for any other file, readable or not."""
    try:
        return "[[sample]]" in Path(path).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return False


def read_samples_recipe(path: str | Path) -> SamplesRecipe:
    """RecipeError names the sample and its key; a name used twice is refused as well."""
    path = Path(path)
    recipe = from_toml(
        read_text(path), SamplesRecipe, path, "a list of samples in TOML", RecipeError
    )
    for sample in recipe.sample:
        _require_makeable(sample, path)
    names = [sample.name for sample in recipe.sample]
    if len(set(names)) < len(names):
        raise RecipeError(path, "each name once", ", ".join(sorted(names)))
    return recipe


def _require_makeable(sample: Sample, path: Path) -> None:
    of = f"of sample {sample.name}"
    require_known(f"kind {of}", [sample.kind], KINDS, path)
    require_profiles(f"profile {of}", [sample.profile], path)
    if sample.unit_type is not None:
        require_known(f"unit_type {of}", [sample.unit_type], UNIT_TYPES, path)
    if sample.heading is not None and sample.heading not in {one.heading for one in library()}:
        raise RecipeError(path, f"heading {of} among goods that are simulated", sample.heading)


def write_samples(recipe: SamplesRecipe, out: str | Path) -> list[Path]:
    """Writes every sample with its manifest, and truth.json, into the folder `out`.

    Returns the file of each scan.
    """
    folder = Path(out)
    require_folder(folder)
    truth = {}
    written = []
    for sample in tqdm(recipe.sample, desc="simulate", unit="scan"):
        made = simulate_sample(sample)
        raw = replace(made.raw, scan_id=sample.name)
        written.append(_write(raw, sample, folder))
        manifest = msgspec.structs.replace(made.manifest, scan_id=sample.name)
        write_manifest(manifest, folder / f"{sample.name}.manifest.json")
        truth[sample.name] = _told(sample, made)
    text = msgspec.json.format(msgspec.json.encode(truth), indent=2)
    (folder / TRUTH_FILE).write_bytes(text + b"\n")
    return written


def simulate_sample(sample: Sample) -> SimulatedScan:
    spec = ScanSpec(kind=sample.kind, unit_type=sample.unit_type, heading=sample.heading)
    profile = load_profile(sample.profile)
    return simulate(sample.seed, profile, spec, air_line=sample.file != "npy")


def _write(raw: RawScan, sample: Sample, folder: Path) -> Path:
    if sample.file == "png":
        return write_png_pair(raw, folder / sample.name)[0]
    path = folder / f"{sample.name}.{sample.file}"
    if sample.file == "npy":
        write_npy(raw, path)
    else:
        write_tiff(raw, path)
    return path


def _told(sample: Sample, made: SimulatedScan) -> dict[str, object]:
    return {
        "kind": sample.kind,
        "profile": sample.profile,
        "load_forms": made.scene.load_forms,
        "cargo_mass_kg": round(made.truth.cargo_mass_kg),
        "dead_rows": [np.flatnonzero((page == 0).all(axis=1)).tolist() for page in made.raw.pixels],
        "hidden": [msgspec.to_builtins(box) for box in made.truth.boxes],
    }
