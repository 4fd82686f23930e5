from __future__ import annotations

import re
from base64 import b64decode
from io import BytesIO
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from scanai.errors import InputError
from scanai.sheets.contact import draw_panel, write_contact_sheet
from scanai.sheets.drawing import MM_PER_PIXEL, SHIELD, drawable, font
from scanai.synth.dataset import DatasetRecipe, read_recipe, scan_at
from scanai.synth.scenes import KINDS

RECIPE = DatasetRecipe(
    seed=5,
    count=3,
    profiles=("mobile-4",),
    kinds={"concealed": 1.0},
    unit_types=("20",),
    x_window_px=200,
)


def test_pages_are_numbered_when_there_are_several(tmp_path: Path) -> None:
    pages = write_contact_sheet(RECIPE, tmp_path / "sub" / "sheet.png", per_page=2)
    assert [page.name for page in pages] == ["sheet-01.png", "sheet-02.png"]
    with Image.open(pages[0]) as first, Image.open(pages[1]) as second:
        assert first.width > second.width


def test_page_of_html_needs_no_other_file_and_says_what_is_hidden(tmp_path: Path) -> None:
    (page,) = write_contact_sheet(RECIPE, tmp_path / "sheet.html")
    text = page.read_text("utf-8")
    assert not re.search(r'(src|href)="(?!data:|#)', text)
    pictures = re.findall(r"data:image/jpeg;base64,([A-Za-z0-9+/=]+)", text)
    assert len(pictures) == 3
    with Image.open(BytesIO(b64decode(pictures[0]))) as picture:
        assert picture.width == round(200 * 6.0 / MM_PER_PIXEL)
    threat = scan_at(RECIPE, 0).scene.threats[0]
    assert f"hidden: {threat.material} {threat.form.replace('_', ' ')}" in text


def test_shield_is_outlined_where_truth_has_it() -> None:
    panel = next(
        panel
        for panel, scan in ((draw_panel(RECIPE, i), scan_at(RECIPE, i)) for i in range(3))
        if scan.truth.boxes
    )
    scan = scan_at(RECIPE, panel.number)
    with Image.open(BytesIO(panel.picture)) as picture:
        pixels = np.asarray(picture, dtype=np.int16)
    red = np.abs(pixels - np.array(SHIELD.colour)).max(axis=2) < 60
    box = scan.truth.boxes[0]
    rows, columns = np.nonzero(red)
    scale = np.array(red.shape) / scan.truth.shield_mask.shape
    assert red.any()
    assert abs(np.median(rows) / scale[0] - (box.y0 + box.y1) / 2) < 0.3 * (box.y1 - box.y0) + 20
    assert abs(np.median(columns) / scale[1] - (box.x0 + box.x1) / 2) < box.x1 - box.x0 + 20


def test_recipe_that_ships_draws_every_kind(tmp_path: Path) -> None:
    recipe = read_recipe(Path(__file__).resolve().parents[2] / "datasets/recipes/contact.toml")
    assert set(recipe.kinds) == set(KINDS)
    short = msgspec.structs.replace(recipe, count=1, x_window_px=64)
    (page,) = write_contact_sheet(short, tmp_path / "sheet.html")
    assert page.read_text("utf-8").count("<figure") == 1


def test_text_in_pictures_has_no_empty_squares() -> None:
    unknown = font(14).getmask("\N{CJK UNIFIED IDEOGRAPH-4E00}")
    text = drawable("lead pig, 667 cm³ · look-alike 8413")
    assert not [sign for sign in set(text) if bytes(font(14).getmask(sign)) == bytes(unknown)]


@pytest.mark.parametrize(
    ("out", "expected"),
    [
        ("folder.html", "folder.html: expected a file to write to, found Is a directory"),
        ("sheet.png", "sheet-02.png: expected a file to write to, found Is a directory"),
        ("file/sheet.html", "file: expected a folder to write to, found File exists"),
    ],
)
def test_a_page_that_cannot_be_written_is_told_before_anything_is_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: str, expected: str
) -> None:
    monkeypatch.setattr("scanai.sheets.contact.draw_panel", None)
    (tmp_path / "folder.html").mkdir()
    (tmp_path / "sheet-02.png").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(InputError) as caught:
        write_contact_sheet(RECIPE, tmp_path / out, per_page=2)
    assert str(caught.value) == f"{tmp_path}/{expected}"


def test_refuses_a_page_of_another_kind(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"ends in \.html or \.png, found \.pdf"):
        write_contact_sheet(RECIPE, tmp_path / "sheet.pdf")
