"""A queue is purged, the register is restored: the audit names what was lost, and runbooks bring everything in line."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import aio_pika
import asyncpg
import pytest

from ops.provision import database_name
from ops.system import witness_folder
from services.receipt.checkpoints.checkpoint import parse_checkpoint
from services.receipt.checkpoints.notes import read_note
from services.receipt.signatures.token import to_text
from shared.contracts.receipt import PaperKind
from shared.messaging import Names
from shared.testing import wait_until
from simulation.backups import Backup
from simulation.command_line import thungan, thungan_json
from stack.services import LocalSystem
from tests.e2e.small_system import people, small_system

LOST = "what was sent is consumed"
RESTORED = "the register holds what its witness has"


async def broken_rules(system: LocalSystem, wait: int) -> set[str]:
    """Audit as the operator does; return the rules that are broken."""
    report = await thungan_json(system, "audit", "--wait", str(wait), expect=None)
    return {violation["rule"] for violation in report["violations"]}


async def empty_once_it_holds_one(system: LocalSystem, queue: str) -> None:
    """Purge a queue once an event waits in it."""
    async with await aio_pika.connect(system.amqp_url) as connection, connection.channel() as channel:
        declared = await channel.get_queue(queue)

        async def holds_one() -> bool:
            return (await channel.declare_queue(queue, passive=True)).declaration_result.message_count == 1

        await wait_until(holds_one, 20)
        await declared.purge()


@dataclass(frozen=True)
class Signed:
    """A receipt in the register."""

    number: int
    token: str


def database_of(system: LocalSystem, service: str) -> str:
    """Return the address of a service's database for the server's administrator."""
    server = urlsplit(system.stack.postgres_url)
    return server._replace(path=f"/{database_name(system.namespace, service)}").geturl()


async def signed(system: LocalSystem) -> dict[str, Signed]:
    """Return the receipts in the register, by their customers."""
    database = await asyncpg.connect(database_of(system, "receipt"))
    try:
        rows = await database.fetch("SELECT customer_code, number, token FROM receipt")
    finally:
        await database.close()
    return {row["customer_code"]: Signed(row["number"], to_text(row["token"])) for row in rows}


def witnessed(system: LocalSystem, number: int) -> bool:
    """Return whether the newest checkpoint has a receipt of so high a number."""
    latest = witness_folder(system.operators_environment()) / "latest.txt"
    marks = parse_checkpoint(read_note(latest.read_text())).marks if latest.exists() else ()
    return any(mark.number >= number for mark in marks)


@pytest.mark.timeout(400)
async def test_what_a_purged_queue_and_an_old_backup_lost_is_named_and_mended_as_runbooks_describe(
    tmp_path: Path,
) -> None:
    async with (
        small_system("lost", tmp_path / "sample") as (system, collector),
        people(system, collector) as (_, phone),
    ):
        await phone.open_shift()
        paying, lost, waiting, *_ = (stop.customer for stop in (await phone.route()).stops if stop.customer.debt > 0)
        assert await broken_rules(system, 20) == set()
        backup = await Backup(database_of(system, "receipt"), tmp_path / "backup").take()

        # The payment is consumed by everybody but receipt, whose queue somebody empties.
        await asyncio.to_thread(system.stop, "receipt")
        await phone.pay(paying.customer_code, paying.debt)
        await empty_once_it_holds_one(system, Names(system.namespace).event_queue("receipt"))
        await asyncio.to_thread(system.start, "receipt")

        assert {LOST, "a payment has a receipt"} <= await broken_rules(system, 2)
        counted = await thungan_json(system, "events", "resend", "--dry-run")
        assert [(row["consumer"], row["message"], row["count"]) for row in counted["events"]] == [
            ("receipt", "payment.recorded.v1", 1)
        ]
        why = ("--why", "queue purged by mistake")
        assert "1 event sent again" in await thungan(system, "events", "resend", "--consumer", "receipt", *why)
        printed = await phone.wait_for_printout(PaperKind.RECEIPT, customer_code=paying.customer_code)
        assert printed.complete
        await phone.pay(lost.customer_code, lost.debt)
        await phone.wait_for_printout(PaperKind.RECEIPT, customer_code=lost.customer_code)
        assert await broken_rules(system, 20) == set()

        # The register alone is set back to a backup, while collectors go on.
        before = await signed(system)
        await wait_until(lambda: witnessed(system, before[lost.customer_code].number), 60)
        await backup.restore()
        await phone.pay(waiting.customer_code, waiting.debt)
        assert {RESTORED, LOST} <= await broken_rules(system, 2)
        assert await signed(system) == {}

        # As docs/runbooks/restored-register.md has it: a receipt that its customer shows is its payment's again.
        shown = tmp_path / "shown.txt"
        shown.write_text(before[paying.customer_code].token)
        why = ("--why", "restored the backup of the morning")
        await thungan(system, "receipts", "recover", "--tokens", str(shown), *why)
        await thungan(system, "events", "resend", *why)

        async def all_are_signed() -> bool:
            return len(await signed(system)) == 3

        await wait_until(all_are_signed, 120)
        after = await signed(system)
        assert after[paying.customer_code] == before[paying.customer_code]
        assert after[lost.customer_code].number > before[lost.customer_code].number + 50_000
        assert await broken_rules(system, 30) == set()
