"""Manifest as JSON, `scanai-manifest/1`: the fields of `model.Manifest` and no others, types kept.

The field `format` is required in a file, so that no other JSON object passes for an empty load.
"""

from __future__ import annotations

import codecs

import msgspec

from scanai.errors import ManifestError
from scanai.manifest.model import Manifest
from scanai.manifest.nomenclature import require_goods
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
    for index, line in enumerate(manifest.lines):
        at = f"$.lines[{index}]"
        require_goods(line.hs_code, line.description, source, line_at=at, code_at=f"{at}.hs_code")
    return manifest


def serialise(manifest: Manifest) -> bytes:
    return msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"
