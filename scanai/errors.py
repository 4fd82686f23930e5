"""Every exception that ScanAI raises on purpose.

ScanAIError
├── InputError            a file is not what it promises; names file, expected and found
│   ├── ScanError         a scan file
│   ├── ManifestError     a declaration
│   ├── ProfileError      a scanner profile
│   ├── RadiationError    a reading of a radiation portal
│   ├── BundleError       a model bundle
│   ├── RecipeError       a training or data set recipe
│   └── RulesError        document rules, or an administration's own control list
├── FailureError          a defect of ScanAI, met on one input
└── MissingExtraError     an optional dependency is not installed; names the extra

Whoever reads a batch catches InputError for one file, prints it in one line and goes on.
"""

from __future__ import annotations

from os import PathLike, fspath

from scanai.plain_text import printable


def _one_line(text: str) -> str:
    """Messages quote hostile files: no control characters for the terminal, no megabytes."""
    return printable(text[:1000])


class ScanAIError(Exception):
    """Base of all errors that ScanAI raises on purpose."""


class InputError(ScanAIError):
    """One input cannot be used: `source` (a file, or what the data is called), expected, found."""

    def __init__(self, source: str | PathLike[str], expected: str, found: str) -> None:
        self.source = fspath(source)
        self.expected = expected
        self.found = found
        super().__init__(_one_line(f"{self.source}: expected {expected}, found {found}"))

    def __reduce__(self) -> tuple[type[InputError], tuple[str, str, str]]:
        """A worker hands it to its parent, where the message alone would not make it again."""
        return type(self), (self.source, self.expected, self.found)


class ScanError(InputError):
    """A scan file that cannot be read, or whose counts make no transmission."""


class ManifestError(InputError):
    """A declaration that cannot be read, or that belongs to another transport unit."""


class ProfileError(InputError):
    """A scanner profile that is unknown or not valid."""


class RadiationError(InputError):
    """A reading of a radiation portal that cannot be read, or that holds no counts."""


class BundleError(InputError):
    """A model bundle that is incomplete, altered or of an unknown version."""


class RecipeError(InputError):
    """A recipe with an unknown key or a value out of range."""


class RulesError(InputError):
    """A file of document rules, or a correlation table of controlled goods, that cannot be used."""


class FailureError(ScanAIError):
    """ScanAI itself failed on one input: a defect, told like an error so that a batch goes on."""

    def __init__(self, source: str | PathLike[str], cause: Exception) -> None:
        self.source = fspath(source)
        super().__init__(
            _one_line(f"{self.source}: internal error: {type(cause).__name__}: {cause}")
        )
        self.__cause__ = cause


class MissingExtraError(ScanAIError):
    """An optional dependency is missing."""

    def __init__(self, what: str, extra: str) -> None:
        self.extra = extra
        super().__init__(
            f"the extra '{extra}' is needed for {what}: "
            f"pip install '.[{extra}]' in a checkout of ScanAI"
        )
