"""The annotated picture: the pseudo-coloured scan with boxes, verdict, ruler and legend, as PNG.

Boxes are told apart by number, words and stroke (solid: confirmed, dashed: not), never by colour
alone, and are white within black so that they show on any cargo. `annotate` draws, `png_bytes` and
`jpeg_bytes` encode. What is drawn comes from the finished report.
"""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from scanai.inspect.report import Decision, Finding, Report
from scanai.render.pseudo_colour import MATERIAL_CLASSES, NEUTRAL
from scanai.render.words import DECISION_TITLES, box_label, energies

UInt8 = NDArray[np.uint8]
Box = tuple[int, int, int, int]

_INK, _PAPER, _QUIET = (17, 22, 28), (255, 255, 255), (96, 106, 118)
# Okabe-Ito hues, darkened until white text on them passes 4.5:1; the word beside says the same.
DECISION_COLOURS: dict[Decision, tuple[int, int, int]] = {
    "clear": (0, 110, 82),
    "review": (138, 90, 0),
    "inspect": (176, 32, 16),
}
_LEAST_WIDTH = 1000


def annotate(picture: UInt8, report: Report) -> Image.Image:
    """Picture (H, W, 3) with boxes, between a heading and a ruler with the legend.

    Pictures narrower than 1000 pixels are enlarged by a whole factor, so that the words fit.
    """
    factor = -(-_LEAST_WIDTH // picture.shape[1])
    scan = Image.fromarray(picture)
    if factor > 1:
        scan = scan.resize((scan.width * factor, scan.height * factor), Image.Resampling.NEAREST)
    size = int(np.clip(scan.width / 88, 13, 30))
    _draw_boxes(scan, report, factor, size)
    heading, footing = round(size * 2.2), round(size * 3.6)
    sheet = Image.new("RGB", (scan.width, heading + scan.height + footing), _PAPER)
    sheet.paste(scan, (0, heading))
    draw = ImageDraw.Draw(sheet)
    _draw_heading(draw, report, size, scan.width, heading)
    _draw_ruler(draw, report, size, (scan.width, heading + scan.height), factor)
    _draw_legend(draw, report, size, (scan.width, heading + scan.height + round(size * 2.0)))
    return sheet


def png_bytes(picture: Image.Image) -> bytes:
    """Lossless; level 1, because on a noisy scan level 6 saves 4 % and takes four times as long."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def jpeg_bytes(picture: Image.Image, quality: int = 88) -> bytes:
    """For embedding in a page. Chroma is halved, which is still finer than it is measured."""
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def _draw_boxes(scan: Image.Image, report: Report, factor: int, size: int) -> None:
    draw = ImageDraw.Draw(scan)
    taken: list[Box] = []
    stroke = max(2, size // 8)
    regions = [
        (number, finding, _scaled(finding.region, factor))
        for number, finding in enumerate(report.findings, 1)
        if finding.region is not None
    ]
    for _, finding, (x0, y0, x1, y1) in reversed(regions):
        for inset, colour in ((-stroke, _INK), (0, _PAPER), (stroke, _INK)):
            edge = (x0 + inset, y0 + inset, x1 - 1 - inset, y1 - 1 - inset)
            if edge[2] > edge[0] and edge[3] > edge[1]:
                _outline(draw, edge, colour, stroke, dashed=not finding.confirmed)
    for number, finding, box in regions:
        _draw_label(draw, scan.size, box_label(number, finding), finding, box, size, taken)


def _scaled(region: Box, factor: int) -> Box:
    x0, y0, x1, y1 = region
    return x0 * factor, y0 * factor, x1 * factor, y1 * factor


def _outline(
    draw: ImageDraw.ImageDraw, edge: Box, colour: tuple[int, int, int], stroke: int, *, dashed: bool
) -> None:
    if not dashed:
        draw.rectangle(edge, outline=colour, width=stroke)
        return
    x0, y0, x1, y1 = edge
    dash = stroke * 5
    for x in range(x0, x1, dash * 2):
        for y in (y0, y1 - stroke + 1):
            draw.rectangle((x, y, min(x + dash, x1), y + stroke - 1), fill=colour)
    for y in range(y0, y1, dash * 2):
        for x in (x0, x1 - stroke + 1):
            draw.rectangle((x, y, x + stroke - 1, min(y + dash, y1)), fill=colour)


def _draw_label(
    draw: ImageDraw.ImageDraw,
    canvas: tuple[int, int],
    text: str,
    finding: Finding,
    box: Box,
    size: int,
    taken: list[Box],
) -> None:
    """Puts the label above its box, else below, else inside, where it hides no other label."""
    font = _font(size)
    width = round(font.getlength(text)) + size
    height = round(size * 1.5)
    x0, y0, _, y1 = box
    left = int(np.clip(x0, 0, max(canvas[0] - width, 0)))
    tops = [y0 - height - 4, y1 + 4, y0 + 6, *range(y1 + 4 + height, canvas[1], height)]
    places = [(left, top, left + width, top + height) for top in tops]
    free = (
        place
        for place in places
        if place[1] >= 0
        and place[3] <= canvas[1]
        and not any(_overlap(place, other) for other in taken)
    )
    chosen = next(free, (left, max(y0, 0), left + width, max(y0, 0) + height))
    taken.append(chosen)
    fill = _INK if finding.confirmed else _PAPER
    draw.rectangle(chosen, fill=fill, outline=_PAPER if finding.confirmed else _INK, width=2)
    ink = _PAPER if finding.confirmed else _INK
    draw.text(
        (chosen[0] + size // 2, (chosen[1] + chosen[3]) // 2),
        text,
        fill=ink,
        font=font,
        anchor="lm",
    )


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _draw_heading(
    draw: ImageDraw.ImageDraw, report: Report, size: int, width: int, height: int
) -> None:
    font = _font(round(size * 1.15))
    decision = report.verdict.decision
    title = DECISION_TITLES[decision].upper()
    end = round(font.getlength(title)) + 2 * size
    draw.rectangle((0, 0, end, height - 1), fill=DECISION_COLOURS[decision])
    draw.text((size, height // 2), title, fill=_PAPER, font=font, anchor="lm")
    name = "  ·  ".join(part for part in (report.unit, report.inputs.scan) if part)
    scanner = "  ·  ".join(
        part for part in (report.scanner, energies(report) if report.energies_mv else "") if part
    )
    quiet = _font(size)
    room = width - size - quiet.getlength(scanner)
    draw.text((end + size, height // 2), name, fill=_INK, font=font, anchor="lm")
    if end + 2 * size + font.getlength(name) < room:
        draw.text((width - size, height // 2), scanner, fill=_QUIET, font=quiet, anchor="rm")


def _draw_ruler(
    draw: ImageDraw.ImageDraw, report: Report, size: int, corner: tuple[int, int], factor: int
) -> None:
    """Metres along the travel under the picture; nothing where the pitch is not known."""
    pitch = report.pitch_mm[0] / 1000
    width, top = corner
    if pitch <= 0:
        return
    per_metre = factor / pitch
    tick = size // 2
    font = _font(round(size * 0.9))
    metres = round(width / per_metre, 6)
    step = next(step for step in (0.1, 0.5, 1, 2, 5, 10, 1e9) if step * per_metre > 4 * size)
    for count in range(int(metres / step) + 1):
        x = min(round(count * step * per_metre), width - 1)
        draw.line((x, top, x, top + tick), fill=_QUIET, width=2)
        label = f"{count * step:g} m" if count == 0 else f"{count * step:g}"
        anchor = "la" if count == 0 else "ra" if x > width - size else "ma"
        draw.text((x, top + tick + 2), label, fill=_QUIET, font=font, anchor=anchor)


def _draw_legend(
    draw: ImageDraw.ImageDraw, report: Report, size: int, corner: tuple[int, int]
) -> None:
    width, top = corner
    font = _font(round(size * 0.95))
    middle = top + size * 3 // 4
    x = float(size)
    if len(report.energies_mv) > 1:
        entries = [(entry.title, entry.rgb) for entry in MATERIAL_CLASSES]
        entries.append(("material not told", NEUTRAL))
        for title, colour in entries:
            draw.rectangle((x, middle - size // 2, x + size, middle + size // 2), fill=colour)
            draw.text((x + 1.5 * size, middle), title, fill=_INK, font=font, anchor="lm")
            x += 3 * size + font.getlength(title)
    note = (
        "display picture: the grey scale is unknown"
        if report.quantity == "display"
        else "brightness: high-energy attenuation;  hatched: no beam gets through"
    )
    if x + font.getlength(note) < width - size:
        draw.text((width - size, middle), note, fill=_QUIET, font=font, anchor="rm")


@lru_cache(maxsize=16)
def _font(size: int) -> ImageFont.FreeTypeFont:
    # Pillow carries this one font, so that a picture looks the same on every machine
    return cast(ImageFont.FreeTypeFont, cast(Any, ImageFont.load_default)(size))
