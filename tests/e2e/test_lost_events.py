"""A queue is purged by mistake: the audit names what was lost, and the runbook's steps bring everything in line."""

import asyncio
from pathlib import Path

import aio_pika
import pytest

from shared.contracts.receipt import PaperKind
from shared.messaging import Names
from shared.testing import wait_until
from simulation.command_line import thungan, thungan_json
from stack.services import LocalSystem
from tests.e2e.small_system import people, small_system

LOST = "what was sent is consumed"


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


@pytest.mark.timeout(300)
async def test_what_a_purged_queue_lost_is_named_and_mended_as_the_runbook_describes(tmp_path: Path) -> None:
    async with (
        small_system("lost", tmp_path / "sample") as (system, collector),
        people(system, collector) as (_, phone),
    ):
        await phone.open_shift()
        paying, *_ = (stop.customer for stop in (await phone.route()).stops if stop.customer.debt > 0)
        assert await broken_rules(system, 20) == set()

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
        assert await broken_rules(system, 20) == set()
