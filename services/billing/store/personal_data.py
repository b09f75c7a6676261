"""What billing holds of a person, and what is removed of it."""

from datetime import datetime

from shared.contracts.personal_data import PersonErased
from shared.db import Connection
from shared.personal_data.erased import run_removals

HELD = {
    "billing.contract": "SELECT customer_code, collector_code, facts FROM customers WHERE customer_code = $1",
    "billing.bills": """
        SELECT bill_number, year, month, period_from, period_to, price_group, households, kwh, pre_vat, vat, total,
            open_principal + open_vat AS open, due_date, issued_at
        FROM bills WHERE customer_code = $1 ORDER BY issued_at DESC
    """,
    "billing.payments": """
        SELECT payment_id, amount, credit, method, received_at, collection_point_code, reference, transfer_content,
            receipt_number, reversed_at
        FROM payments WHERE customer_code = $1 ORDER BY sequence DESC
    """,
    "billing.notices": """
        SELECT notice_number, kind, debt, issued_at FROM notices WHERE customer_code = $1 ORDER BY issued_at DESC
    """,
    "billing.corrections": """
        SELECT correction_id, kind, old_kwh, new_kwh, reason, corrected_at FROM bill_corrections
        WHERE customer_code = $1 ORDER BY corrected_at DESC
    """,
    "billing.agreements": """
        SELECT agreement_id, amount, reason, agreed_at, state, ended_at, end_reason FROM instalment_agreements
        WHERE customer_code = $1 ORDER BY sequence DESC
    """,
    "billing.charges": """
        SELECT kind, reason, charged_at FROM charges WHERE customer_code = $1 ORDER BY charged_at DESC
    """,
    "billing.bank_texts": """
        SELECT amount, booked_on, reference, content, counter_name, counter_account, counter_bank, state, settled_at
        FROM bank_credits JOIN credit_texts USING (credit_id) WHERE customer_code = $1 ORDER BY taken_at DESC
    """,
    "billing.bank_credits": """
        SELECT amount, booked_on, reference, state, settled_at FROM bank_credits
        WHERE customer_code = $1 ORDER BY taken_at DESC
    """,
    "billing.shown_codes": """
        SELECT reference, shown_at FROM shown_codes WHERE customer_code = $1 ORDER BY shown_at DESC
    """,
}

# What waits for a person keeps its text. $1 the customer, $2 the moment.
_BANK_TEXTS = """
DELETE FROM credit_texts USING bank_credits
WHERE bank_credits.credit_id = credit_texts.credit_id AND customer_code = $1 AND settled_at <= $2
"""
_REMOVALS = {"billing.bank_texts": (_BANK_TEXTS,)}


async def remove_person(connection: Connection, customer_code: str, moment: datetime) -> PersonErased:
    """Remove what no law keeps of a customer, from before a moment."""
    return await run_removals(connection, _REMOVALS, customer_code, moment)
