"""A day at work, and what somebody with full power over the databases does to it afterwards."""

import json
from dataclasses import dataclass
from typing import Any

import aio_pika
import asyncpg

from ops.provision import database_name
from shared.contracts.billing import PaymentRecorded
from shared.contracts.gateway import PrintJobState
from shared.contracts.receipt import PaperKind
from shared.ids import new_id
from shared.messaging import envelope
from shared.messaging.topology import Names
from shared.testing.conditions import wait_until
from simulation.command_line import thungan
from simulation.phone import Fault, VirtualDesk, VirtualPhone
from stack.services import LocalSystem

PAST_THE_TRIGGERS = "SET session_replication_role = replica"

_RECORDED = PaymentRecorded.routing_key()


@dataclass(frozen=True)
class Act:
    """Statements in one service's database, and what names them: a rule, and a part of its subject or detail."""

    name: str
    service: str
    statements: tuple[str, ...]
    rule: str
    part: str = ""

    def is_named(self, report: dict[str, Any]) -> bool:
        """Return whether a report of the audit names it."""
        return any(
            (found["service"], found["rule"]) == (self.service, self.rule)
            and self.part in f"{found['subject']} {found['detail']}"
            for found in report["violations"]
        )


_CHANGED, _TWICE = "what was recorded of money is not changed", "what is set once is not changed after that"
_BY_OTHERS, _ONLY_ADDED = "money is written by its service only", "rows that are only added are not changed or deleted"

_DELETED = "no row of money is deleted"

_OF_FIRST_PAYMENT = "SELECT payment_id FROM payments ORDER BY sequence LIMIT 1"

ACTS = (
    Act(
        "a payment is moved to another shift",
        "billing",
        (
            (
                "UPDATE payments AS p SET shift_id = (SELECT shift_id FROM shifts WHERE shift_id <> p.shift_id)"
                " WHERE sequence = (SELECT min(sequence) FROM payments)"
            ),
        ),
        _CHANGED,
        "shift_id",
    ),
    Act(
        "cash becomes a transfer without a shift",
        "billing",
        (
            (
                "UPDATE payments SET method = 'transfer', shift_id = NULL"
                " WHERE sequence = (SELECT max(sequence) FROM payments)"
            ),
        ),
        _CHANGED,
        '"method": "transfer"',
    ),
    Act(
        "the VAT of what was cleared is moved to the principal",
        "billing",
        (
            (
                "UPDATE allocations SET vat = vat - 1, principal = principal + 1 WHERE vat > 0 AND payment_id ="
                " (SELECT payment_id FROM payments WHERE method = 'cash' ORDER BY sequence OFFSET 1 LIMIT 1)"
            ),
        ),
        _CHANGED,
        "allocations",
    ),
    Act(
        "the counted cash of a confirmed shift is changed",
        "billing",
        ("UPDATE shifts SET counted_cash = counted_cash - 10000 WHERE closed_at IS NOT NULL",),
        _TWICE,
        "counted_cash",
    ),
    Act(
        "a row of the history is deleted",
        "billing",
        (PAST_THE_TRIGGERS, "DELETE FROM money_history WHERE entry = (SELECT min(entry) + 3 FROM money_history)"),
        _ONLY_ADDED,
        "money_history 0 changed, 1 deleted",
    ),
    Act(
        "a row of the history is changed",
        "customer",
        (
            PAST_THE_TRIGGERS,
            "UPDATE money_history SET session_role = 'nobody' WHERE entry = (SELECT min(entry) FROM money_history)",
        ),
        _ONLY_ADDED,
        "money_history 1 changed, 0 deleted",
    ),
    Act(
        "an attempt to print is forgotten",
        "gateway",
        (
            "UPDATE print_jobs SET attempt = 1 WHERE attempt = 2",
            "DELETE FROM print_attempts",
            "DELETE FROM print_job_history WHERE attempt = 2",
        ),
        _BY_OTHERS,
        '"attempt": 2',
    ),
    Act(
        "a printed receipt counts as waiting",
        "gateway",
        (
            (
                "UPDATE print_jobs SET state = 'unconfirmed' WHERE job_id ="
                " (SELECT job_id FROM print_jobs WHERE state = 'printed' AND attempt = 1 ORDER BY created_at LIMIT 1)"
            ),
        ),
        _BY_OTHERS,
        '"state": "unconfirmed"',
    ),
    Act(
        "a revoked phone may act again",
        "gateway",
        ("UPDATE devices SET revoked_at = NULL, revoked_by = NULL WHERE revoked_at IS NOT NULL",),
        _TWICE,
        "revoked_at",
    ),
    Act(
        "somebody who opted out gets SMS again",
        "notify",
        ("DELETE FROM blocked_phones",),
        _BY_OTHERS,
        "blocked_phones",
    ),
    Act(
        "a receipt is deleted",
        "receipt",
        (PAST_THE_TRIGGERS, "DELETE FROM receipt WHERE number = 1"),
        "gap",
    ),
    Act(
        "a checkpoint is deleted",
        "receipt",
        (PAST_THE_TRIGGERS, "DELETE FROM checkpoint"),
        _ONLY_ADDED,
        "checkpoint 0 changed, ",
    ),
    Act(
        "a visit is moved to another collector",
        "customer",
        (
            "INSERT INTO collectors SELECT 'TN9999', name, phone, unit_code, true FROM collectors LIMIT 1",
            "UPDATE visits SET collector_code = 'TN9999'",
        ),
        _BY_OTHERS,
        "visits ",
    ),
    Act(
        "a customer is moved to another route",
        "customer",
        (
            "INSERT INTO routes SELECT 'R9999', name, unit_code, collector_code FROM routes LIMIT 1",
            (
                "UPDATE customers SET route_code = 'R9999' WHERE customer_code ="
                " (SELECT min(customer_code) FROM customers)"
            ),
        ),
        _BY_OTHERS,
        "customers ",
    ),
    Act(
        "VAT of a bill and of its line becomes principal",
        "billing",
        (
            (
                "UPDATE bills SET vat = vat - 1, pre_vat = pre_vat + 1, lines = jsonb_set(lines::jsonb, '{0,amount}',"
                " to_jsonb((lines #>> '{0,amount}')::bigint + 1))::json WHERE bill_id ="
                f" (SELECT bill_id FROM allocations WHERE payment_id = ({_OF_FIRST_PAYMENT}) LIMIT 1)"
            ),
        ),
        _CHANGED,
        "bills ",
    ),
    Act(
        "what somebody owes is erased",
        "billing",
        (
            (
                "UPDATE accounts SET debt = 0, open_bills = 0 WHERE customer_code ="
                " (SELECT min(customer_code) FROM accounts WHERE debt > 0)"
            ),
        ),
        _BY_OTHERS,
        "accounts ",
    ),
    Act(
        "the second count of a shift is deleted",
        "billing",
        ("DELETE FROM shift_confirmations",),
        _DELETED,
        "shift_confirmations ",
    ),
    Act(
        "a reversal is dated back",
        "billing",
        ("UPDATE reversals SET reversed_at = reversed_at - interval '1 day'",),
        _CHANGED,
        "reversals ",
    ),
    Act(
        "the ceiling of a cash box is raised",
        "billing",
        ("UPDATE shifts SET cash_ceiling = cash_ceiling * 10 WHERE closed_at IS NULL",),
        _CHANGED,
        "cash_ceiling",
    ),
    Act(
        "an event is written into an outbox as if it had been sent",
        "billing",
        (
            (
                "INSERT INTO outbox (message_id, routing_key, aggregate, correlation_id, body, published_at)"
                " SELECT gen_random_uuid(), routing_key, aggregate, correlation_id, body, now()"
                f" FROM outbox WHERE routing_key = '{_RECORDED}' LIMIT 1"
            ),
        ),
        _BY_OTHERS,
        "outbox ",
    ),
    Act(
        "a phone is given to another collector",
        "gateway",
        ("UPDATE devices SET collector_code = 'TN9999' WHERE collector_code IS NOT NULL AND revoked_at IS NULL",),
        _CHANGED,
        "TN9999",
    ),
    Act(
        "a customer is shown to another collector's phones",
        "gateway",
        (
            (
                "UPDATE customer_collectors SET collector_code = 'TN9999'"
                " WHERE customer_code = (SELECT min(customer_code) FROM customer_collectors)"
            ),
        ),
        _BY_OTHERS,
        "customer_collectors ",
    ),
    Act(
        "an older seal of a history is replaced",
        "billing",
        (
            PAST_THE_TRIGGERS,
            "UPDATE history_seals SET link = sha256(link) WHERE seal = (SELECT min(seal) FROM history_seals)",
        ),
        _ONLY_ADDED,
        "history_seals 1 changed",
    ),
    Act(
        "two receipts change numbers",
        "receipt",
        (
            PAST_THE_TRIGGERS,
            "UPDATE receipt SET number = 99999999 WHERE number = 2",
            "UPDATE receipt SET number = 2 WHERE number = 3",
            "UPDATE receipt SET number = 3 WHERE number = 99999999",
        ),
        _ONLY_ADDED,
        "receipt 3 changed",
    ),
    Act(
        "a series is set back by one",
        "receipt",
        (PAST_THE_TRIGGERS, "UPDATE series SET last_number = last_number - 1 WHERE last_number > 0"),
        "series",
        "it stands at",
    ),
)

BEHIND_A_TRIGGER = Act(
    "an old payment is changed while its trigger is switched off",
    "billing",
    (
        "ALTER TABLE payments DISABLE TRIGGER USER",
        f"UPDATE payments SET reference = 'FT0' WHERE payment_id = ({_OF_FIRST_PAYMENT})",
        "ALTER TABLE payments ENABLE TRIGGER USER",
    ),
    "what keeps the history is as it was",
)
"""Its row is named by the complete audit that follows from this."""


async def work_a_day(
    system: LocalSystem, phone: VirtualPhone, supervisor: VirtualDesk, customer_code: str, debt: int, collector: str
) -> None:
    """Leave something behind that somebody may want to change: a confirmed shift, a revoked phone, an opt-out."""
    await phone.visit(customer_code, "met")
    await phone.wait_for_printout(PaperKind.NOTICE, customer_code=customer_code)
    shift = (await phone.open_shift()).shift
    phone.printer.fail(Fault.LINK_LOST_DURING)
    await phone.pay(customer_code, debt)
    half = await phone.wait_for_printout(PaperKind.RECEIPT, customer_code=customer_code)

    async def unconfirmed() -> bool:
        return bool((await phone.print_job(half.job_id))["state"] == PrintJobState.UNCONFIRMED)

    await wait_until(unconfirmed, 30)
    await phone.print_again(half.job_id, half.attempt)
    await wait_until(lambda: any(printout.attempt == 2 for printout in phone.printouts), 30)
    await phone.close_shift(shift.shift_id, shift.opening_float + debt)
    async with VirtualDesk(system.gateway_url) as cashier, VirtualPhone(system.gateway_url) as lost:
        await cashier.enrol(await supervisor.make_code("cashier"))
        await cashier.confirm_shift(shift.shift_id, shift.opening_float + debt)
        transfer = await cashier.record_transfer(customer_code, 2_000, "FT26001234567")
        await cashier.reverse(transfer.payment.payment_id, "Ghi nhầm khách hàng")
        await lost.enrol(await supervisor.make_code("collector", collector_code=collector))
        await supervisor.revoke(lost.device_id)
    await thungan(system, "opt-out", "add", "0912345678")


async def invent_a_payment(system: LocalSystem) -> Act:
    """Publish what billing would emit about a payment that there never was, as only the broker's administrator can."""
    database = await asyncpg.connect(system.stack.postgres_url, database=database_name(system.namespace, "billing"))
    try:
        body = await database.fetchval("SELECT body FROM outbox WHERE routing_key = $1 LIMIT 1", _RECORDED)
    finally:
        await database.close()
    payment_id = new_id()
    invented = body.replace(json.loads(body)["payment"]["payment_id"], str(payment_id))
    async with await aio_pika.connect(system.amqp_url) as connection:
        exchange = await (await connection.channel()).get_exchange(Names(system.namespace).events, ensure=False)
        message = aio_pika.Message(
            invented.encode(),
            headers={envelope.MESSAGE_ID: str(new_id())},
            content_type="application/json",
            type=_RECORDED,
            message_id=envelope.attempt_id(),
        )
        await exchange.publish(message, routing_key=_RECORDED)
    return Act("a payment is invented at the broker", "between", (), "a receipt has a payment", str(payment_id))


async def act_as_administrator(system: LocalSystem, service: str, *statements: str) -> None:
    """Do what only a superuser of the database server can do."""
    connection = await asyncpg.connect(system.stack.postgres_url, database=database_name(system.namespace, service))
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
