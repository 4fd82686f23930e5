"""A scene that also knows its secrets: what honest papers would say, and what lies that they hide.

Plain data. A bare `Scene` is what rays need; this is what truth maps and evaluation need besides.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from scanai.manifest.model import Manifest
from scanai.synth.scene import Scene, Threat


@dataclass(frozen=True)
class LookAlike:
    """Honest goods of the size and areal density of a shield."""

    piece: Threat
    heading: str


@dataclass(frozen=True)
class StagedScene(Scene):
    true_manifest: Manifest = field(default_factory=Manifest)
    """What lies in the unit, line by line, shields included; `manifest` is what is declared."""
    look_alikes: tuple[LookAlike, ...] = ()
    hidden_headings: tuple[str, ...] = ()
    """Headings of goods that lie in the unit and that no line of `manifest` names."""
    sites: tuple[str, ...] = ()
    """Where each threat is hidden: load, floor, void, behind, unit, insulation, wall, liquid."""
