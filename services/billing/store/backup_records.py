"""What operators have noted of backups and drills; it is only read here."""

from dataclasses import dataclass

from shared.db import Connection

# Where there was none, since the database is there.
_AGES = """
SELECT kind, extract(epoch FROM clock_timestamp() - coalesce(
    (SELECT max(ended_at) FROM backup_records WHERE backup_records.kind = kinds.kind AND clean),
    (SELECT min(applied_at) FROM migration_history)))::float8 AS age
FROM unnest(ARRAY['backup', 'drill']) AS kinds (kind)
"""
_LAST_DRILL = "SELECT seconds, clean FROM backup_records WHERE kind = 'drill' ORDER BY ended_at DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class BackupState:
    """How old the last good backup and the last good drill are, and how the last drill went."""

    backup_age: float
    """Seconds."""
    drill_age: float
    """Seconds."""
    recovery_seconds: float = 0.0
    """Of the last drill; 0: there was none."""
    drill_clean: bool = True


async def backup_state(connection: Connection) -> BackupState:
    """Read the state of backups."""
    ages = {row["kind"]: max(0.0, row["age"] or 0.0) for row in await connection.fetch(_AGES)}
    last = await connection.fetchrow(_LAST_DRILL)
    if last is None:
        return BackupState(ages["backup"], ages["drill"])
    return BackupState(ages["backup"], ages["drill"], last["seconds"], last["clean"])
