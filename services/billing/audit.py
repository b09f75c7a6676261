"""Facts for the audit: what a sound database does not hold of bills, payments, credits and shifts."""

from dataclasses import dataclass, field

from shared.audit import AuditViolation, broken_rules, implausible_times
from shared.db import Connection

# Each rule selects what breaks it as (subject, detail); a sound database selects nothing.
_RULES: dict[str, str] = {
    "a bill's total is its lines, and VAT once on the sum": """
        SELECT bill_number, format('pre-VAT %s, lines %s, total %s', pre_vat, line_sum, total)
        FROM bills, LATERAL (
            SELECT coalesce(sum((line ->> 'amount')::bigint), 0) AS line_sum FROM json_array_elements(lines) AS line
        ) AS sums
        WHERE pre_vat <> line_sum OR total <> pre_vat + vat
    """,
    "what is open of a bill is its total less what standing payments cleared": """
        SELECT bill_number, format('open %s + %s, cleared %s + %s of %s + %s',
            open_principal, open_vat, cleared_principal, cleared_vat, pre_vat, vat)
        FROM bills, LATERAL (
            SELECT coalesce(sum(principal), 0) AS cleared_principal, coalesce(sum(allocations.vat), 0) AS cleared_vat
            FROM allocations WHERE allocations.bill_id = bills.bill_id AND released_at IS NULL
        ) AS sums
        WHERE open_principal <> pre_vat - cleared_principal OR open_vat <> bills.vat - cleared_vat
    """,
    "no bill is paid twice without a credit to show for it": """
        SELECT bill_number, format('cleared %s of %s', cleared, total)
        FROM bills, LATERAL (
            SELECT coalesce(sum(principal + allocations.vat), 0) AS cleared
            FROM allocations WHERE allocations.bill_id = bills.bill_id AND released_at IS NULL
        ) AS sums
        WHERE cleared > total
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
        GROUP BY method, coalesce(collection_point_code, ''), reference_key(reference) HAVING count(*) > 1
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
    "denominations add up to the counted cash": """
        SELECT shift_id::text, format('notes %s, counted %s', notes, counted_cash)
        FROM shifts, LATERAL (
            SELECT count(*) AS kinds, sum(key::bigint * value::bigint) AS notes FROM json_each_text(denominations)
        ) AS counted
        WHERE kinds > 0 AND notes <> counted_cash
    """,
    "a metered period has one bill, and a bill one period": """
        SELECT bill_number, format('%s periods', periods)
        FROM bills, LATERAL (
            SELECT count(*) AS periods FROM metered_periods WHERE metered_periods.bill_id = bills.bill_id
        ) AS counted
        WHERE periods <> 1
    """,
}


@dataclass(frozen=True)
class PaymentFact:
    """What other databases must agree with of one payment."""

    payment_id: str
    customer_code: str
    amount: int
    device_id: str | None
    receipt_id: str | None
    reversed: bool
    visit_id: str | None = None


@dataclass(frozen=True)
class BillingFacts:
    """Totals in đồng, every payment, and the violations found inside this database."""

    bills: int
    billed: int
    payments: dict[str, PaymentFact]
    received: int
    """Of payments that stand."""
    cleared: int
    """By allocations that stand."""
    credit: int
    accounts: dict[str, tuple[int, int]]
    """Customer code → version and debt."""
    notices: dict[str, list[str]]
    """Visit id → kinds of notices."""
    versions: dict[str, int]
    """Customer code → version of the contract facts that billing has."""
    shift_cash: int
    """Cash of payments that stand, over all shifts."""
    violations: list[AuditViolation]
    remarks: list[AuditViolation] = field(default_factory=list)
    """What breaks no rule and waits for a person to look at it."""


_PAYMENTS = """
SELECT payment_id::text, customer_code, amount, device_id::text, receipt_id::text, reversed_at IS NOT NULL AS reversed,
    visit_id::text
FROM payments
"""
_TOTALS = """
SELECT (SELECT count(*) FROM bills) AS bills,
    (SELECT coalesce(sum(total), 0) FROM bills)::bigint AS billed,
    (SELECT coalesce(sum(amount), 0) FROM payments WHERE reversed_at IS NULL)::bigint AS received,
    (SELECT coalesce(sum(principal + vat), 0) FROM allocations WHERE released_at IS NULL)::bigint AS cleared,
    (SELECT coalesce(sum(credit), 0) FROM payments WHERE reversed_at IS NULL)::bigint AS credit,
    (SELECT coalesce(sum(amount), 0) FROM payments
     WHERE shift_id IS NOT NULL AND reversed_at IS NULL)::bigint AS shift_cash
"""
_ACCOUNTS = "SELECT customer_code, version, debt FROM accounts"
_VERSIONS = "SELECT customer_code, version FROM customers"
_NOTICES = "SELECT visit_id::text, array_agg(kind) AS kinds FROM notices GROUP BY 1"


async def audit_facts(connection: Connection) -> BillingFacts:
    """Read the facts in one snapshot; needs no running service."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        violations = await broken_rules(connection, "billing", _RULES)
        remarks = await implausible_times(connection, "billing")
        payments = {row["payment_id"]: PaymentFact(**row) for row in await connection.fetch(_PAYMENTS)}
        totals = await connection.fetchrow(_TOTALS)
        accounts = await connection.fetch(_ACCOUNTS)
        versions = await connection.fetch(_VERSIONS)
        notices = await connection.fetch(_NOTICES)
    assert totals is not None  # noqa: S101  an aggregate always has a row
    return BillingFacts(
        payments=payments,
        accounts={row["customer_code"]: (row["version"], row["debt"]) for row in accounts},
        notices={row["visit_id"]: row["kinds"] for row in notices},
        versions={row["customer_code"]: row["version"] for row in versions},
        violations=violations,
        remarks=remarks,
        **totals,
    )
