"""Checks of document rules on what the declaration calls its transport unit."""

from __future__ import annotations

from scanai.inspect.evidence.document_rules import CheckDigitRule, Fired
from scanai.inspect.evidence.wording_checks import short
from scanai.manifest.iso6346 import check_digit, has_right_check_digit, is_container_number
from scanai.manifest.model import Manifest


def check_digit_of_unit(rule: CheckDigitRule, manifest: Manifest) -> Fired | None:
    """Not of a number that is none of a container, nor of one that leaves the check digit out."""
    del rule
    if not is_container_number(manifest.unit) or has_right_check_digit(manifest.unit):
        return None
    return Fired({"text": short(manifest.unit), "digit": check_digit(manifest.unit)})
