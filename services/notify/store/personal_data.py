"""What notify holds of a person, and what is removed of it."""

from datetime import datetime

from services.notify.domain.causes import Cause
from services.notify.store.complaints import lock_account
from shared.contracts.notify import ChangeOptOut
from shared.contracts.personal_data import PersonErased
from shared.db import Connection
from shared.personal_data.erased import run_removals

NO_PHONE = "+84000000000"
"""Stands where an answer that is kept for repetitions had a number: nobody's, and of the form of one."""

# All numbers that are known of a customer.
_PHONES = """
SELECT phone FROM accounts WHERE customer_code = $1 AND phone IS NOT NULL
UNION SELECT phone FROM reminders WHERE customer_code = $1 AND phone IS NOT NULL
UNION SELECT attempts.phone FROM attempts JOIN reminders USING (reminder_id)
    WHERE customer_code = $1 AND attempts.phone <> ''
"""

HELD = {
    "notify.contact": """
        SELECT customer_code, phone, sms_language, active FROM accounts WHERE customer_code = $1
    """,
    "notify.messages": """
        SELECT template, phone, text, state, cause, issued_at, sent_at FROM reminders
        WHERE customer_code = $1 ORDER BY issued_at DESC
    """,
    "notify.attempts": """
        SELECT attempts.provider, attempts.phone, attempts.text, started_at, outcome
        FROM attempts JOIN reminders USING (reminder_id) WHERE customer_code = $1 ORDER BY started_at DESC
    """,
    "notify.opt_outs": f"""
        SELECT phone, kind, note, opted_out_at FROM opt_outs WHERE phone IN ({_PHONES})
        UNION ALL SELECT phone, cause, note, blocked_at FROM blocked_phones WHERE phone IN ({_PHONES})
    """,
    "notify.ported_numbers": f"SELECT phone, operator, noted_at FROM ported_numbers WHERE phone IN ({_PHONES})",
    "notify.cut_orders": """
        SELECT kind, debt_due_on, ordered_at, state, ended_at, note, EXISTS (
            SELECT FROM order_photos WHERE order_photos.report_id = cut_order_reports.report_id) AS has_photo
        FROM cut_orders LEFT JOIN cut_order_reports USING (order_id) WHERE customer_code = $1 ORDER BY ordered_at DESC
    """,
    "notify.cut_warnings": """
        SELECT debt_due_on, cut_from, made_at, way, delivered_at, note
        FROM cut_warnings LEFT JOIN warning_deliveries USING (warning_id)
        WHERE customer_code = $1 ORDER BY made_at DESC
    """,
}

_NOTE = """
INSERT INTO erased_people AS known (customer_code, erased_at) VALUES ($1, $2)
ON CONFLICT (customer_code) DO UPDATE SET erased_at = greatest(known.erased_at, excluded.erased_at)
"""
_ONLY_THEIRS = f"""
SELECT phone FROM ({_PHONES}) AS known
WHERE NOT EXISTS (SELECT FROM accounts AS other WHERE other.phone = known.phone AND other.customer_code <> $1)
"""

# $1 the customer, $2 the moment.
_CONTACT = """
UPDATE accounts SET phone = NULL, changed_at = clock_timestamp()
WHERE customer_code = $1 AND phone IS NOT NULL AND $2::timestamptz IS NOT NULL
"""
# What waits cannot leave any more; what is being handed over is not handed over again, and is removed later.
_WAITING = f"""
UPDATE reminders SET stopped = '{Cause.NO_PHONE}',
    state = CASE WHEN state = 'scheduled' THEN 'failed' ELSE state END,
    cause = CASE WHEN state = 'scheduled' THEN '{Cause.NO_PHONE}' ELSE cause END
WHERE customer_code = $1 AND issued_at <= $2 AND state IN ('scheduled', 'sending', 'unknown') AND stopped = ''
"""
_ATTEMPTS = """
UPDATE attempts SET phone = '', text = '' FROM reminders
WHERE reminders.reminder_id = attempts.reminder_id AND customer_code = $1 AND issued_at <= $2 AND state <> 'sending'
    AND (attempts.phone, attempts.text) <> ('', '')
"""
_MESSAGES = """
UPDATE reminders SET phone = NULL, text = '', parameters = json_build_object()::text
WHERE customer_code = $1 AND issued_at <= $2 AND state <> 'sending'
    AND (phone IS NOT NULL OR text <> '' OR parameters <> json_build_object()::text)
"""
_REPORTS = """
UPDATE cut_order_reports SET note = '' FROM cut_orders
WHERE cut_orders.order_id = cut_order_reports.order_id AND customer_code = $1 AND ended_at <= $2 AND note <> ''
"""
_PHOTOS = """
DELETE FROM order_photos USING cut_order_reports JOIN cut_orders USING (order_id)
WHERE cut_order_reports.report_id = order_photos.report_id AND customer_code = $1 AND ended_at <= $2
"""
_DELIVERIES = """
UPDATE warning_deliveries SET note = '' FROM cut_warnings
WHERE cut_warnings.warning_id = warning_deliveries.warning_id AND customer_code = $1 AND delivered_at <= $2
    AND note <> ''
"""
_REMOVALS = {
    "notify.contact": (_CONTACT,),
    "notify.messages": (_WAITING, _MESSAGES),
    "notify.attempts": (_ATTEMPTS,),
    "notify.cut_orders": (_REPORTS, _PHOTOS),
    "notify.cut_warnings": (_DELIVERIES,),
}

# $1 the numbers that are nobody else's.
_OPT_OUTS = "DELETE FROM opt_outs WHERE phone = ANY ($1)"
_BLOCKED = "DELETE FROM blocked_phones WHERE phone = ANY ($1)"
_PORTED = "DELETE FROM ported_numbers WHERE phone = ANY ($1)"
# That somebody changed an opt-out stays, without whose it was.
_ACTS = """
UPDATE acts SET subject = '', facts = facts - 'note' WHERE what = 'opt_out.changed' AND subject = ANY ($1)
"""
_ANSWERS = f"""
UPDATE recorded_answers SET answer = jsonb_set(answer::jsonb, ARRAY['phone'], '"{NO_PHONE}"')::text
WHERE message_name = '{ChangeOptOut.message_name}' AND answer::jsonb ->> 'phone' = ANY ($1)
"""
_OF_NUMBERS = {
    "notify.opt_outs": (_OPT_OUTS, _BLOCKED, _ACTS, _ANSWERS),
    "notify.ported_numbers": (_PORTED,),
}


async def remove_person(connection: Connection, customer_code: str, moment: datetime) -> PersonErased:
    """Remove what no law keeps of a customer, from before a moment. The account is locked."""
    phones = [row["phone"] for row in await connection.fetch(_ONLY_THEIRS, customer_code)]
    await connection.execute(_NOTE, customer_code, moment)
    by_number = await run_removals(connection, _OF_NUMBERS, phones)
    by_customer = await run_removals(connection, _REMOVALS, customer_code, moment)
    return PersonErased(removed=[*by_customer.removed, *by_number.removed])


# Who was erased lately, and has something from before again.
_CAME_BACK = """
SELECT customer_code, erased_at FROM erased_people WHERE EXISTS (
    SELECT FROM reminders LEFT JOIN attempts USING (reminder_id)
    WHERE reminders.customer_code = erased_people.customer_code AND issued_at <= erased_at AND state <> 'sending'
        AND (reminders.phone IS NOT NULL OR reminders.text <> '' OR attempts.phone <> ''))
LIMIT 100
"""
_FORGET = "DELETE FROM erased_people WHERE erased_at < $1"


async def remove_again(connection: Connection, before: datetime) -> int:
    """Remove what came back of people who were erased; return of how many. Those erased ``before`` are forgotten."""
    await connection.execute(_FORGET, before)
    found = await connection.fetch(_CAME_BACK)
    for row in found:
        async with connection.transaction():
            await lock_account(connection, row["customer_code"])
            for statement in (_WAITING, _ATTEMPTS, _MESSAGES):
                await connection.execute(statement, row["customer_code"], row["erased_at"])
    return len(found)


# Messages whose time has come: what was sent to which number is forgotten, that and what it cost stays. Some at a time.
_OLD = """
SELECT reminder_id FROM reminders
WHERE issued_at < $1 AND state NOT IN ('scheduled', 'sending') AND (phone IS NOT NULL OR text <> '')
ORDER BY issued_at LIMIT 500
"""
_EMPTY_ATTEMPTS = "UPDATE attempts SET phone = '', text = '' WHERE reminder_id = ANY ($1) AND (phone, text) <> ('', '')"
_EMPTY = (
    "UPDATE reminders SET phone = NULL, text = '', parameters = json_build_object()::text WHERE reminder_id = ANY ($1)"
)


async def empty_messages(connection: Connection, issued_before: datetime) -> int:
    """Remove numbers and texts of some of the messages from before a moment; return of how many."""
    async with connection.transaction():
        found = [row["reminder_id"] for row in await connection.fetch(_OLD, issued_before)]
        await connection.execute(_EMPTY_ATTEMPTS, found)
        await connection.execute(_EMPTY, found)
    return len(found)
