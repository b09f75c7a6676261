"""The service's longer SQL statements, one file each in ``sql/``."""

from pathlib import Path


def statement(name: str) -> str:
    """Return the statement in ``sql/<name>.sql``."""
    return (Path(__file__).parent / "sql" / f"{name}.sql").read_text("utf-8")
