"""The cargo library: which goods there are, of what, how dense, and how they are packed.

The library itself is data/cargo.toml, one table a kind of goods. Densities are those of a package
(or of the piece, where goods travel unpacked) and are estimates of this project after usual stowage
factors; no open table by HS heading is known. The goods group comes from the manifest's table.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Annotated

import msgspec
from numpy.random import Generator

from scanai.manifest.goods_groups import goods_group_of
from scanai.physics.materials import Material, material, mixture
from scanai.synth.forms import USUAL_PACKAGE, Item

_Positive = Annotated[float, msgspec.Meta(gt=0)]
_Size = Annotated[float, msgspec.Meta(ge=0)]


PACKAGE_SCALE = (0.9, 1.12)
"""Factors within which each side of a package varies from one consignment to the next."""


class Goods(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of goods."""

    heading: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}$")]
    codes: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    """HS 2022 subheadings that such goods are declared under."""
    texts: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    """As declarations describe them."""
    materials: dict[str, _Positive]
    """Share of mass by name in scanai.physics.materials, packing included."""
    density: tuple[_Positive, _Positive]
    """kg/m³ of one package, lowest and highest."""
    forms: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    """Load forms, drawn evenly."""
    package: tuple[_Size, _Size, _Size]
    """Of the first form, m; the others take their usual one. The file's head says what it means."""
    package_type: str
    """Code of UN/CEFACT recommendation 21."""
    weight: _Positive = 1.0
    """How often such goods travel, beside the others."""
    units: tuple[str, ...] = ()
    """Transport units that they travel in; none: any but a reefer."""

    @property
    def group(self) -> str:
        return goods_group_of(self.heading).name


class _Library(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    goods: tuple[Goods, ...]


@cache
def library() -> tuple[Goods, ...]:
    """All goods, in the order of the file."""
    text = files("scanai.synth").joinpath("data/cargo.toml").read_text("utf-8")
    return msgspec.toml.decode(text, type=_Library).goods


@cache
def library_without(headings: tuple[str, ...], forms: tuple[str, ...]) -> tuple[Goods, ...]:
    """The library but for those headings and load forms.

    Goods whose first form is left out are left out whole: their package is of that form.
    """
    return tuple(
        msgspec.structs.replace(
            goods, forms=tuple(form for form in goods.forms if form not in forms)
        )
        for goods in library()
        if goods.heading not in headings and goods.forms[0] not in forms
    )


LOOSE_FORMS = frozenset({"flexitank", "heap", "scrap"})
"""What lies from wall to wall with nothing beside it to hold it up."""


def beside_others(goods: Goods) -> Goods | None:
    """The goods as they travel with others in one unit; None where they only travel alone."""
    if goods.forms[0] in LOOSE_FORMS:
        return None
    forms = tuple(form for form in goods.forms if form not in LOOSE_FORMS)
    return msgspec.structs.replace(goods, forms=forms)


def material_of(goods: Goods) -> Material:
    """What a package holds; a mixture is named after its parts."""
    return _blend(tuple(goods.materials.items()))


@cache
def _blend(shares: tuple[tuple[str, float], ...]) -> Material:
    if len(shares) == 1:
        return material(shares[0][0])
    name = " + ".join(f"{share:g} {name}" for name, share in shares)
    return mixture([(material(name), share) for name, share in shares], name)


def draw_item(rng: Generator, goods: Goods, mass_kg: float) -> Item:
    """One consignment of these goods: form, density and package size drawn from their ranges."""
    low, high = goods.density
    scale = rng.uniform(*PACKAGE_SCALE, 3)
    form = goods.forms[rng.integers(len(goods.forms))]
    first = form == goods.forms[0]
    length, width, height = goods.package if first else USUAL_PACKAGE.get(form, goods.package)
    return Item(
        heading=goods.heading,
        group=goods.group,
        material=material_of(goods),
        density=float(rng.uniform(low, high)),
        package=(length * scale[0], width * scale[1], height * scale[2]),
        mass_kg=mass_kg,
        form=form,
    )
