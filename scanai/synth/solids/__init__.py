"""Solids that scenes are built of, and the chord that each cuts out of every ray.

A ray of column x stays in the plane x = const (linear travel past a fan beam), so every chord is a
plane problem: the section of the solid at x met by a line in (y, z). Solids whose section does not
change along x say so through `separable`, which turns an image-sized computation into one vector
of rows times one vector of columns. Nothing here knows material, density or pixels: that is in
`scene` and `trace`.

`solid` holds the interface, `sections` the plane geometry, the other modules one family each.
"""

from scanai.synth.solids.boxes import Box, TiltedBox
from scanai.synth.solids.rounds import Cylinder, Ellipsoid, EllipticCylinder
from scanai.synth.solids.solid import Array, Axis, Solid, Vec3
from scanai.synth.solids.surfaces import Corrugated, Heap, Prism
from scanai.synth.solids.torus import Torus
from scanai.synth.solids.vessel import Vessel

__all__ = [
    "Array",
    "Axis",
    "Box",
    "Corrugated",
    "Cylinder",
    "Ellipsoid",
    "EllipticCylinder",
    "Heap",
    "Prism",
    "Solid",
    "TiltedBox",
    "Torus",
    "Vec3",
    "Vessel",
]
