"""A queue is purged by mistake: the audit names what was lost, and the runbook's steps bring everything in line."""

import asyncio
import csv
from pathlib import Path
from uuid import uuid4

import aio_pika
import pytest

from shared.clock import business_day, now
from shared.contracts.receipt import PaperKind
from shared.messaging import Names
from shared.testing import wait_until
from simulation.command_line import thungan, thungan_json
from simulation.phone import VirtualDesk, VirtualPhone
from simulation.sample.readings import Month
from simulation.sample.writer import write_sample
from stack.services import LocalSystem

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
    write_sample(tmp_path / "sample", customers=40, seed=3, last_month=Month.before(business_day(now())))
    with (tmp_path / "sample" / "collectors.csv").open(encoding="utf-8") as file:
        collector = next(csv.DictReader(file))["collector_code"]
    async with LocalSystem(f"lost_{uuid4().hex[:8]}", keep=False) as system:
        await thungan(system, "import", "all", str(tmp_path / "sample"))
        first = await thungan_json(system, "enrol", "--role", "supervisor")
        async with VirtualDesk(system.gateway_url) as supervisor, VirtualPhone(system.gateway_url) as phone:
            await supervisor.enrol(first["code"])
            await phone.enrol(await supervisor.make_code("collector", collector_code=collector))
            await phone.open_stream()
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
