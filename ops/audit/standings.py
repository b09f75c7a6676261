"""Where each database stood when it was last looked at, kept in a file outside of the databases: a restore shows there.

A database that was set back lacks the seal that its history had, whatever was written to it since. One that was
restored to the very moment, or moved, is another one by its server's identity, its timeline or its number.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from ops.audit.sessions import session
from shared.audit import AuditViolation
from shared.money_history import Seal, last_seal, present_link
from shared.whole_files import write_whole

FILE = "auditor.json"


@dataclass(frozen=True, slots=True)
class Standing:
    """One database: which one it is, and how far its history was sealed."""

    identity: str
    seal: Seal
    machinery: str = ""
    """Digest of the triggers and functions that keep its history; empty from a version before."""
    migrations: str = ""
    """How many were applied, and when the last one: they may change triggers."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What has become of the databases since they were last looked at."""

    replaced: tuple[AuditViolation, ...] = ()
    """Databases that are others than before, with nothing missing: a move or a failover, too."""
    set_back: tuple[AuditViolation, ...] = ()
    """Databases that lack what they had."""
    tampered: tuple[AuditViolation, ...] = ()
    """Databases whose triggers were switched off, or changed otherwise, and by no migration."""

    @property
    def unchanged(self) -> bool:
        """Whether every database goes on from where it stood."""
        return not (self.replaced or self.set_back or self.tampered)


# The tables' number differs in a database that pg_restore has filled under the same name.
_IDENTITY = """
SELECT format('system %s, timeline %s, database %s, table %s',
    (SELECT system_identifier FROM pg_control_system()), (SELECT timeline_id FROM pg_control_checkpoint()),
    (SELECT oid FROM pg_database WHERE datname = current_database()), 'migration_history'::regclass::oid)
"""


# A trigger that is switched off and on again, or a function that is replaced and put back, has another version of its
# row (xmin). Partitions come and go, and a month that was in the archive has triggers of its own: of those of
# partitions only what is switched off counts.
_MACHINERY = """
SELECT encode(sha256(convert_to(string_agg(line, chr(10) ORDER BY line COLLATE "C"), 'UTF8')), 'hex'), (
    SELECT format('%s up to %s', count(*), max(applied_at)) FROM migration_history)
FROM (
    SELECT format('%s %s %s %s', tgrelid::regclass, tgname, tgenabled, pg_trigger.xmin) AS line
    FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'partitions'))
        AND (tgparentid = 0 AND NOT relispartition OR tgenabled <> 'O')
    UNION ALL
    SELECT format('%s %s %s', oid::regprocedure, md5(prosrc), pg_proc.xmin)
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL
    SELECT format('%s %s %s %s %s', table_name, span, ahead, kept, still_counts) FROM partitioned_tables
) AS lines
"""
_DIGEST = "4 "
"""Digests of what an earlier version looked at begin otherwise, and are not compared."""


async def look(database_urls: Mapping[str, str], known: Mapping[str, Standing]) -> tuple[dict[str, Standing], Compared]:
    """Return where each database stands, and what has become of those that are known."""
    standings: dict[str, Standing] = {}
    replaced: list[AuditViolation] = []
    set_back: list[AuditViolation] = []
    tampered: list[AuditViolation] = []
    for service in database_urls:
        async with session(database_urls, service) as connection:
            identity = await connection.fetchval(_IDENTITY)
            before = known.get(service)
            digest, migrations = await connection.fetchrow(_MACHINERY) or ("", "")
            standings[service] = Standing(identity, await last_seal(connection), f"{_DIGEST}{digest}", migrations)
            if before is None:
                continue
            if before.seal.last_entry:
                link = await present_link(connection, before.seal.last_entry)
                set_back += _missing(service, before.seal, standings[service].seal, link)
            if identity != before.identity:
                rule = "a database is the one that it was"
                replaced.append(AuditViolation(service, rule, service, f"{before.identity}; now {identity}"))
            else:
                tampered += _tampered(service, before, standings[service])
    return standings, Compared(tuple(replaced), tuple(set_back), tuple(tampered))


def _tampered(service: str, before: Standing, now: Standing) -> Iterator[AuditViolation]:
    is_comparable = before.machinery.startswith(_DIGEST) and before.migrations == now.migrations
    if is_comparable and before.machinery != now.machinery:
        yield AuditViolation(
            service,
            "what keeps the history is as it was",
            "functions and triggers",
            "one was switched off, on or replaced since the last look, and not by a migration",
        )


def _missing(service: str, before: Seal, now: Seal, link: str | None) -> Iterator[AuditViolation]:
    if link == before.link:
        return
    rule = "a database goes on from where it stood"
    detail = (
        f"its history was sealed up to entry {before.last_entry}, now up to {now.last_entry}: restored from a backup"
    )
    if link is not None:
        detail = f"another history up to entry {before.last_entry}: restored from a backup, and work went on"
    yield AuditViolation(service, rule, service, detail)


def read(folder: Path) -> dict[str, Standing]:
    """Return the standings that are kept in a folder; empty where there are none yet. Raises OSError and ValueError."""
    try:
        text = (folder / FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    return {
        service: Standing(
            kept["identity"],
            Seal(kept["seal"]["last_entry"], kept["seal"]["link"]),
            kept.get("machinery", ""),
            kept.get("migrations", ""),
        )
        for service, kept in json.loads(text).items()
    }


def keep(folder: Path, standings: Mapping[str, Standing]) -> None:
    """Keep standings in a folder, in one step."""
    folder.mkdir(parents=True, exist_ok=True)
    content = json.dumps({service: asdict(standing) for service, standing in standings.items()}, indent=1)
    write_whole(folder / FILE, content.encode())
