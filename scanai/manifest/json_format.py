"""Manifest as JSON, `scanai-manifest/1`: the fields of `model.Manifest` and no others, types kept.

The fields `format` and `lines` are required in a file, so that no other JSON object and none that
was cut passes for an empty load: `"lines": []` says that. A name that stands twice in an object is
refused, for readers differ in which one they take. Codes are read as in rows: with dots, and out of
the description where neither `hs_code` nor `code_from` is given.
"""

from __future__ import annotations

import codecs
import json
from collections import Counter

import msgspec

from scanai.errors import ManifestError
from scanai.manifest.codes_in_text import with_codes_found
from scanai.manifest.model import Manifest
from scanai.manifest.nomenclature import plain_code, require_goods
from scanai.manifest.size_types import unit_type_told
from scanai.records import from_json

FORMAT = "scanai-manifest/1"
_WHAT = f"a {FORMAT} JSON object"


class _Header(msgspec.Struct):
    format: str


def parse(data: bytes, source: str) -> Manifest:
    """Raises ManifestError with the JSON path of what is wrong."""
    data = data.removeprefix(codecs.BOM_UTF8)
    # First the format alone: of another one, its fields are not what is wrong.
    found = from_json(data, _Header, source, _WHAT, ManifestError).format
    if found != FORMAT:
        raise ManifestError(source, f"format {FORMAT}", found)
    manifest = from_json(data, Manifest, source, _WHAT, ManifestError)
    fields = json.loads(data, object_pairs_hook=lambda pairs: _once(pairs, source))
    if "lines" not in fields:
        expected = 'a field lines, "lines": [] for a unit that is declared empty'
        raise ManifestError(source, expected, "none")
    lines = []
    for index, line in enumerate(manifest.lines):
        at, code = f"$.lines[{index}]", plain_code(line.hs_code)
        require_goods(code, line.description, source, line_at=at, code_at=f"{at}.hs_code")
        lines.append(msgspec.structs.replace(line, hs_code=code))
    # What ScanAI wrote itself says where each code comes from, and reads back as it was.
    told = {index for index, line in enumerate(fields["lines"]) if "code_from" in line}
    manifest = msgspec.structs.replace(
        manifest, unit_type=unit_type_told(manifest.unit_type), lines=tuple(lines)
    )
    return with_codes_found(manifest, source, told)


def _once(pairs: list[tuple[str, object]], source: str) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        twice = next(
            name for name, count in Counter(name for name, _ in pairs).items() if count > 1
        )
        raise ManifestError(source, "each name once in an object", f"{twice[:80]} more than once")
    return fields


def serialise(manifest: Manifest) -> bytes:
    return msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"
