"""Inspection: model bundle, evidence, verdict, report. The public names, each in its own module.

Names are resolved on first use, so that whoever needs only the report's records (the renderer, the
exporter) does not load the evidence with them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scanai.inspect.bundle import Bundle, BundleMetadata, load_bundle
    from scanai.inspect.inspector import Inspector
    from scanai.inspect.report import Finding, Report, Verdict, schema

__all__ = [
    "Bundle",
    "BundleMetadata",
    "Finding",
    "Inspector",
    "Report",
    "Verdict",
    "load_bundle",
    "schema",
]

_MODULES = {
    "Bundle": "bundle",
    "BundleMetadata": "bundle",
    "load_bundle": "bundle",
    "Inspector": "inspector",
    "Finding": "report",
    "Report": "report",
    "Verdict": "report",
    "schema": "report",
}


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return getattr(import_module(f"scanai.inspect.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
