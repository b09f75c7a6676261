"""Facts for the audit: what must never be true of reminders."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from shared.audit import AuditViolation, broken_rules, rows_in_order
from shared.clock import Clock, now
from shared.db import Connection

# Each rule selects what breaks it as (subject, detail); a sound database selects nothing.
_RULES: dict[str, str] = {
    "a visit has at most one reminder of a template": """
        SELECT visit_id::text, format('%s reminders of %s', count(*), template)
        FROM reminders WHERE visit_id IS NOT NULL GROUP BY visit_id, template HAVING count(*) > 1
    """,
    "nobody is asked for the money of a bill while a complaint about it is open": """
        SELECT reminder_id::text, format('%s is scheduled, complaint %s is open', template, complaint_id)
        FROM reminders JOIN complaints USING (customer_code) JOIN accounts USING (customer_code)
        WHERE state = 'scheduled' AND stopped = '' AND receipt_id IS NULL AND NOT is_trial AND settled_at IS NULL
            AND (debt <= 0 OR debt_due_on <> oldest_due_date OR disputed_version <> version
                OR btrim(bill_number) <> ALL (disputed_bills))
    """,
    "a reminder that a complaint cancelled is of a customer who complained": """
        SELECT reminder_id::text, 'no complaint is known' FROM reminders
        WHERE state = 'cancelled' AND cause = 'complaint' AND NOT EXISTS (
            SELECT FROM complaints WHERE complaints.customer_code = reminders.customer_code)
    """,
    "a reminder that an agreement cancelled is of a customer who has agreed to pay in parts": """
        SELECT reminder_id::text, 'no agreement is known' FROM reminders
        WHERE state = 'cancelled' AND cause = 'instalments' AND NOT EXISTS (
            SELECT FROM agreements WHERE agreements.customer_code = reminders.customer_code)
    """,
    "the link of a receipt goes to a number once": """
        SELECT receipt_id::text, format('%s times to one number', count(*))
        FROM reminders WHERE receipt_id IS NOT NULL AND phone IS NOT NULL GROUP BY receipt_id, phone HAVING count(*) > 1
    """,
    "a reminder is handed over at most once": """
        SELECT reminder_id::text, format('handed over %s times', count(*))
        FROM attempts JOIN reminders USING (reminder_id)
        WHERE NOT repeats AND (outcome IS NULL OR outcome IN ('accepted', 'unknown'))
        GROUP BY reminder_id, sent_again HAVING count(*) > CASE WHEN sent_again THEN 2 ELSE 1 END
    """,
    "what may have left goes to no other provider": """
        SELECT reminder_id::text, string_agg(DISTINCT attempts.provider, ', ')
        FROM attempts WHERE outcome IS NULL OR outcome IN ('accepted', 'unknown')
        GROUP BY reminder_id HAVING count(DISTINCT attempts.provider) > 1
    """,
    "an SMS is repeated only under the reference that its provider recognises": """
        SELECT reminder_id::text, format('attempt %s of %s', number, provider)
        FROM attempts AS repeated WHERE repeats AND NOT EXISTS (
            SELECT FROM attempts AS first
            WHERE first.reminder_id = repeated.reminder_id AND first.number < repeated.number
                AND first.provider = repeated.provider AND first.client_reference = repeated.client_reference)
    """,
    "an unknown SMS is named, and looked for or unknown for good": """
        SELECT reminder_id::text, format('%s, cause "%s"', state, cause)
        FROM reminders WHERE state = 'unknown' AND (cause = '' OR NOT EXISTS (
            SELECT FROM attempts WHERE attempts.reminder_id = reminders.reminder_id AND outcome = 'unknown'))
    """,
    "a reminder is sent by an attempt that was accepted": """
        SELECT reminder_id::text, format('%s without such an attempt', state)
        FROM reminders
        WHERE (state IN ('sent', 'delivered') OR cause IN ('undelivered', 'not_reached')) AND NOT EXISTS (
            SELECT FROM attempts WHERE attempts.reminder_id = reminders.reminder_id AND outcome = 'accepted')
    """,
    "a reminder whose attempt was accepted is sent": """
        SELECT DISTINCT reminder_id::text, state
        FROM attempts JOIN reminders USING (reminder_id)
        WHERE outcome = 'accepted' AND state NOT IN ('sent', 'delivered')
            AND cause NOT IN ('undelivered', 'not_reached')
    """,
    "nobody is ordered to be cut off who has paid, is blocked or must not be cut off": """
        SELECT order_id::text, format('open; debt %s, oldest due %s', debt, oldest_due_date)
        FROM cut_orders JOIN accounts USING (customer_code)
        WHERE kind = 'cut' AND state = 'open' AND (debt <= 0 OR oldest_due_date IS DISTINCT FROM debt_due_on
            OR protected OR NOT active OR EXISTS (
                SELECT FROM agreements WHERE agreements.customer_code = cut_orders.customer_code AND is_in_force))
    """,
    "nobody was cut off under an order who had paid": """
        SELECT order_id::text, format('owed %s', debt_when_done) FROM cut_orders
        WHERE kind = 'cut' AND state = 'done' AND NOT is_late AND coalesce(debt_when_done, 0) <= 0
    """,
    "whoever is ordered to be cut off was warned a day before the hour of the warning": """
        SELECT order_id::text, format('warned at %s for %s', warned_at, cut_orders.cut_from)
        FROM cut_orders JOIN cut_warnings USING (warning_id)
        WHERE kind = 'cut' AND (warned_at > cut_orders.cut_from - interval '24 hours'
            OR cut_orders.cut_from <> cut_warnings.cut_from
            OR cut_orders.customer_code <> cut_warnings.customer_code
            OR NOT EXISTS (
                SELECT FROM warning_deliveries WHERE warning_deliveries.warning_id = cut_orders.warning_id
                    AND delivered_at <= cut_orders.cut_from - interval '24 hours')
            AND NOT EXISTS (
                SELECT FROM reminders WHERE reminders.reminder_id = cut_warnings.reminder_id
                    AND reminders.state = 'delivered'))
    """,
    "an order to cut follows from a list that two people made and approved": """
        SELECT order_id::text, 'nobody else has approved its list'
        FROM cut_orders JOIN cut_lists USING (list_id)
        WHERE kind = 'cut' AND (approved_by IS NULL
            OR made_by ->> 'id' = approved_by ->> 'id' AND made_by ->> 'reference' = approved_by ->> 'reference')
    """,
    "supply that was cut after its order had been withdrawn is ordered back": """
        SELECT order_id::text, 'no reconnection is ordered' FROM cut_orders AS cut
        WHERE kind = 'cut' AND is_late AND NOT EXISTS (
            SELECT FROM cut_orders AS back WHERE back.cut_order_id = cut.order_id)
    """,
    "supply of whoever owes nothing any more is ordered back": """
        SELECT order_id::text, format('debt %s', debt) FROM cut_orders AS cut JOIN accounts USING (customer_code)
        WHERE kind = 'cut' AND state = 'done' AND debt <= 0 AND NOT EXISTS (
            SELECT FROM cut_orders AS back WHERE back.cut_order_id = cut.order_id)
    """,
    "an order that was carried out was reported from the place": """
        SELECT order_id::text, format('%s without a report', kind) FROM cut_orders
        WHERE state = 'done' AND NOT EXISTS (
            SELECT FROM cut_order_reports WHERE cut_order_reports.order_id = cut_orders.order_id
                AND outcome = 'done' AND meter_reading IS NOT NULL)
    """,
}


class ReminderFact(NamedTuple):
    """The reminder of one visit."""

    visit_id: UUID
    state: str
    cause: str = ""


@dataclass(frozen=True)
class NotifyFacts:
    """The violations found inside this database."""

    violations: list[AuditViolation]


_FORGOTTEN_RULE = "no reminder is forgotten"
# Due for so long, being sent, or looked for, and nobody did it: the service stood still, or has a fault.
_FORGOTTEN = """
SELECT reminder_id::text, format('%s, due since %s', state, coalesce(lease_until, look_at, due_at)) AS detail
FROM reminders
WHERE (state = 'scheduled' AND due_at < $1) OR (state = 'sending' AND lease_until < $1)
    OR (state = 'unknown' AND look_at < $1)
"""
FORGOTTEN_AFTER = timedelta(hours=24)


class OrderedAccount(NamedTuple):
    """What is known here of the account of a customer who is to be cut off, or to have supply back."""

    version: int
    debt: int
    """With what is disputed."""


_ORDERED = """
SELECT customer_code, version, debt + disputed_debt FROM accounts
WHERE EXISTS (
    SELECT FROM cut_orders AS cut
    WHERE cut.customer_code = accounts.customer_code AND kind = 'cut' AND (state = 'open' OR state = 'done'
        AND NOT EXISTS (SELECT FROM cut_orders AS back WHERE back.cut_order_id = cut.order_id)))
ORDER BY customer_code COLLATE "C"
"""


async def ordered_in_order(connection: Connection) -> AsyncIterator[tuple[str, OrderedAccount]]:
    """Yield the accounts, as known here, of those who are to be cut off or are, by the customer."""
    async for row in rows_in_order(connection, _ORDERED):
        yield row[0], OrderedAccount(row[1], row[2])


_REMINDERS = "SELECT visit_id, state, cause FROM reminders WHERE visit_id IS NOT NULL ORDER BY visit_id"


# Compared with those that the customer service has told of (ops/audit/comparison.py): open or not.
_COMPLAINTS = "SELECT complaint_id, settled_at IS NULL FROM complaints ORDER BY complaint_id"


async def complaints_in_order(connection: Connection) -> AsyncIterator[tuple[UUID, bool]]:
    """Yield whether each complaint about a bill is open here, by its id."""
    async for row in rows_in_order(connection, _COMPLAINTS):
        yield row[0], row[1]


async def audit_facts(connection: Connection, clock: Clock = now) -> NotifyFacts:
    """Read the facts in one snapshot; needs no running service."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        violations = await broken_rules(connection, "notify", _RULES)
        forgotten = await connection.fetch(_FORGOTTEN, clock() - FORGOTTEN_AFTER)
        violations += [
            AuditViolation("notify", _FORGOTTEN_RULE, row["reminder_id"], row["detail"]) for row in forgotten
        ]
    return NotifyFacts(violations)


async def reminders_in_order(connection: Connection) -> AsyncIterator[tuple[UUID, ReminderFact]]:
    """Yield every reminder of a visit, by the visit (ops/audit/comparison.py)."""
    async for row in rows_in_order(connection, _REMINDERS):
        yield row[0], ReminderFact(*row)
