"""Facts for the audit: what a sound database does not hold of bills, payments, credits and shifts."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from services.billing.store.second_people import acts_of_two
from shared.audit import AuditViolation, broken_rules, implausible_times, rows_in_order
from shared.db import Connection
from shared.money_history import MoneyTable

HISTORY = {
    # Not the number of the receipt: behind a gap of lost numbers it is issued under another one. Each audit compares it
    # with what was signed.
    "payments": MoneyTable("payment_id", once=("receipt_id", "reversed_at")),
    "allocations": MoneyTable("allocation_id", once=("released_at",)),
    "reversals": MoneyTable("reversal_id"),
    "shifts": MoneyTable("shift_id", once=("closed_at", "counted_cash", "difference"), digested=("denominations",)),
    "payment_reports": MoneyTable("report_id"),
    "bills": MoneyTable("bill_id", digested=("readings", "lines", "explanation"), digest="digest_of_bill"),
    "bill_corrections": MoneyTable("correction_id", digested=("readings", "lines")),
    "bill_reductions": MoneyTable("reduction_id"),
    "shift_confirmations": MoneyTable("shift_id", digested=("denominations",)),
    "shift_decisions": MoneyTable("shift_id"),
    "bank_credits": MoneyTable("credit_id"),
}
"""Tables whose history is kept (0011, 0013, 0050, 0110)."""

_CLEARED = """LATERAL (
            SELECT coalesce(sum(principal), 0) AS cleared_principal, coalesce(sum(allocations.vat), 0) AS cleared_vat
            FROM allocations WHERE allocations.bill_id = bills.bill_id AND released_at IS NULL
        ) AS cleared"""
_TAKEN_OFF = """LATERAL (
            SELECT coalesce(sum(principal), 0) AS less_principal, coalesce(sum(taken.vat), 0) AS less_vat
            FROM bill_reductions AS taken WHERE taken.bill_id = bills.bill_id
        ) AS taken_off"""

_USED = """(CASE WHEN new_reading >= old_reading THEN new_reading - old_reading
                ELSE (10 ^ digits)::bigint - old_reading + new_reading END * multiplier)"""

# Each rule selects what breaks it as (subject, detail); a sound database selects nothing.
_RULES: dict[str, str] = {
    "a bill's total is its lines, and VAT once on the sum": """
        SELECT bill_number, format('pre-VAT %s, lines %s, total %s', pre_vat, line_sum, total)
        FROM bills, LATERAL (
            SELECT coalesce(sum((line ->> 'amount')::bigint), 0) AS line_sum FROM json_array_elements(lines) AS line
        ) AS sums
        WHERE pre_vat <> line_sum OR total <> pre_vat + vat
    """,
    "what is open of a bill is its total less what standing payments cleared": f"""
        SELECT bill_number, format('open %s + %s, cleared %s + %s of %s + %s, taken off %s + %s',
            open_principal, open_vat, cleared_principal, cleared_vat, pre_vat, vat, less_principal, less_vat)
        FROM bills, {_CLEARED}, {_TAKEN_OFF}
        WHERE open_principal <> pre_vat - cleared_principal - less_principal
            OR open_vat <> bills.vat - cleared_vat - less_vat
    """,
    "no bill is paid twice without a credit to show for it": f"""
        SELECT bill_number, format('cleared %s of %s, of which %s taken off', cleared_principal + cleared_vat, total,
            less_principal + less_vat)
        FROM bills, {_CLEARED}, {_TAKEN_OFF}
        WHERE cleared_principal + cleared_vat > total - less_principal - less_vat
    """,
    "a payment is what it cleared and what it left as credit": """
        SELECT payment_id::text, format('amount %s, cleared %s, credit %s', amount, cleared, credit)
        FROM payments, LATERAL (
            SELECT coalesce(sum(principal + vat), 0) AS cleared
            FROM allocations WHERE allocations.payment_id = payments.payment_id AND released_at IS NULL
        ) AS sums
        WHERE reversed_at IS NULL AND amount <> cleared + credit
    """,
    "a reversed payment clears nothing": """
        SELECT payment_id::text, 'has allocations that stand'
        FROM payments
        WHERE reversed_at IS NOT NULL AND EXISTS (
            SELECT FROM allocations WHERE allocations.payment_id = payments.payment_id AND released_at IS NULL)
    """,
    # Credit that was used later has another moment: taking the money and clearing debts with it is one transaction.
    "cash is taken only for what is owed": """
        SELECT payment_id::text, format('%s đồng cleared nothing when they were taken', amount)
        FROM payments
        WHERE method = 'cash' AND NOT EXISTS (
            SELECT FROM allocations
            WHERE allocations.payment_id = payments.payment_id AND made_at = recorded_at)
    """,
    "a payment is reversed exactly when a reversal is recorded": """
        SELECT payment_id::text, 'reversal and payment disagree'
        FROM payments LEFT JOIN reversals USING (payment_id)
        WHERE (payments.reversed_at IS NULL) <> (reversals.reversal_id IS NULL)
    """,
    "a reference of a bank or partner is one payment": """
        SELECT min(reference), format('%s payments that stand: %s', count(*),
            string_agg(format('%s (%s, %s đồng)', payment_id, customer_code, amount), ', ' ORDER BY sequence))
        FROM payments WHERE reference <> '' AND reversed_at IS NULL
        GROUP BY method, coalesce(collection_point_code, ''), reference_key(method, reference) HAVING count(*) > 1
    """,
    "an account is the sum of its bills and payments": """
        SELECT customer_code, format('debt %s is %s, credit %s is %s, open bills %s are %s',
            debt, owed, accounts.credit, kept, open_bills, open_count)
        FROM accounts, LATERAL (
            SELECT coalesce(sum(open_principal + open_vat), 0) AS owed,
                count(*) FILTER (WHERE open_principal + open_vat > 0) AS open_count
            FROM bills WHERE bills.customer_code = accounts.customer_code
        ) AS bill_sums, LATERAL (
            SELECT coalesce(sum(payments.credit), 0) AS kept
            FROM payments WHERE payments.customer_code = accounts.customer_code AND reversed_at IS NULL
        ) AS payment_sums
        WHERE debt <> owed OR accounts.credit <> kept OR open_bills <> open_count
    """,
    "a booked bank credit is a transfer of its customer that stands, to the đồng": """
        SELECT bank_credits.credit_id::text, format('%s for %s, payment %s: %s by %s for %s', bank_credits.amount,
            bank_credits.customer_code, payment_id, payments.amount, method, payments.customer_code)
        FROM bank_credits JOIN payments USING (payment_id)
        WHERE (bank_credits.amount, bank_credits.customer_code, 'transfer', outgoing)
                IS DISTINCT FROM (payments.amount, payments.customer_code, method, false)
            OR payments.reversed_at IS NOT NULL
    """,
    # Of each account and month, so that a finding says where to look.
    "bank credits are payments, what waits and what was dismissed": """
        SELECT format('account %s, %s', account_number, to_char(booked_on, 'MM/YYYY')),
            format('%s came in: %s booked, %s waits, %s dismissed', sum(amount), sum(paid), sum(waits), sum(dismissed))
        FROM (
            SELECT account_number, booked_on, bank_credits.amount,
                coalesce(payments.amount, 0) AS paid,
                CASE WHEN state IN ('new', 'unmatched') THEN bank_credits.amount ELSE 0 END AS waits,
                CASE WHEN state = 'dismissed' THEN bank_credits.amount ELSE 0 END AS dismissed
            FROM bank_credits
                LEFT JOIN payments ON payments.payment_id = bank_credits.payment_id AND reversed_at IS NULL
            WHERE NOT outgoing
        ) AS parts
        GROUP BY account_number, to_char(booked_on, 'MM/YYYY')
        HAVING sum(amount) <> sum(paid) + sum(waits) + sum(dismissed)
    """,
    "a bank credit has been told of, with the amount that it has": """
        SELECT credit_id::text, coalesce(format('told by %s as %s, taken as %s', source, told.amount, taken.amount),
            'nobody has told of it')
        FROM bank_credits AS taken LEFT JOIN credit_sightings AS told USING (credit_id)
        WHERE source IS NULL OR (told.amount, told.outgoing) <> (taken.amount, taken.outgoing)
    """,
    "what was last decided over a bank credit is where it stands": """
        SELECT credit_id::text, format('%s, last act %s', state, coalesce(act, 'none'))
        FROM bank_credits LEFT JOIN LATERAL (
            SELECT act, payment_id AS of_payment FROM credit_acts
            WHERE credit_acts.credit_id = bank_credits.credit_id AND act <> 'contradicted'
            ORDER BY act_id DESC LIMIT 1
        ) AS latest ON true
        WHERE state <> 'outgoing' AND CASE WHEN state = 'new' THEN act IS NOT NULL ELSE (
            act IS NULL OR state <> CASE act WHEN 'left' THEN 'unmatched' WHEN 'reopened' THEN 'unmatched' ELSE act END
            OR (state = 'booked' AND of_payment IS DISTINCT FROM payment_id)) END
    """,
    # What is new is on no worklist.
    "a bank credit is decided within a day": """
        SELECT credit_id::text, format('%s đồng on %s, taken %s', amount, account_number, taken_at)
        FROM bank_credits WHERE state = 'new' AND taken_at < now() - interval '1 day'
    """,
    "a payment that a bank credit was booked as is that credit's as long as it stands": """
        SELECT credit_acts.credit_id::text, format('payment %s of %s đồng stands, and the credit is %s',
            payments.payment_id, payments.amount, bank_credits.state)
        FROM credit_acts JOIN payments USING (payment_id) JOIN bank_credits USING (credit_id)
        WHERE act = 'booked' AND reversed_at IS NULL AND bank_credits.payment_id IS DISTINCT FROM payments.payment_id
    """,
    "a transfer that no cashier has recorded is a bank credit": """
        SELECT payment_id::text, format('%s đồng, recorded by %s', amount, actor ->> 'id')
        FROM payments
        WHERE method = 'transfer' AND (actor ->> 'id' = 'billing' OR actor ->> 'kind' = 'command_line') AND NOT EXISTS (
            SELECT FROM credit_acts
            WHERE credit_acts.payment_id = payments.payment_id AND act = 'booked'
                AND credit_acts.customer_code = payments.customer_code)
    """,
    "money from outside the shifts is no cash, and cash is in a shift": """
        SELECT payment_id::text, method FROM payments WHERE (method = 'cash') <> (shift_id IS NOT NULL)
    """,
    "a closed shift's difference is the counted cash less float and cash": """
        SELECT shift_id::text, format('counted %s, float %s, cash %s, difference %s',
            counted_cash, opening_float, cash, difference)
        FROM shifts, LATERAL (
            SELECT coalesce(sum(amount), 0) AS cash
            FROM payments LEFT JOIN reversals USING (payment_id)
            WHERE payments.shift_id = shifts.shift_id AND NOT (
                reversals.shift_id IS NOT NULL AND reversals.shift_id = shifts.shift_id)
        ) AS taken
        WHERE closed_at IS NOT NULL AND difference <> counted_cash - (opening_float + cash)
    """,
    # It is what the slip of the shift was printed from. Cash that was paid back later left another box, or none.
    "a shift was emitted with the cash that moved in it": """
        SELECT shifts.shift_id::text, format('cash %s, in hand %s, difference %s; by its payments %s, %s, %s',
            event #>> '{shift,totals,cash}', event #>> '{shift,cash_in_hand}', event #>> '{shift,difference}',
            moved.cash, opening_float + moved.cash, shifts.difference)
        FROM (SELECT body::json AS event FROM outbox WHERE routing_key = 'shift.closed.v1') AS emitted
            JOIN shifts ON shift_id = (event #>> '{shift,shift_id}')::uuid, LATERAL (
                SELECT count(*) AS payments, coalesce(sum(amount), 0) AS cash
                FROM payments LEFT JOIN reversals USING (payment_id)
                WHERE payments.shift_id = shifts.shift_id AND NOT (
                    reversals.shift_id IS NOT NULL AND reversals.shift_id = shifts.shift_id)
            ) AS moved
        WHERE (event #>> '{shift,totals,cash}')::bigint <> moved.cash
            OR (event #>> '{shift,cash_in_hand}')::bigint <> opening_float + moved.cash
            OR (event #>> '{shift,difference}')::bigint <> shifts.difference
            OR json_array_length(event -> 'payment_ids') <> moved.payments
    """,
    "denominations add up to the counted cash": """
        SELECT shift_id::text, format('notes %s, counted %s', notes, counted_cash)
        FROM shifts, LATERAL (
            SELECT count(*) AS kinds, sum(key::bigint * value::bigint) AS notes FROM json_each_text(denominations)
        ) AS counted
        WHERE kinds > 0 AND notes <> counted_cash
    """,
    "a bill run has released what was confirmed, or says what it left out": """
        SELECT run_id::text, format('%s bills over %s confirmed, %s over %s released, %s over %s left out',
            bills, total, released_bills, released_total, left_out_bills, left_out_total)
        FROM bill_runs
        WHERE state = 'released' AND (released_parts <> parts
            OR (released_bills + left_out_bills, released_total + left_out_total) <> (bills, total))
    """,
    # A person held each of them, corrected it or had it read again while the run was on its way.
    "what a bill run left out was held or replaced meanwhile": """
        SELECT run_id::text, format('%s left out, %s held or replaced', left_out_bills, stopped)
        FROM bill_runs, LATERAL (
            SELECT count(DISTINCT period_id) AS stopped FROM reading_acts
            WHERE act IN ('held', 'corrected', 'sent_back', 'replaced')
                AND acted_at BETWEEN asked_at - interval '1 minute' AND ended_at + interval '1 minute'
        ) AS meanwhile
        WHERE state = 'released' AND left_out_bills > stopped
    """,
    "no drafts are left of a bill run that has ended": """
        SELECT run_id::text, state FROM bill_runs
        WHERE ended_at IS NOT NULL AND to_regclass(drafts_of(run_id)) IS NOT NULL
    """,
    "a part of a bill run is computed before it is released": """
        SELECT format('%s/%s', run_id, part), state FROM bill_run_parts JOIN bill_runs USING (run_id)
        WHERE (released_at IS NOT NULL AND bill_run_parts.computed_at IS NULL)
            OR (released_at IS NOT NULL AND state NOT IN ('releasing', 'released'))
            OR (state = 'released' AND released_at IS NULL)
    """,
    "a bill's VAT is its rate of what is before VAT": """
        SELECT bill_number, format('%s %% of %s is not %s', vat_rate, pre_vat, vat)
        FROM bills WHERE vat <> round(pre_vat * vat_rate::numeric / 100) AND NOT EXISTS (
            SELECT FROM bill_corrections WHERE new_bill_id = bills.bill_id AND bill_corrections.kind = 'adjustment')
        UNION ALL
        SELECT bill_number, format('%s %% of %s is not %s after a correction', vat_rate, new_pre_vat, new_vat)
        FROM bill_corrections JOIN bills USING (bill_id)
        WHERE bill_corrections.kind = 'adjustment' AND new_vat <> round(new_pre_vat * vat_rate::numeric / 100)
    """,
    "a correction is what it did to bills": """
        SELECT correction_id::text, format('%s + %s became %s + %s; further bill %s + %s, taken off %s + %s',
            old_pre_vat, old_vat, new_pre_vat, new_vat, more_principal, more_vat, less_principal, less_vat)
        FROM bill_corrections, LATERAL (
            SELECT coalesce(sum(pre_vat), 0) AS more_principal, coalesce(sum(vat), 0) AS more_vat
            FROM bills WHERE bills.bill_id = new_bill_id
        ) AS further, LATERAL (
            SELECT coalesce(sum(principal), 0) AS less_principal, coalesce(sum(vat), 0) AS less_vat
            FROM bill_reductions WHERE bill_reductions.correction_id = bill_corrections.correction_id
        ) AS taken_off
        WHERE new_pre_vat - old_pre_vat <> more_principal - less_principal
            OR new_vat - old_vat <> more_vat - less_vat
    """,
    # The first correction began with what was issued, each further one with what the one before came to.
    "a correction goes on from what its bill came to": """
        SELECT correction_id::text, format('began with %s + %s, %s kWh, the bill came to %s + %s, %s kWh',
            old_pre_vat, old_vat, old_kwh, came_to_pre_vat, came_to_vat, came_to_kwh)
        FROM (
            SELECT correction_id, old_pre_vat, old_vat, old_kwh,
                coalesce(lag(new_kwh) OVER chain, kwh) AS came_to_kwh,
                coalesce(lag(new_pre_vat) OVER chain, pre_vat) AS came_to_pre_vat,
                coalesce(lag(new_vat) OVER chain, vat) AS came_to_vat
            FROM bill_corrections JOIN bills USING (bill_id)
            WINDOW chain AS (PARTITION BY bill_corrections.bill_id ORDER BY sequence)
        ) AS ordered
        WHERE old_pre_vat <> came_to_pre_vat OR old_vat <> came_to_vat OR old_kwh <> came_to_kwh
    """,
    "the first method of correction is kept": """
        SELECT bill_number, 'adjusted and replaced'
        FROM bill_corrections AS adjusted JOIN bill_corrections AS replaced
            ON replaced.bill_id = adjusted.bill_id OR replaced.new_bill_id = adjusted.bill_id
            JOIN bills ON bills.bill_id = adjusted.bill_id
        WHERE adjusted.kind = 'adjustment' AND replaced.kind = 'replacement'
    """,
    "a correction names what payments no longer clear": """
        SELECT correction_id::text, format('released %s, of payments %s', released, taken)
        FROM bill_corrections, LATERAL (
            SELECT coalesce(sum(allocations.vat + allocations.principal), 0) AS taken
            FROM bill_reductions JOIN allocations USING (bill_id)
            WHERE bill_reductions.correction_id = bill_corrections.correction_id AND released_at = corrected_at
        ) AS parts
        WHERE released <> taken
    """,
    "a bill's kWh are what its meters show": f"""
        SELECT bill_number, format('%s kWh, its meters %s', kwh, used)
        FROM bills JOIN (
            SELECT bill_id, sum({_USED}) AS used FROM metered_periods JOIN readings USING (period_id)
            WHERE bill_id IS NOT NULL AND meter_register <> 'VC' GROUP BY bill_id
        ) AS metered USING (bill_id)
        WHERE kwh <> used
        UNION ALL
        SELECT bill_number, format('corrected to %s kWh, its meters %s', new_kwh, used)
        FROM bill_corrections JOIN bills USING (bill_id), LATERAL (
            SELECT coalesce(sum({_USED}), 0) AS used FROM jsonb_to_recordset(bill_corrections.readings) AS reading (
                meter_register text, old_reading bigint, new_reading bigint, multiplier integer, digits integer)
            WHERE meter_register <> 'VC'
        ) AS metered
        WHERE new_kwh <> used
    """,
    "a part of a payment is released by a reversal or a correction": """
        SELECT allocation_id::text, format('released %s, payment %s', allocations.released_at, payment_id)
        FROM allocations JOIN payments USING (payment_id)
        WHERE allocations.released_at IS NOT NULL AND allocations.released_at IS DISTINCT FROM payments.reversed_at
            AND NOT EXISTS (
                SELECT FROM bill_reductions JOIN bill_corrections USING (correction_id)
                WHERE bill_reductions.bill_id = allocations.bill_id AND corrected_at = allocations.released_at)
    """,
    "a line is its kWh at its price": """
        SELECT bill_number, format('%s kWh at %s is not %s', line ->> 'kwh', line ->> 'unit_price', line ->> 'amount')
        FROM bills, json_array_elements(lines) AS line
        WHERE (line ->> 'kwh')::bigint > 0
            AND (line ->> 'kwh')::bigint * (line ->> 'unit_price')::bigint <> (line ->> 'amount')::bigint
    """,
    "a second count's difference is the counted cash less float and cash": """
        SELECT shift_id::text, format('counted %s, difference %s, by the first count %s and %s',
            confirmed.counted_cash, confirmed.difference, shifts.counted_cash, shifts.difference)
        FROM shifts JOIN shift_confirmations AS confirmed USING (shift_id)
        WHERE closed_at IS NULL
            OR confirmed.counted_cash - confirmed.difference <> shifts.counted_cash - shifts.difference
    """,
    "a shift is declared, confirmed and decided on different devices": """
        SELECT shift_id::text, format('declared on %s, confirmed on %s, decided on %s',
            declaring_device_id, confirmed.device_id, decisions.device_id)
        FROM shifts JOIN shift_confirmations AS confirmed USING (shift_id)
            LEFT JOIN shift_decisions AS decisions USING (shift_id)
        WHERE declaring_device_id IN (confirmed.device_id, decisions.device_id)
            OR confirmed.device_id = decisions.device_id
    """,
    "held and replaced readings have no bill": """
        SELECT period_id::text, CASE WHEN held IS NULL THEN 'other readings have taken their place' ELSE 'held' END
        FROM metered_periods WHERE bill_id IS NOT NULL AND (held IS NOT NULL OR superseded_by IS NOT NULL)
    """,
    # What was held first and is not any more was released by a person, or the judgement was made again.
    "held readings were released, judged again or replaced, or are still held": """
        SELECT period_id::text, 'held once, and nobody has released it'
        FROM metered_periods
        WHERE held IS NULL AND superseded_by IS NULL AND (
            SELECT act FROM reading_acts WHERE reading_acts.period_id = metered_periods.period_id
            ORDER BY act_id DESC LIMIT 1
        ) IN ('held', 'sent_back')
    """,
    "readings that others have taken the place of name them": """
        SELECT stored.period_id::text, format('replaced by %s', stored.superseded_by)
        FROM metered_periods AS stored
            LEFT JOIN metered_periods AS successor ON successor.period_id = stored.superseded_by
        WHERE stored.superseded_by IS NOT NULL AND (
            (stored.customer_code, stored.year, stored.month, stored.cycle)
                IS DISTINCT FROM (successor.customer_code, successor.year, successor.month, successor.cycle)
            OR NOT EXISTS (
                SELECT FROM reading_acts
                WHERE reading_acts.period_id = stored.period_id AND new_period_id = stored.superseded_by))
    """,
    "a metered period has one bill, and a bill one period": """
        SELECT bill_number, format('%s periods', periods)
        FROM bills, LATERAL (
            SELECT count(*) AS periods FROM metered_periods WHERE metered_periods.bill_id = bills.bill_id
        ) AS counted
        WHERE periods <> 1 - (
            SELECT count(*) FROM bill_corrections WHERE new_bill_id = bills.bill_id)
    """,
}


class PaymentFact(NamedTuple):
    """What other databases must agree with of one payment."""

    payment_id: UUID
    customer_code: str
    amount: int
    device_id: UUID | None
    receipt_id: UUID | None
    reversed: bool
    visit_id: UUID | None = None


@dataclass(frozen=True)
class BillingFacts:
    """Totals in đồng, and the violations found inside this database."""

    bills: int
    billed: int
    received: int
    """Of payments that stand."""
    cleared: int
    """By allocations that stand."""
    credit: int
    shift_cash: int
    """Cash of payments that stand, over all shifts."""
    violations: list[AuditViolation]
    remarks: list[AuditViolation] = field(default_factory=list)
    """What breaks no rule and waits for a person to look at it."""


_TOTALS = """
SELECT (SELECT count(*) FROM bills) AS bills,
    (SELECT coalesce(sum(total), 0) FROM bills)::bigint AS billed,
    (SELECT coalesce(sum(amount), 0) FROM payments WHERE reversed_at IS NULL)::bigint AS received,
    (SELECT coalesce(sum(principal + vat), 0) FROM allocations WHERE released_at IS NULL)::bigint AS cleared,
    (SELECT coalesce(sum(credit), 0) FROM payments WHERE reversed_at IS NULL)::bigint AS credit,
    (SELECT coalesce(sum(amount), 0) FROM payments
     WHERE shift_id IS NOT NULL AND reversed_at IS NULL)::bigint AS shift_cash
"""


# Breaks no rule: a person may have meant it.
_WORTH_A_LOOK = {
    "a corrected bill and the next one go on from each other": """
        SELECT bill_number, format('%s %s ends with %s, the next period (%s) begins with %s', corrected.meter_number,
            corrected.meter_register, corrected.new_reading, following.period_from, following.old_reading)
        FROM (SELECT DISTINCT period_id, bill_id FROM bill_corrections) AS concerned
            JOIN metered_periods AS billed USING (period_id)
            JOIN bills ON bills.bill_id = billed.bill_id
            JOIN standing_readings AS corrected ON corrected.period_id = concerned.period_id
            JOIN LATERAL (
                SELECT later.period_from, later.held, stands.old_reading
                FROM standing_readings AS stands JOIN metered_periods AS later USING (period_id)
                WHERE stands.meter_number = corrected.meter_number
                    AND stands.meter_register = corrected.meter_register AND later.period_from > billed.period_to
                    AND later.superseded_by IS NULL
                ORDER BY later.period_from LIMIT 1
            ) AS following ON true
        WHERE following.old_reading <> corrected.new_reading AND following.held IS NULL
    """,
}


async def audit_facts(connection: Connection) -> BillingFacts:
    """Read the facts in one snapshot; needs no running service."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        violations = await broken_rules(connection, "billing", _RULES)
        remarks = await implausible_times(connection, "billing")
        remarks += await broken_rules(connection, "billing", _WORTH_A_LOOK)
        by_one, at_one_login = await acts_of_two(connection)
        violations += by_one
        remarks += at_one_login
        totals = await connection.fetchrow(_TOTALS)
    assert totals is not None  # noqa: S101  an aggregate always has a row
    return BillingFacts(violations=violations, remarks=remarks, **totals)


# What is compared row by row with the other services' (ops/audit/comparison.py): each in the order of its key.

_PAYMENTS = """
SELECT payment_id, customer_code, amount, device_id, receipt_id, reversed_at IS NOT NULL, visit_id
FROM payments ORDER BY payment_id
"""
_RECEIPTED = "SELECT receipt_id, payment_id, device_id FROM payments WHERE receipt_id IS NOT NULL ORDER BY receipt_id"
_OF_VISITS = "SELECT visit_id, payment_id, customer_code FROM payments WHERE visit_id IS NOT NULL ORDER BY visit_id"
_ACCOUNTS = 'SELECT customer_code, version, debt FROM accounts ORDER BY customer_code COLLATE "C"'
_VERSIONS = 'SELECT customer_code, version FROM customers ORDER BY customer_code COLLATE "C"'
_NOTICES = """
SELECT visit_id, array_agg(kind ORDER BY kind), array_agg(actor ORDER BY kind) FROM notices
GROUP BY visit_id ORDER BY visit_id
"""


async def payments_in_order(connection: Connection) -> AsyncIterator[tuple[UUID, PaymentFact]]:
    """Yield every payment, by its id."""
    async for row in rows_in_order(connection, _PAYMENTS):
        yield row[0], PaymentFact(*row)


async def receipted_payments(connection: Connection) -> AsyncIterator[tuple[UUID, tuple[UUID, UUID | None]]]:
    """Yield payment and device by the receipt that billing names."""
    async for row in rows_in_order(connection, _RECEIPTED):
        yield row[0], (row[1], row[2])


async def payments_of_visits(connection: Connection) -> AsyncIterator[tuple[UUID, tuple[UUID, str]]]:
    """Yield payment and customer by the visit that the payment names."""
    async for row in rows_in_order(connection, _OF_VISITS):
        yield row[0], (row[1], row[2])


async def accounts_in_order(connection: Connection) -> AsyncIterator[tuple[str, tuple[int, int]]]:
    """Yield version and debt by the customer."""
    async for row in rows_in_order(connection, _ACCOUNTS):
        yield row[0], (row[1], row[2])


async def versions_in_order(connection: Connection) -> AsyncIterator[tuple[str, int]]:
    """Yield the version of the contract facts that billing has, by the customer."""
    async for row in rows_in_order(connection, _VERSIONS):
        yield row[0], row[1]


class VisitNotices(NamedTuple):
    """The notices of one visit."""

    kinds: list[str]
    actors: list[str | None]
    """Of each kind who recorded the visit: JSON; None from a version before."""


async def notices_in_order(connection: Connection) -> AsyncIterator[tuple[UUID, VisitNotices]]:
    """Yield the notices by their visit."""
    async for row in rows_in_order(connection, _NOTICES):
        yield row[0], VisitNotices(row[1], row[2])


class ActOfTwo(NamedTuple):
    """What one person asked for and another one approved, as it was done."""

    kind: str
    customer_code: str
    amount: int
    """đồng: of a correction by how much more is owed, of a reversal what was taken back."""
    asked_by: str | None
    """The id of an account; None where nobody is named."""
    approved_by: str


_ACTS_OF_TWO = """
SELECT correction_id, 'bill_correction', customer_code, new_pre_vat + new_vat - old_pre_vat - old_vat,
    actor #>> '{asked_by,id}', actor ->> 'id'
FROM bill_corrections WHERE actor ->> 'kind' = 'person'
UNION ALL
SELECT reversal_id, 'payment_reversal', customer_code, amount, reversals.actor #>> '{asked_by,id}',
    reversals.actor ->> 'id'
FROM reversals JOIN payments USING (payment_id) WHERE reversals.actor #>> '{asked_by,id}' IS NOT NULL
ORDER BY 1
"""


async def acts_of_two_in_order(connection: Connection) -> AsyncIterator[tuple[UUID, ActOfTwo]]:
    """Yield what people of the office have approved, by the id under which it was asked for."""
    async for row in rows_in_order(connection, _ACTS_OF_TWO):
        yield row[0], ActOfTwo(*row[1:])


_COLLECTORS = "SELECT collector_code, active FROM collectors"


async def collectors_at_work(connection: Connection) -> dict[str, bool]:
    """Return which collectors work for the utility, as billing has it."""
    return {row[0]: row[1] for row in await connection.fetch(_COLLECTORS)}


# What the rules between services look at, for some customers at a time (ops/audit/recomputation.py).


class RecordedPayment(NamedTuple):
    """A payment as billing has recorded it."""

    payment_id: UUID
    customer_code: str
    amount: int
    credit: int
    method: str
    received_at: datetime
    stated_at: datetime | None
    recorded_at: datetime
    sequence: int
    collector_code: str | None
    collection_point_code: str | None
    reference: str
    transfer_content: str
    shift_id: UUID | None
    visit_id: UUID | None
    device_id: UUID | None
    receipt_id: UUID | None
    receipt_number: str | None
    reversed_at: datetime | None
    actor: str | None = None
    """JSON; None from a version before."""


class ClearedPart(NamedTuple):
    """The part of a bill that a payment has cleared, at once or later as credit."""

    allocation_id: int
    payment_id: UUID
    bill_id: UUID
    vat: int
    principal: int
    made_at: datetime
    released_at: datetime | None
    customer_code: str = ""
    """Whose payment it is."""


class IssuedBill(NamedTuple):
    """A bill without its readings and lines."""

    bill_id: UUID
    bill_number: str
    customer_code: str
    year: int
    month: int
    cycle: int
    pre_vat: int
    vat: int
    vat_rate: str
    total: int
    issued_at: datetime

    @property
    def period(self) -> tuple[int, int, int]:
        """Bills are cleared in the order of this."""
        return self.year, self.month, self.cycle


class RecordedReduction(NamedTuple):
    """What a correction took off a bill."""

    correction_id: UUID
    bill_id: UUID
    vat: int
    principal: int
    corrected_at: datetime
    customer_code: str


class RecordedReversal(NamedTuple):
    """A payment that was taken back."""

    reversal_id: UUID
    payment_id: UUID
    reason: str
    reversed_by: str
    reversed_at: datetime
    shift_id: UUID | None
    actor: str | None = None


class RecordedShift(NamedTuple):
    """A collector's shift."""

    shift_id: UUID
    collector_code: str
    opened_at: datetime
    closed_at: datetime | None
    opening_float: int
    cash_ceiling: int
    opened_by: str | None = None
    """JSON; None from a version before."""
    closed_by: str | None = None


class ShiftAct(NamedTuple):
    """The second count of a shift, or the decision over its difference."""

    shift_id: UUID
    what: str
    device_id: UUID
    at: datetime
    actor: str | None
    """JSON."""


@dataclass(frozen=True)
class Ledger:
    """All that was billed to some customers, what they paid, and the shifts that their cash fell into."""

    payments: list[RecordedPayment]
    bills: list[IssuedBill]
    parts: list[ClearedPart]
    reversals: list[RecordedReversal]
    shifts: list[RecordedShift]
    reductions: list[RecordedReduction] = field(default_factory=list)


_LEDGER_PAYMENTS = f"""
SELECT {", ".join(RecordedPayment._fields)} FROM payments
WHERE customer_code = ANY ($1) AND ($2::uuid[] IS NULL OR payment_id = ANY ($2)) ORDER BY sequence
"""
_LEDGER_BILLS = f"""
SELECT {", ".join(IssuedBill._fields)} FROM bills WHERE customer_code = ANY ($1)
ORDER BY year, month, cycle, issued_at
"""
_LEDGER_PARTS = f"""
SELECT {", ".join(f"allocations.{column}" for column in ClearedPart._fields[:-1])}, customer_code
FROM payments JOIN allocations USING (payment_id) WHERE customer_code = ANY ($1) ORDER BY allocation_id
"""
_LEDGER_REVERSALS = f"""
SELECT {", ".join(f"reversals.{column}" for column in RecordedReversal._fields)}
FROM payments JOIN reversals USING (payment_id) WHERE customer_code = ANY ($1) ORDER BY reversals.reversed_at
"""
_LEDGER_REDUCTIONS = """
SELECT correction_id, bill_reductions.bill_id, vat, principal, corrected_at, customer_code
FROM bill_corrections JOIN bill_reductions USING (correction_id) WHERE customer_code = ANY ($1)
ORDER BY corrected_at, reduction_id
"""
_LEDGER_SHIFTS = f"SELECT {', '.join(RecordedShift._fields)} FROM shifts WHERE shift_id = ANY ($1)"


async def ledger_of(
    connection: Connection, customer_codes: Sequence[str], payment_ids: Collection[UUID] | None = None
) -> Ledger:
    """Read the ledger of some customers in one snapshot; ``payment_ids``: of their payments only these."""
    only = None if payment_ids is None else list(payment_ids)
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        rows = await connection.fetch(_LEDGER_PAYMENTS, customer_codes, only)
        payments = [RecordedPayment(*row) for row in rows]
        bills = [IssuedBill(*row) for row in await connection.fetch(_LEDGER_BILLS, customer_codes)]
        parts = [ClearedPart(*row) for row in await connection.fetch(_LEDGER_PARTS, customer_codes)]
        reversals = [RecordedReversal(*row) for row in await connection.fetch(_LEDGER_REVERSALS, customer_codes)]
        shift_ids = list({payment.shift_id for payment in payments if payment.shift_id})
        shifts = [RecordedShift(*row) for row in await connection.fetch(_LEDGER_SHIFTS, shift_ids)]
        taken = await connection.fetch(_LEDGER_REDUCTIONS, customer_codes)
    return Ledger(payments, bills, parts, reversals, shifts, [RecordedReduction(*row) for row in taken])


_CUSTOMERS_WHO_PAID = """
SELECT customer_code FROM accounts WHERE customer_code > $1 AND ($2::text IS NULL OR customer_code <= $2)
ORDER BY customer_code LIMIT $3
"""


async def customers_after(connection: Connection, customer_code: str, last: str | None, limit: int) -> list[str]:
    """Return the next customers that have an account, in the order of their codes, up to ``last``."""
    return [row[0] for row in await connection.fetch(_CUSTOMERS_WHO_PAID, customer_code, last, limit)]


_EACH_NTH_CUSTOMER = """
SELECT customer_code
FROM (SELECT customer_code, row_number() OVER (ORDER BY customer_code) AS place FROM accounts) AS placed
WHERE place % $1 = 0 ORDER BY place
"""
_NUMBER_OF_CUSTOMERS = "SELECT count(*) FROM accounts"


async def ranges_of_customers(
    connection: Connection, at_least: int, at_most_ranges: int
) -> list[tuple[str, str | None]]:
    """Return ranges that all customers fall into, each behind its first code and up to its last one (None: the end)."""
    customers = await connection.fetchval(_NUMBER_OF_CUSTOMERS)
    size = max(at_least, -(-customers // at_most_ranges))
    borders = [row[0] for row in await connection.fetch(_EACH_NTH_CUSTOMER, size)]
    return list(zip(["", *borders], [*borders, None], strict=True))


_SETTLEMENT = """
SELECT shift_id, 'confirmed', device_id, confirmed_at, shift_confirmations.actor
FROM shift_confirmations JOIN shifts USING (shift_id) WHERE collector_code = ANY ($1)
UNION ALL
SELECT shift_id, 'decided', device_id, decided_at, shift_decisions.actor
FROM shift_decisions JOIN shifts USING (shift_id) WHERE collector_code = ANY ($1)
ORDER BY 1, 4
"""


async def acts_of_settlement(connection: Connection, collector_codes: Sequence[str]) -> list[ShiftAct]:
    """Return who counted the shifts of some collectors again, and who decided."""
    return [ShiftAct(*row) for row in await connection.fetch(_SETTLEMENT, collector_codes)]


_SHIFTS_AT_ONCE = 200


class CashMovement(NamedTuple):
    """Cash that came into the box of a shift, or went out of it by a reversal."""

    shift_id: UUID
    payment_id: UUID
    at: datetime
    amount: int
    place: int


_WITH_SHIFTS = """
SELECT DISTINCT collector_code FROM shifts WHERE $1::uuid[] IS NULL OR shift_id = ANY ($1) ORDER BY collector_code
"""
_SHIFTS = f"""
SELECT {", ".join(RecordedShift._fields)} FROM shifts WHERE collector_code = ANY ($1) ORDER BY collector_code, opened_at
"""
_CASH = """
SELECT shift_id, payment_id, recorded_at, amount, sequence FROM payments WHERE shift_id = ANY ($1)
UNION ALL
SELECT reversals.shift_id, payment_id, reversals.reversed_at, -amount, sequence
FROM reversals JOIN payments USING (payment_id) WHERE reversals.shift_id = ANY ($1)
ORDER BY 1, 3, 5
"""


async def collectors_with_shifts(connection: Connection, shift_ids: Sequence[UUID] | None) -> list[str]:
    """Return the collectors of some shifts (None: of all)."""
    return [row[0] for row in await connection.fetch(_WITH_SHIFTS, shift_ids)]


async def cash_of_shifts(
    connection: Connection, collector_codes: Sequence[str], shift_ids: Collection[UUID] | None
) -> tuple[list[RecordedShift], AsyncIterator[list[CashMovement]]]:
    """Return all shifts of some collectors, and the cash of some of these shifts (None: of all), in its order.

    The cash comes some shifts at a time, each shift as a whole.
    """
    shifts = [RecordedShift(*row) for row in await connection.fetch(_SHIFTS, collector_codes)]
    wanted = [shift.shift_id for shift in shifts if shift_ids is None or shift.shift_id in shift_ids]

    async def cash() -> AsyncIterator[list[CashMovement]]:
        for start in range(0, len(wanted), _SHIFTS_AT_ONCE):
            rows = await connection.fetch(_CASH, wanted[start : start + _SHIFTS_AT_ONCE])
            yield [CashMovement(*row) for row in rows]

    return shifts, cash()


_CUSTOMERS_OF = "SELECT DISTINCT customer_code FROM payments WHERE payment_id = ANY ($1::uuid[]) ORDER BY customer_code"
_SHIFTS_OF = "SELECT DISTINCT shift_id FROM payments WHERE payment_id = ANY ($1::uuid[]) AND shift_id IS NOT NULL"


async def customers_of(connection: Connection, payment_ids: Sequence[UUID]) -> list[str]:
    """Return whose payments these are."""
    return [row[0] for row in await connection.fetch(_CUSTOMERS_OF, payment_ids)]


async def shifts_of(connection: Connection, payment_ids: Sequence[UUID]) -> set[UUID]:
    """Return the shifts that these payments fell into."""
    return {row[0] for row in await connection.fetch(_SHIFTS_OF, payment_ids)}
