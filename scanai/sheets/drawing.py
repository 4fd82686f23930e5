"""One scan as a picture on a fixed scale, with the outlines of what is hidden in it."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from scanai.render.pseudo_colour import pseudo_colour
from scanai.scan.model import Scan
from scanai.synth.truth import Truth, TruthBox

Colour = tuple[int, int, int]
Mask = NDArray[np.bool_]
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

MM_PER_PIXEL = 12.0
"""Of every picture, in both directions: scans of different scanners can be compared by eye."""
INK, PAPER, QUIET = (17, 22, 28), (255, 255, 255), (96, 106, 118)
_FONT = 13


class OutlineStyle(NamedTuple):
    """Outlines are told apart by their words and strokes as well, never by colour alone."""

    title: str
    colour: Colour
    dash: int
    """Pixels of line and of gap; 0: unbroken."""


SHIELD = OutlineStyle("shield", (255, 45, 45), 0)
HIDDEN = OutlineStyle("undeclared goods", (0, 205, 255), 7)
LOOK_ALIKE = OutlineStyle("honest look-alike", (120, 255, 60), 3)
STYLES = (SHIELD, HIDDEN, LOOK_ALIKE)


@lru_cache
def font(size: int) -> Font:
    return ImageFont.load_default(size)


def drawable(text: str) -> str:
    """Pillow's own font has no raised digits."""
    return text.replace("³", "3")


def picture_of(scan: Scan) -> Image.Image:
    """Pseudo-coloured, MM_PER_PIXEL along both axes."""
    along, across = scan.pitch_mm
    picture = Image.fromarray(pseudo_colour(scan))
    size = (
        max(1, round(picture.width * along / MM_PER_PIXEL)),
        max(1, round(picture.height * across / MM_PER_PIXEL)),
    )
    # Means over the pixels that fall into one: noise must look as strong as it is.
    return picture.resize(size, Image.Resampling.BOX)


def outlined(picture: Image.Image, truth: Truth) -> Image.Image:
    """The picture with the outline and the name of everything that truth knows to be hidden."""
    for mask, boxes, style in (
        (truth.hidden_mask, truth.hidden_goods, HIDDEN),
        (truth.look_alike_mask, truth.look_alikes, LOOK_ALIKE),
        (truth.shield_mask, truth.boxes, SHIELD),
    ):
        if boxes:
            picture = _with_outline(picture, mask, style)
    taken: list[tuple[int, int, int, int]] = []
    for boxes, style in (
        (truth.boxes, SHIELD),
        (truth.look_alikes, LOOK_ALIKE),
        (truth.hidden_goods, HIDDEN),
    ):
        for box in boxes:
            _label(picture, truth.shield_mask.shape, box, style, taken)
    return picture


def _with_outline(picture: Image.Image, mask: Mask, style: OutlineStyle) -> Image.Image:
    small = Image.fromarray(mask).resize(picture.size, Image.Resampling.NEAREST)
    inside = np.asarray(small, dtype=np.bool_)
    line = ndimage.binary_dilation(inside, iterations=2) & ~inside
    halo = ndimage.binary_dilation(inside, iterations=3) & ~inside & ~line
    if style.dash:
        rows, columns = np.indices(line.shape, sparse=True)
        line &= (rows + columns) // style.dash % 2 == 0
    pixels = np.array(picture)
    pixels[halo] = INK
    pixels[line] = style.colour
    return Image.fromarray(pixels)


def _label(
    picture: Image.Image,
    shape: tuple[int, ...],
    box: TruthBox,
    style: OutlineStyle,
    taken: list[tuple[int, int, int, int]],
) -> None:
    """A name above the thing, or in the nearest place below that hides no other name."""
    text = drawable(_name(box))
    draw = ImageDraw.Draw(picture)
    width, height = round(font(_FONT).getlength(text)) + 6, _FONT + 5
    scale_x, scale_y = picture.width / shape[1], picture.height / shape[0]
    left = int(np.clip(box.x0 * scale_x, 0, max(picture.width - width, 0)))
    above, below = round(box.y0 * scale_y) - height - 4, round(box.y1 * scale_y) + 4
    tops = [above, *range(below, picture.height - height, height)]
    places = [(left, max(top, 0), left + width, max(top, 0) + height) for top in tops]
    free = [
        place
        for place in places
        if not any(
            place[0] < other[2]
            and other[0] < place[2]
            and place[1] < other[3]
            and other[1] < place[3]
            for other in taken
        )
    ]
    place = (free or places)[0]
    taken.append(place)
    draw.rectangle(place, fill=INK, outline=style.colour)
    draw.text((place[0] + 3, place[1] + 1), text, fill=PAPER, font=font(_FONT))


def _name(box: TruthBox) -> str:
    if box.kind == "shield":
        return f"{box.material} {box.form.replace('_', ' ')} {box.volume_cm3:.0f} cm³"
    if box.kind == "look_alike":
        return f"look-alike {box.heading}"
    return f"undeclared {box.heading}"
