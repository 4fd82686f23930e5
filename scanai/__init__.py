"""ScanAI: reads a cargo X-ray scan beside its declaration and says where the two do not add up.

    from scanai import Inspector, read_manifest, read_scan

    report = Inspector().inspect(read_scan("NAME.tiff"), read_manifest("NAME.manifest.json"))

These are the public names. They are resolved on first use, so `import scanai` costs little.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scanai.inspect.inspector import Inspector
    from scanai.inspect.report import Report
    from scanai.manifest import Manifest, read_manifest
    from scanai.scan import Scan, read_scan

__all__ = ["Inspector", "Manifest", "Report", "Scan", "read_manifest", "read_scan"]

_MODULES = {
    "Inspector": "scanai.inspect.inspector",
    "Report": "scanai.inspect.report",
    "Manifest": "scanai.manifest",
    "read_manifest": "scanai.manifest",
    "Scan": "scanai.scan",
    "read_scan": "scanai.scan",
}


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return getattr(import_module(_MODULES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
