"""The page of the mismatch benchmark: figures beside their targets, plots, and where it fails."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup
from matplotlib.figure import Figure as Canvas

from scanai.inspect.bundle import BundleMetadata
from scanai.manifest.goods_groups import goods_group_of, goods_groups
from scanai.manifest.nomenclature import chapter_title
from scanai.train.figures import Figure
from scanai.train.mismatch.alike import Alike, alike_headings
from scanai.train.mismatch.cases import SWAPS, part_name
from scanai.train.mismatch.figures import false_by_heading
from scanai.train.mismatch.ideal import MixedUp, mixed_up
from scanai.train.mismatch.queue import FIRST, ORDERS
from scanai.train.mismatch.recipe import MismatchRecipe
from scanai.train.mismatch.trials import LoadTrial
from scanai.train.page_templates import page_template
from scanai.train.plots import COLOURS, STROKES, svg

TARGETS: dict[str, tuple[str, float]] = {
    "group_swap": ("code of another goods group found", 0.90),
    "part_25": ("a quarter of the mass of another group found", 0.80),
    "mass_15": ("declared mass 15 to 60 % off found, all penetrated", 0.90),
    "false_empty": ("loaded unit declared empty found", 0.995),
    "queue_5pct": ("bad ones among the first 5 % of the queue", 0.80),
}
"""Name of a figure → (title, target)."""
TITLES = {
    "group_swap": "code of another group",
    "chapter_swap": "code of another chapter, same group",
    "heading_swap": "code of another heading, same group and chapter",
    "verdict": "verdict",
    "mass_rule": "mass alone",
    "document_rules": "papers alone",
    "random": "random order",
}
_WORST = 25


class Target(NamedTuple):
    title: str
    figure: Figure
    target: float

    @property
    def reached(self) -> bool:
        return self.figure.value >= self.target


class HeadingRow(NamedTuple):
    heading: str
    chapter: str
    group: str
    wrong: int
    loads: int


def write_mismatch_page(
    out: Path,
    metadata: BundleMetadata,
    recipe: MismatchRecipe,
    trials: Sequence[LoadTrial],
    figures: Mapping[str, Figure],
) -> None:
    """Writes one HTML file that needs nothing else."""
    page = page_template("mismatch.html").render(
        model=metadata,
        loads=len(trials),
        targets=[
            Target(title, figures[name], target)
            for name, (title, target) in TARGETS.items()
            if name in figures
        ],
        plots={
            "Detection at 1 % false mismatches": Markup(_cases_plot(recipe, figures)),
            "How much of the queue has to be looked at": Markup(_queue_plot(figures)),
            "True declarations contradicted, by goods group": Markup(_groups_plot(figures)),
        },
        headings=_worst_headings(trials),
        mixed_up=_named(mixed_up()),
        alike=_named(alike_headings(trials)),
        figures=figures,
    )
    out.write_text(page, "utf-8")


def _cases_plot(recipe: MismatchRecipe, figures: Mapping[str, Figure]) -> str:
    parts = {part_name(one): f"{100 * one:.0f} % of another group" for one in recipe.shares}
    names = {name: TITLES[name] for name in SWAPS} | parts | {"mass_15": "false mass, penetrated"}
    names["false_empty"] = "declared empty"
    return _bars({title: figures[name] for name, title in names.items() if name in figures})


def _groups_plot(figures: Mapping[str, Figure]) -> str:
    prefix = "false_mismatch.by_group."
    titles = {group.name: group.title.split(":")[0] for group in goods_groups()}
    found = {
        titles[name.removeprefix(prefix)]: figure
        for name, figure in figures.items()
        if name.startswith(prefix)
    }
    return _bars(found, most=None)


def _bars(rows: dict[str, Figure], most: float | None = 1.0) -> str:
    canvas = Canvas(figsize=(7.2, 0.7 + 0.3 * len(rows)), layout="constrained")
    axes = canvas.add_subplot()
    for place, figure in enumerate(reversed(rows.values())):
        axes.barh(place, 100 * figure.value, color=COLOURS[0], height=0.6)
        ends = [100 * figure.low, 100 * figure.high]
        axes.plot(ends, [place, place], color="#222222", linewidth=1.4)
    axes.set_yticks(range(len(rows)), list(reversed(rows)), fontsize=8)
    axes.set_xlabel("%, with the 95 % interval")
    axes.set_xlim(0, None if most is None else 100 * most)
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    return svg(canvas)


def _queue_plot(figures: Mapping[str, Figure]) -> str:
    canvas = Canvas(figsize=(6.4, 3.6), layout="constrained")
    axes = canvas.add_subplot()
    for number, rule in enumerate(ORDERS):
        suffix = "" if rule == "verdict" else f".{rule}"
        names = [f"queue_{100 * first:.0f}pct{suffix}" for first in FIRST]
        found = [100 * figures[name].value for name in names if name in figures]
        axes.plot(
            [0, *(100 * first for first in FIRST)][: len(found) + 1],
            [0, *found],
            color=COLOURS[number],
            linestyle=STROKES[number],
            marker="o",
            label=TITLES[rule],
        )
    axes.set_xlabel("first % of the queue")
    axes.set_ylabel("% of the bad ones found")
    axes.set_ylim(0, 100)
    axes.grid(color="#dddddd", linewidth=0.6)
    axes.legend(fontsize=8)
    return svg(canvas)


def _worst_headings(trials: Sequence[LoadTrial]) -> list[HeadingRow]:
    """Headings whose true declarations are contradicted, the most often first."""
    rows = [
        HeadingRow(
            heading,
            chapter_title(heading),
            goods_group_of(heading).title.split(":")[0],
            wrong,
            loads,
        )
        for heading, (wrong, loads) in false_by_heading(trials).items()
        if wrong
    ]
    return sorted(rows, key=lambda row: (-row.wrong / row.loads, row.heading))[:_WORST]


def _named(alike: Sequence[Alike] | Sequence[MixedUp]) -> dict[str, list[str]]:
    """Pairs of headings that were not told apart, by the first of them, with their chapters."""
    found: dict[str, list[str]] = defaultdict(list)
    for pair in alike:
        found[_heading(pair.one)].append(_heading(pair.other))
    return dict(found)


def _heading(code: str) -> str:
    return f"{code} ({chapter_title(code)})"
