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

from scanai.inspect.report import Decision, Report
from scanai.render.labels import Box, Place, place_labels
from scanai.render.pseudo_colour import MATERIAL_CLASSES, NEUTRAL
from scanai.render.words import DECISION_TITLES, box_label, energies

UInt8 = NDArray[np.uint8]

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

    The ruler starts at the transport unit's left end, as the report's sentences do. Pictures
    narrower than 1000 pixels are enlarged by a whole factor, so that the words fit.
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
    unit_left = 0 if report.unit_box is None else report.unit_box[0]
    corner = (unit_left * factor, heading + scan.height)
    _draw_ruler(draw, report, size, corner, scan.width, factor)
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
    stroke = max(2, size // 8)
    regions = [
        (finding, _scaled(finding.region, factor), box_label(number, finding))
        for number, finding in enumerate(report.findings, 1)
        if finding.region is not None
    ]
    for finding, (x0, y0, x1, y1), _ in reversed(regions):
        for inset, colour in ((-stroke, _INK), (0, _PAPER), (stroke, _INK)):
            edge = (x0 + inset, y0 + inset, x1 - 1 - inset, y1 - 1 - inset)
            if edge[2] > edge[0] and edge[3] > edge[1]:
                _outline(draw, edge, colour, stroke, dashed=not finding.confirmed)
    places = place_labels(
        [box for _, box, _ in regions],
        [label_size(text, size) for _, _, text in regions],
        scan.size,
        gap=2 * stroke,
    )
    labels = [
        (place, finding, text)
        for place, (finding, _, text) in zip(places, regions, strict=True)
        if place is not None
    ]
    # All leaders first: a line must not strike out another label.
    for place, _, _ in labels:
        _draw_leader(draw, place, stroke)
    for place, finding, text in labels:
        _draw_label(draw, place.room, text, size, confirmed=finding.confirmed)


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


def label_size(text: str, size: int) -> tuple[int, int]:
    """Width and height of a label, for letters of that size."""
    return round(_font(size).getlength(text)) + size, round(size * 1.5)


def _draw_leader(draw: ImageDraw.ImageDraw, place: Place, stroke: int) -> None:
    if place.leader is not None:
        draw.line(place.leader, fill=_INK, width=3 * stroke)
        draw.line(place.leader, fill=_PAPER, width=stroke)


def _draw_label(
    draw: ImageDraw.ImageDraw, room: Box, text: str, size: int, *, confirmed: bool
) -> None:
    x0, y0, x1, y1 = room
    fill, ink = (_INK, _PAPER) if confirmed else (_PAPER, _INK)
    draw.rectangle((x0, y0, x1 - 1, y1 - 1), fill=fill, outline=ink, width=2)
    middle = (x0 + size // 2, (y0 + y1) // 2)
    draw.text(middle, text, fill=ink, font=_font(size), anchor="lm")


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
    draw: ImageDraw.ImageDraw,
    report: Report,
    size: int,
    corner: tuple[int, int],
    width: int,
    factor: int,
) -> None:
    """Metres along the travel, from the corner on; nothing where the pitch is not known."""
    pitch = report.pitch_mm[0] / 1000
    left, top = corner
    if pitch <= 0:
        return
    tick = size // 2
    font = _font(round(size * 0.9))
    for metres, x in ruler_ticks(pitch / factor, left, width, least_gap=4 * size):
        x = min(x, width - 1)
        draw.line((x, top, x, top + tick), fill=_QUIET, width=2)
        label = f"{metres:g} m" if metres == 0 else f"{metres:g}"
        anchor = "ra" if x > width - size else "la" if x < size else "ma"
        draw.text((x, top + tick + 2), label, fill=_QUIET, font=font, anchor=anchor)


def ruler_ticks(pixel_m: float, left: int, width: int, least_gap: float) -> list[tuple[float, int]]:
    """Metres and column of each tick from `left` to the end; at least that many pixels apart."""
    step = next(step for step in (0.1, 0.5, 1, 2, 5, 10, 1e9) if step > least_gap * pixel_m)
    count = int(round((width - left) * pixel_m, 6) / step)
    return [(number * step, left + round(number * step / pixel_m)) for number in range(count + 1)]


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
