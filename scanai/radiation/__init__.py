"""Radiation portals: their readings, counting statistics, and goods that are radioactive by nature.

A portal counts gamma rays and neutrons while a vehicle drives through. What the counts mean beside
a picture and a declaration is judged in `scanai.inspect`; nothing here has seen either.
"""

from __future__ import annotations

from scanai.radiation.files import find_reading, read_reading
from scanai.radiation.reading import Alarm, Panel, RadiationReading

__all__ = ["Alarm", "Panel", "RadiationReading", "find_reading", "read_reading"]
