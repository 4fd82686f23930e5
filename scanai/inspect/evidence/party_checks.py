"""Checks of document rules on parties: one name in two roles that do not go together.

Names are compared by letters and digits only, roles without case; a party without a name says
nothing.
"""

from __future__ import annotations

from scanai.inspect.evidence.document_rules import Fired, SamePartyRule
from scanai.inspect.evidence.wording_checks import short
from scanai.manifest.descriptions import plain_words
from scanai.manifest.model import Manifest, Party


def same_party(rule: SamePartyRule, manifest: Manifest) -> Fired | None:
    firsts = _in_roles(manifest, rule.roles)
    for other in _in_roles(manifest, rule.other_roles):
        for party in firsts:
            if _name(party) == _name(other) and plain_words(party.role) != plain_words(other.role):
                words = {
                    "text": short(party.name),
                    "role": short(party.role),
                    "other_role": short(other.role),
                }
                return Fired(words)
    return None


def _in_roles(manifest: Manifest, roles: tuple[str, ...]) -> list[Party]:
    wanted = {plain_words(role) for role in roles}
    return [
        party for party in manifest.parties if _name(party) and plain_words(party.role) in wanted
    ]


def _name(party: Party) -> str:
    return "".join(character for character in party.name if character.isalnum()).casefold()
