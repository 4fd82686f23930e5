"""The top-level README: its pictures and folders are there, and its words are those of the tool."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

from scanai.command_parts import BROKEN, DONE, INTERRUPTED, UNREAD
from scanai.manifest.files import SUFFIXES

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def readme() -> str:
    return (ROOT / "README.md").read_text("utf-8")


def test_picture_is_near_the_top_there_and_small(readme: str) -> None:
    (name,) = re.findall(r"!\[.+\]\((.+)\)", readme[:1500])
    assert (ROOT / name).stat().st_size < 300_000
    with Image.open(ROOT / name) as picture:
        assert picture.width > 1000


def test_everything_that_is_linked_is_there(readme: str) -> None:
    linked = re.findall(r"\]\(([\w./-]+)\)", readme)
    assert linked
    assert [name for name in linked if not (ROOT / name).exists()] == []


def test_no_document_has_a_gap_left_to_fill() -> None:
    documents = [*ROOT.glob("*.md"), *ROOT.glob("[!.]*/**/*.md")]
    assert len(documents) > 10
    gaps = re.compile(r"@[A-Z]+@|\bT(?:ODO|BD)\b")
    assert [one.name for one in documents if gaps.search(one.read_text("utf-8"))] == []


def test_every_exit_code_is_told(readme: str) -> None:
    told = re.findall(r"^\| (\d+) \|", readme, re.MULTILINE)
    assert sorted(map(int, told)) == sorted({DONE, BROKEN, UNREAD, INTERRUPTED})


@pytest.mark.parametrize("document", ["README.md", "datasets/README.md"])
def test_every_name_that_a_manifest_is_found_by_is_spelled_out(document: str) -> None:
    text = (ROOT / document).read_text("utf-8")
    assert [one for one in SUFFIXES if f"`NAME.manifest{one}`" not in text] == []
