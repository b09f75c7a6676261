from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the owner of the files asked for."""

    keep_good: bool = False
    """Leave out the customers of bad lines, and import the others."""
    convert_legacy: bool = False
    """Convert texts in old Vietnamese encodings."""


PLAINLY = ImportOptions()
"""All of a file or nothing, and every text as it stands."""
