def row_count(status: str) -> int:
    """Return the number of rows in the status that PostgreSQL answers with (``UPDATE 3``)."""
    return int(status.rpartition(" ")[2])
