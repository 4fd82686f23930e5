"""UN/EDIFACT syntax (ISO 9735) by pydifact: an interchange as its segments. Messages are not here.

Characters by the syntax identifier of UNB: UNOA and UNOB are read as UNOC, Latin-1, for systems
that call their files so write names with accents all the same; UNOD to UNOK are other parts of ISO
8859, UNOW and UNOY are UTF-8.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass

from pydifact.control.characters import Characters
from pydifact.exceptions import EDISyntaxError, ValidationError
from pydifact.parser import Parser, TokenIterator
from pydifact.tokenizer import Tokenizer

from scanai.errors import ManifestError

_WHAT = "a UN/EDIFACT interchange"
_DEFAULT = ":+.? '"
_UNUSED = "\ue000"
"""Stands for a release character that UNA says there is none of: of no character set above."""
_ENCODINGS = {"A": "latin-1", "B": "latin-1", "C": "latin-1", "D": "iso8859-2", "E": "iso8859-5",
              "F": "iso8859-7", "G": "iso8859-3", "H": "iso8859-4", "I": "iso8859-6",
              "J": "iso8859-8", "K": "iso8859-9", "W": "utf-8", "Y": "utf-8"}  # fmt: skip
_SYNTAX = re.compile(rb"\A(?:UNA.{6})?\s*UNB.UNO([A-Z])", re.DOTALL)
_TAG = re.compile(r"[A-Z]{3}")
_COUNT = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True)
class Segment:
    tag: str
    elements: tuple[tuple[str, ...], ...]
    """Data elements behind the tag, each by its components."""

    def told(self, element: int, component: int = 0) -> str:
        """One component, both counted from 0; empty where the segment is shorter."""
        if element >= len(self.elements) or component >= len(self.elements[element]):
            return ""
        return self.elements[element][component].strip()


def read_segments(data: bytes, source: str) -> list[Segment]:
    """All segments but UNA. ManifestError for what breaks the syntax."""
    data = data.removeprefix(codecs.BOM_UTF8).lstrip()
    text = _decoded(data, source)
    marks = _DEFAULT
    if text.startswith("UNA"):
        marks, text = text[3:9], text[9:]
        used = marks[:2] + marks[3:4].strip() + marks[5:]
        if len(marks) < 6 or len(set(used)) < len(used) or not all(map(_can_separate, used)):
            raise ManifestError(source, f"{_WHAT} whose UNA names separators", repr(marks))
    text = text.strip()
    if not text.startswith(("UNB", "UNH")):
        raise ManifestError(source, _WHAT, repr(text[:20]))
    release = marks[3].strip() or _UNUSED
    characters = Characters.from_str(f"UNA{marks[:3]}{release}{marks[4:]}")
    try:
        # Not Parser.parse: it looks for UNA anywhere, and drops what stands before it.
        tokens = TokenIterator(Tokenizer().get_tokens(text, characters))
        return [_segment(raw, source) for raw in Parser().convert_tokens_to_raw_segments(tokens)]
    except (EDISyntaxError, ValidationError) as error:
        raise ManifestError(source, _WHAT, f"a break of its syntax: {error}") from error


def check_complete(segments: Sequence[Segment], source: str) -> None:
    """ManifestError unless each message and interchange ends, with as much in it as its end counts.

    A file that breaks off between two segments is sound otherwise. UNZ is due where UNB is, and
    counts groups (UNG) where there are some.
    """
    message = start = 0
    groups = messages = 0
    open_interchange = open_message = False
    for number, segment in enumerate(segments):
        if segment.tag in ("UNB", "UNH", "UNZ") and open_message:
            raise ManifestError(source, f"UNT at the end of message {message}", segment.tag)
        if segment.tag == "UNB":
            if open_interchange:
                raise ManifestError(source, "UNZ at the end of the interchange", "another UNB")
            open_interchange, groups, messages = True, 0, 0
        elif segment.tag == "UNG":
            groups += 1
        elif segment.tag == "UNH":
            open_message, start, message, messages = True, number, message + 1, messages + 1
        elif segment.tag == "UNT" and open_message:
            of = f"segments in message {message} by its UNT"
            _check_count(segment, number - start + 1, of, source)
            open_message = False
        elif segment.tag == "UNZ":
            of = "groups by UNZ" if groups else "messages by UNZ"
            _check_count(segment, groups or messages, of, source)
            open_interchange = False
    if open_message:
        raise ManifestError(source, f"UNT at the end of message {message}", "the end of the file")
    if open_interchange:
        raise ManifestError(source, "UNZ at the end of the interchange", "the end of the file")


def _check_count(end: Segment, count: int, of: str, source: str) -> None:
    told = end.told(0)
    if not _COUNT.fullmatch(told):
        raise ManifestError(source, f"a number of {of}", repr(told[:20]) if told else "none")
    if int(told) != count:
        raise ManifestError(source, f"{int(told)} {of}", f"{count}")


def _can_separate(character: str) -> bool:
    return not character.isalnum() and not character.isspace()


def _decoded(data: bytes, source: str) -> str:
    syntax = _SYNTAX.match(data)
    level = syntax[1].decode() if syntax else "C"
    encoding = _ENCODINGS.get(level)
    if encoding is None:
        raise ManifestError(source, "a syntax UNOA to UNOK, UNOW or UNOY", f"UNO{level}")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ManifestError(source, f"text in {encoding}, as UNO{level}", "other bytes") from error


def _segment(raw: list[str | list[str]], source: str) -> Segment:
    tag = raw[0][0] if isinstance(raw[0], list) and raw[0] else raw[0]
    if not isinstance(tag, str) or not _TAG.fullmatch(tag.strip()):
        raise ManifestError(source, f"{_WHAT} with a tag at each segment", repr(tag)[:80])
    return Segment(
        tag.strip(),
        tuple((one,) if isinstance(one, str) else tuple(one) for one in raw[1:]),
    )
