"""What every part writes alike: a mass in words, and words from outside in one harmless line."""

from __future__ import annotations


def mass_words(kg: float) -> str:
    """12.3 t, or 940 kg below one tonne."""
    return f"{kg / 1000:,.1f} t" if round(abs(kg)) >= 1000 else f"{kg:,.0f} kg"


def printable(text: str) -> str:
    """One line without control characters: file names and papers must not steer a terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
