"""Contact sheets: all scans of a recipe on pages, each with its truth, for people to look at.

HTML is one file that needs nothing else; PNG is one page, or several numbered ones.
"""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import jinja2
from PIL import Image, ImageDraw
from tqdm import tqdm

from scanai.errors import InputError
from scanai.output_files import require_writable, writing
from scanai.scan import calibrate
from scanai.sheets.drawing import INK, PAPER, QUIET, STYLES, drawable, font, outlined, picture_of
from scanai.synth.dataset import DatasetRecipe, ScanPlan, make_scan, plan_at
from scanai.synth.simulate import SimulatedScan
from scanai.synth.workers import ordered

_JPEG_QUALITY = 88
# Of a PNG page, in pixels.
_COLUMNS, _GAP, _TEXT = 2, 18, 14
_LINE = round(1.35 * _TEXT)


class Panel(NamedTuple):
    """One scan as it stands on a page."""

    number: int
    title: str
    lines: tuple[str, ...]
    """What is in it and what is declared."""
    picture: bytes
    """JPEG"""
    size: tuple[int, int]
    """(width, height) of the picture."""


def write_contact_sheet(
    recipe: DatasetRecipe, out: str | Path, workers: int = 1, per_page: int = 12
) -> list[Path]:
    """Draws all scans of the recipe into OUT.html, or OUT.png and, beyond `per_page` scans,
    OUT-01.png, OUT-02.png …; returns the pages. InputError for any other suffix, and before
    anything is drawn where a page cannot be written."""
    path = Path(out)
    if path.suffix not in (".html", ".png"):
        raise InputError(path, "a name that ends in .html or .png", path.suffix or "no suffix")
    pages = [path]
    if path.suffix == ".png" and recipe.count > per_page:
        count = -(-recipe.count // per_page)
        pages = [path.with_stem(f"{path.stem}-{number:02d}") for number in range(1, count + 1)]
    for page in pages:
        require_writable(page)
    drawn = ordered(partial(draw_panel, recipe), range(recipe.count), workers)
    panels = iter(tqdm(drawn, total=recipe.count, desc="draw", unit="scan"))
    if path.suffix == ".html":
        text = _html(panels)
        with writing(path):
            path.write_text(text, "utf-8")
        return pages
    for page in pages:
        picture = _png_page(list(islice(panels, per_page)))
        with writing(page):
            picture.save(page, "PNG")
    return pages


def draw_panel(recipe: DatasetRecipe, index: int) -> Panel:
    """Scan number `index` of the recipe, simulated, calibrated and drawn."""
    plan = plan_at(recipe, index)
    made = make_scan(plan)
    picture = outlined(picture_of(calibrate(made.raw)), made.truth)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
    title, lines = _caption(plan, made)
    return Panel(index, title, lines, buffer.getvalue(), picture.size)


def _caption(plan: ScanPlan, made: SimulatedScan) -> tuple[str, tuple[str, ...]]:
    """Title and lines of text."""
    scene, manifest = made.scene, made.manifest
    title = f"{plan.index} · {plan.spec.kind.replace('_', ' ')} · {_unit(scene.unit.unit_type)}"
    if not made.raw.profile or plan.own_profile:
        title += " · a scanner of its own"
    else:
        title += f" · {made.raw.profile.name}"
    true = sorted({item.heading for item in scene.objects if item.heading})
    declared = sorted({line.hs_code[:4] for line in manifest.lines})
    lines = [
        f"forms {_listed(form.replace('_', ' ') for form in scene.load_forms)}; "
        f"headings {_listed(true)}; declared {_listed(declared)}",
        f"load {_tonnes(made.truth.cargo_mass_kg)}, declared "
        f"{_tonnes(manifest.declared_mass_kg)}; tare {_tonnes(scene.unit.tare_kg)}",
    ]
    hidden = [
        f"{threat.material} {threat.form.replace('_', ' ')}, {threat.volume_cm3:.0f} cm³, "
        f"wall {threat.wall_mm:.0f} mm"
        for threat in scene.threats
    ]
    if hidden:
        lines.append("hidden: " + "; ".join(hidden))
    return title, tuple(lines)


def _unit(unit_type: str) -> str:
    return f"{unit_type} box" if unit_type[0].isdigit() else unit_type.replace("_", " ")


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words) or "none"


def _tonnes(mass_kg: float | None) -> str:
    return "unknown" if mass_kg is None else f"{mass_kg / 1000:.2f} t"


def _html(panels: Iterator[Panel]) -> str:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("scanai.sheets"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    environment.filters["data_url"] = _data_url
    template = environment.get_template("contact.html.j2")
    return template.render(panels=list(panels), styles=STYLES)


def _data_url(picture: bytes) -> str:
    return "data:image/jpeg;base64," + b64encode(picture).decode()


# --- PNG -----------------------------------------------------------------------------------------


def _png_page(panels: Sequence[Panel]) -> Image.Image:
    """Two columns, the legend of outlines below."""
    width = max(panel.size[0] for panel in panels)
    rows = [panels[start : start + _COLUMNS] for start in range(0, len(panels), _COLUMNS)]
    texts = [[_wrapped(panel, width) for panel in row] for row in rows]
    heights = [
        max(panel.size[1] + _LINE * len(lines) for panel, lines in zip(row, text, strict=True))
        for row, text in zip(rows, texts, strict=True)
    ]
    page = Image.new(
        "RGB",
        (
            _GAP + (width + _GAP) * min(len(panels), _COLUMNS),
            _GAP + sum(heights) + len(rows) * _GAP + 2 * _LINE,
        ),
        PAPER,
    )
    draw = ImageDraw.Draw(page)
    top = _GAP
    for row, text, height in zip(rows, texts, heights, strict=True):
        for column, (panel, lines) in enumerate(zip(row, text, strict=True)):
            left = _GAP + column * (width + _GAP)
            with Image.open(io.BytesIO(panel.picture)) as picture:
                page.paste(picture, (left, top))
            for number, line in enumerate(lines):
                place = (left, top + panel.size[1] + 3 + number * _LINE)
                draw.text(place, line, fill=QUIET if number else INK, font=font(_TEXT))
        top += height + _GAP
    left = _GAP
    for style in STYLES:
        draw.line((left, top + 8, left + 28, top + 8), fill=style.colour, width=4)
        draw.text((left + 34, top), style.title, fill=INK, font=font(_TEXT))
        left += 64 + round(font(_TEXT).getlength(style.title))
    return page


def _wrapped(panel: Panel, width: int) -> list[str]:
    """Title and lines, none wider than the picture's column."""
    lines: list[str] = []
    for text in map(drawable, (panel.title, *panel.lines)):
        line = ""
        for word in text.split():
            longer = f"{line} {word}".strip()
            if line and font(_TEXT).getlength(longer) > width:
                lines.append(line)
                longer = word
            line = longer
        lines.append(line)
    return lines
