"""The training recipe: one flat TOML file that, with a version of ScanAI, makes one model.

Unknown keys and values out of range are refused. What the keys mean stands here and nowhere else;
what is done with them is in `windows` (data), `batches` (augmentation) and `loop`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from scanai.errors import RecipeError
from scanai.inspect.bundle import BundleMetadata
from scanai.records import from_toml
from scanai.synth.recipe_file import (
    read_text,
    require_left_out,
    require_profiles,
    require_weights,
)
from scanai.train.network import STRIDE, NetworkSize

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Positive = Annotated[float, msgspec.Meta(gt=0, le=1e6)]
Count = Annotated[int, msgspec.Meta(ge=1, le=10_000_000)]
Range = tuple[float, float]
_LARGEST_FACTOR = 10.0
_LARGEST_CROP = 8192


class TrainingRecipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    name: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9.-]*$")]
    seed: Annotated[int, msgspec.Meta(ge=0, lt=2**31)]
    """Of weights, order and augmentation."""

    # Data: windows of simulated scans.
    data_seed: Annotated[int, msgspec.Meta(ge=0, lt=2**31)]
    """Validation windows come from data_seed + 1."""
    windows: Count
    validation_windows: Count
    window_px: Annotated[int, msgspec.Meta(ge=64, le=8192)]
    """Columns of a window; its rows are all rows of the scanner."""
    profiles: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    kinds: dict[str, float]
    """Weight of each kind of scene."""
    without_headings: tuple[str, ...] = ()
    without_forms: tuple[str, ...] = ()
    """HS headings and load forms that never occur: the benchmark has them, and tells what a model
    does with goods that it never saw."""

    own_scans: str = ""
    """Folder of benign scans of your own, in any documented format, with their declarations."""
    own_share: Share = 0.0
    """Of the windows that are shown: how many come from own_scans."""
    own_profile: str = ""
    """Scanner of those that name none, as bare arrays do: name or TOML file of a profile."""

    # Network.
    channels: tuple[int, int, int, int] = NetworkSize.channels
    depth: tuple[int, int, int, int] = NetworkSize.depth

    # Training.
    steps: Count
    second_look_steps: Annotated[int, msgspec.Meta(ge=0, le=10_000_000)] = 0
    """So many more in which the second look alone learns, on whole windows."""
    batch: Annotated[int, msgspec.Meta(ge=1, le=4096)]
    crop_px: tuple[int, int]
    """Rows, columns that the network sees at once; multiples of 32."""
    learning_rate: Annotated[float, msgspec.Meta(gt=0, le=1)]
    """At its peak; a one-cycle schedule rises to it and falls to nothing."""
    weight_decay: Annotated[float, msgspec.Meta(ge=0)] = 0.01
    precision: Literal["bfloat16", "float32"] = "bfloat16"
    checkpoint_steps: Count = 200
    """A run that is stopped loses at most this many steps."""
    regions: Annotated[int, msgspec.Meta(ge=1, le=32)] = 16
    """Of each crop, how many are proposed to the second look; of whole windows all 32."""

    # Augmentation.
    inserted_threats: Share = 0.0
    """Share of the windows without a threat that get a new one each time they are shown."""
    inserted_look_alikes: Share = 0.0
    """Share of the windows that get honest dense goods, declared as such."""
    declaration_dropout: Share = 0.15
    """Share of the windows that are shown without their declaration."""
    threat_crops: Share = 0.7
    """Share of the crops of a window with a threat or a look-alike that are laid around one."""
    energy_dropout: Share = 0.25
    """Share of dual-energy windows that are shown with their high energy only."""
    ratio_scale: Range = (0.95, 1.13)
    """Factor on the high energy's attenuation: real scanners' ratios differ from nominal ones."""
    attenuation_scale: Range = (0.9, 1.1)
    """Factor on both: another hardness of beam or another share of scatter."""
    gain_error: Annotated[float, msgspec.Meta(ge=0, le=0.2)] = 0.02
    """Standard deviation of what is left of open-beam correction, of the whole and of each row."""
    added_noise: Range = (0.0, 0.01)
    """Standard deviation of noise added to transmission, times the root of transmission."""

    # Losses. Centres are few, so their gradient is four times as large as that of the goods and
    # mostly noise (measured on a run of 700 steps): with equal weights, goods are hardly learnt.
    goods_weight: Positive = 2.0
    shielding_weight: Positive = 1.0
    centre_weight: Positive = 0.25
    box_weight: Positive = 0.5
    high_z_weight: Positive = 0.2
    opaque_weight: Positive = 0.1
    areal_density_weight: Positive = 0.5
    second_look_weight: Positive = 2.0

    @property
    def all_steps(self) -> int:
        return self.steps + self.second_look_steps

    @property
    def size(self) -> NetworkSize:
        return NetworkSize(self.channels, self.depth)


def read_recipe(path: str | Path) -> tuple[TrainingRecipe, str]:
    """The recipe and its text; RecipeError names the key that is wrong.

    The scanner profiles must be there, which `parse_recipe` does not ask: a checkpoint or a bundle
    may well be used where the profiles it was made with are not.
    """
    path = Path(path)
    text = read_text(path)
    recipe = parse_recipe(text, path)
    require_profiles("profiles", recipe.profiles, path)
    require_left_out(recipe.without_headings, recipe.without_forms, path)
    return recipe, text


def recipes_of(metadata: BundleMetadata) -> list[TrainingRecipe]:
    """All recipes that made a bundle's weights, the last one last."""
    texts = (*metadata.earlier_recipes, metadata.recipe)
    return [parse_recipe(text, f"recipe of the bundle {metadata.name}") for text in texts]


def seeds_of(metadata: BundleMetadata) -> set[int]:
    """Seeds of all data that the bundle's weights were trained or validated on."""
    recipes = recipes_of(metadata)
    return {recipe.data_seed + part for recipe in recipes for part in (0, 1)}


def parse_recipe(text: str, source: str | Path) -> TrainingRecipe:
    """The recipe in a text that came from `source`; RecipeError names the key that is wrong."""
    recipe = from_toml(text, TrainingRecipe, source, "a training recipe in TOML", RecipeError)
    try:
        _ = recipe.size
    except ValueError as error:
        raise RecipeError(source, "a training recipe in TOML", str(error)) from error
    require_weights(recipe.kinds, source)
    if any(not STRIDE <= side <= _LARGEST_CROP or side % STRIDE for side in recipe.crop_px):
        expected = f"crop_px in multiples of {STRIDE} up to {_LARGEST_CROP}"
        raise RecipeError(source, expected, str(recipe.crop_px))
    if (recipe.own_share > 0) != bool(recipe.own_scans):
        expected = "own_scans, a folder, with an own_share above 0, or neither"
        raise RecipeError(source, expected, f"{recipe.own_scans!r}, {recipe.own_share:g}")
    if recipe.own_profile and not recipe.own_scans:
        raise RecipeError(source, "own_profile beside own_scans", "no own_scans")
    for key in ("ratio_scale", "attenuation_scale", "added_noise"):
        low, high = getattr(recipe, key)
        if not 0 <= low <= high <= _LARGEST_FACTOR:
            expected = f"{key} as two rising numbers from 0 to {_LARGEST_FACTOR:g}"
            raise RecipeError(source, expected, f"{low}, {high}")
    return recipe
