"""What reading any recipe takes: its text, and names that must be known. Types are for `records`.

Data sets, samples and training runs each have a recipe of their own type; every refusal is a
RecipeError with the file, the key, what was expected and what was found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from math import inf
from pathlib import Path

from scanai.errors import ProfileError, RecipeError
from scanai.scan import load_profile
from scanai.synth.cargo import library, library_without
from scanai.synth.scenes import KINDS

RANDOM = "random"
"""In place of a scanner profile: a whole scanner drawn anew for each scan."""

_FEW = 40
"""Names that an error lists whole."""


def read_text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise RecipeError(path, "a readable recipe", error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise RecipeError(path, "text in UTF-8", str(error)) from error


def require_known(key: str, given: Iterable[str], known: Iterable[str], source: str | Path) -> None:
    names = list(known)
    unknown = sorted(set(given) - set(names))
    if unknown and len(names) <= _FEW:
        raise RecipeError(source, f"{key} among {', '.join(names)}", ", ".join(unknown))
    if unknown:
        near = get_close_matches(unknown[0], names, n=5, cutoff=0.5)
        such = f", such as {', '.join(near)}" if near else ""
        raise RecipeError(source, f"{key} among the {len(names)} known{such}", ", ".join(unknown))


def known_headings() -> list[str]:
    """HS headings of the cargo library."""
    return sorted({goods.heading for goods in library()})


def require_left_out(headings: Sequence[str], forms: Sequence[str], source: str | Path) -> None:
    """Headings and load forms that no load is to have: there must be some left of either."""
    require_known("without_headings", headings, known_headings(), source)
    known = sorted({form for goods in library() for form in goods.forms})
    require_known("without_forms", forms, known, source)
    if not library_without(tuple(headings), tuple(forms)):
        raise RecipeError(source, "goods that are left to load", "none")


def require_weights(kinds: Mapping[str, float], source: str | Path) -> None:
    """Weights of kinds of scene: kinds that can be made, and something to draw."""
    require_known("kinds", kinds, KINDS, source)
    wrong = [f"{kind} = {weight}" for kind, weight in kinds.items() if not 0 <= weight < inf]
    if wrong:
        raise RecipeError(source, "kinds with finite weights from 0", ", ".join(wrong))
    if sum(kinds.values()) <= 0:
        raise RecipeError(source, "kinds with a weight above 0", "none")


def require_profiles(key: str, profiles: Iterable[str], source: str | Path) -> None:
    """Every profile can be loaded: else hours of simulation would end at the first of its scans."""
    for profile in profiles:
        if profile == RANDOM:
            continue
        try:
            load_profile(profile)
        except ProfileError as error:
            found = f"{error.source}: {error.found}"
            raise RecipeError(source, f"in {key} {error.expected}", found) from error
