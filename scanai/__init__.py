"""ScanAI: reads a cargo X-ray scan beside its declaration and says where the two do not add up.

    from scanai import Inspector, read_manifest, read_scan

    report = Inspector().inspect(read_scan("NAME.tiff"), read_manifest("NAME.manifest.json"))

These are the public names. They are resolved on first use, so `import scanai` costs little.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scanai.errors import InputError
    from scanai.inspect.inspector import Inspector
    from scanai.inspect.report import Report
    from scanai.manifest import Manifest, read_manifest, read_manifests
    from scanai.radiation import RadiationReading, read_reading
    from scanai.scan import RawScan, Scan, calibrate, load_profile, read_scan

__all__ = [
    "InputError",
    "Inspector",
    "Manifest",
    "RadiationReading",
    "RawScan",
    "Report",
    "Scan",
    "calibrate",
    "load_profile",
    "read_manifest",
    "read_manifests",
    "read_reading",
    "read_scan",
]

_MODULES = {
    "InputError": "scanai.errors",
    "Inspector": "scanai.inspect.inspector",
    "Report": "scanai.inspect.report",
    "Manifest": "scanai.manifest",
    "read_manifest": "scanai.manifest",
    "read_manifests": "scanai.manifest",
    "RadiationReading": "scanai.radiation",
    "read_reading": "scanai.radiation",
    "RawScan": "scanai.scan",
    "Scan": "scanai.scan",
    "calibrate": "scanai.scan",
    "load_profile": "scanai.scan",
    "read_scan": "scanai.scan",
}


def __dir__() -> list[str]:
    return [*__all__, "__version__"]


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return getattr(import_module(_MODULES[name]), name)
    if name == "__version__":
        return import_module("importlib.metadata").version("scanai")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
