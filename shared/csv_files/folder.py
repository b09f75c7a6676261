"""Which file of a folder is meant: ``customers.csv``, or the same as Parquet or as a workbook (XLSX, ODS, XLS)."""

from pathlib import Path

from shared.csv_files.bad_lines import BadLine, UnreadableFileError

KINDS = (".csv", ".parquet", ".xlsx", ".ods", ".xls")


def find_file(folder: Path, name: str) -> Path | None:
    """Return the file called ``name`` or the same in another kind of file, in capitals or not; None where none is.

    Raises :class:`UnreadableFileError` when there are several: each has its own content.
    """
    names = {f"{Path(name).stem}{kind}" for kind in KINDS}
    found = sorted(path for path in folder.iterdir() if path.name.casefold() in names and path.is_file())
    if len(found) > 1:
        message = f"the folder holds {' and '.join(path.name for path in found)}: keep one"
        raise UnreadableFileError(BadLine(name, 1, "", message, "two-files"))
    return found[0] if found else None
