"""What the customer service holds of a person, and what is removed of it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shared.contracts.customer import (
    AddVisitNote,
    CorrectPhone,
    CorrectPhoneAtDesk,
    RecordVisit,
    WithdrawVisit,
)
from shared.contracts.personal_data import PersonErased
from shared.db import Connection
from shared.idempotency import joint_id
from shared.personal_data.erased import run_removals

NO_PHONE = "+84000000000"
"""Stands where an answer that is kept for repetitions had a number: nobody's, and of the form of one."""

ERASED = "Đã xóa"
"""Stands for the name and the address of a person who is supplied no more and wanted both erased."""

HELD = {
    "customer.contract": """
        SELECT customer_code, name, address, address_old, ward, phone, imported_phone, tax_code, budget_code, unit_code,
            route_code, place_in_route, price_group, households, active, sms_language
        FROM customers WHERE customer_code = $1
    """,
    "customer.meters": """
        SELECT meter_number, installed_on, multiplier, digits FROM meters
        WHERE customer_code = $1 ORDER BY installed_on DESC
    """,
    "customer.protection": """
        SELECT protected, reason, recorded_at FROM protections WHERE customer_code = $1 ORDER BY recorded_at DESC
    """,
    "customer.standing": """
        SELECT debt, credit, open_bills, step, misses, appointment FROM standings WHERE customer_code = $1
    """,
    "customer.phone_corrections": """
        SELECT old_phone, new_phone, reason, corrected_at FROM phone_corrections
        WHERE customer_code = $1 ORDER BY corrected_at DESC
    """,
    "customer.visits": """
        SELECT visited_at, outcome, appointment, note, (
            SELECT json_agg(later.note ORDER BY noted_at) FROM visit_notes AS later
            WHERE later.visit_id = visits.visit_id
        ) AS later_notes, collector_code, withdrawn_at
        FROM visits WHERE customer_code = $1 ORDER BY visited_at DESC
    """,
    "customer.complaints": """
        SELECT reading_complaints.complaint_id, kind, bill_number, meter_number, reading_seen, reading_complaints.note,
            recorded_at, finding, complaint_settlements.note AS answer, settled_at,
            EXISTS (SELECT FROM reading_photos AS photo WHERE photo.complaint_id = reading_complaints.complaint_id)
                AS has_photo
        FROM reading_complaints LEFT JOIN complaint_settlements USING (complaint_id)
        WHERE customer_code = $1 ORDER BY recorded_at DESC
    """,
    "customer.person_requests": """
        SELECT request_id, kind, note, received_at, due_at FROM person_requests
        WHERE customer_code = $1 ORDER BY received_at DESC
    """,
}

# $1 the customer, $2 the moment. A list does not give the number back.
_PHONE = """
UPDATE customers SET phone = NULL, imported_phone = NULL, phone_erased_at = $2
WHERE customer_code = $1 AND (phone_erased_at IS NULL OR phone IS NOT NULL OR imported_phone IS NOT NULL)
"""
# Who is supplied is known by name and address; who owes, or is owed to, too.
_IDENTITY = f"""
UPDATE customers SET name = '{ERASED}', address = '{ERASED}', address_old = NULL, ward = NULL, tax_code = NULL,
    budget_code = NULL, identity_erased_at = $2
WHERE customer_code = $1 AND NOT active AND identity_erased_at IS NULL AND NOT EXISTS (
    SELECT FROM standings WHERE standings.customer_code = $1 AND (debt <> 0 OR credit <> 0))
"""
_CORRECTIONS = """
UPDATE phone_corrections SET old_phone = NULL, new_phone = '', reason = ''
WHERE customer_code = $1 AND corrected_at <= $2 AND (new_phone, reason) <> ('', '')
"""
_VISITS = "UPDATE visits SET note = '' WHERE customer_code = $1 AND visited_at <= $2 AND note <> ''"
_RECORDS = """
UPDATE visit_records SET answer = jsonb_set(answer, ARRAY['note'], '""')
FROM visits WHERE visits.visit_id = visit_records.visit_id AND customer_code = $1 AND visited_at <= $2
    AND answer ->> 'note' <> ''
"""
_LATER_NOTES = """
UPDATE visit_notes SET note = '' FROM visits
WHERE visits.visit_id = visit_notes.visit_id AND customer_code = $1 AND noted_at <= $2 AND visit_notes.note <> ''
"""
# That somebody is not to be cut off is kept as long as it is so: why is a matter of health.
_PROTECTIONS = """
UPDATE protections SET reason = '' WHERE customer_code = $1 AND recorded_at <= $2 AND reason <> '' AND NOT EXISTS (
    SELECT FROM customers WHERE customers.customer_code = $1 AND customers.protected)
"""
# One that is open is kept until it is answered.
_SETTLED = """
    SELECT complaint_id FROM reading_complaints JOIN complaint_settlements USING (complaint_id)
    WHERE customer_code = $1 AND settled_at <= $2
"""
_COMPLAINTS = f"""
WITH old AS ({_SETTLED}),
    photos AS (DELETE FROM reading_photos USING old WHERE reading_photos.complaint_id = old.complaint_id),
    settlements AS (
        DELETE FROM complaint_settlements USING old WHERE complaint_settlements.complaint_id = old.complaint_id
    )
DELETE FROM reading_complaints USING old WHERE reading_complaints.complaint_id = old.complaint_id
"""
_REMOVALS = {
    "customer.contract": (_PHONE, _IDENTITY),
    "customer.phone_corrections": (_CORRECTIONS,),
    "customer.visits": (_VISITS, _RECORDS, _LATER_NOTES),
    "customer.protection": (_PROTECTIONS,),
    "customer.complaints": (_COMPLAINTS,),
}

_RECORDED = """
SELECT visit_id, visit_records.outcome FROM visit_records JOIN visits USING (visit_id)
WHERE customer_code = $1
"""
_NOTED = """
SELECT note_id AS id, $2 AS name FROM visit_notes JOIN visits USING (visit_id) WHERE customer_code = $1
UNION ALL
SELECT withdrawal_id, $3 FROM visit_withdrawals JOIN visits USING (visit_id) WHERE customer_code = $1
"""
_CORRECTED = """
SELECT correction_id AS id, CASE WHEN collector_code IS NULL THEN $3 ELSE $2 END AS name
FROM phone_corrections WHERE customer_code = $1
"""
# What was answered, which is kept for repetitions: it stays the answer of its request, and says nothing of the person.
_FORGET_NOTES = """
UPDATE recorded_answers SET answer = forgotten.answer
FROM (
    SELECT message_name, request_id,
        jsonb_set(
            jsonb_set(answer::jsonb, ARRAY['visit', 'note'], '""'), ARRAY['visit', 'later_notes'], '[]')::text AS answer
    FROM recorded_answers JOIN unnest($1::text[], $2::uuid[]) AS meant (message_name, request_id)
        USING (message_name, request_id)
    WHERE answer::jsonb #>> ARRAY['visit', 'note'] <> '' OR answer::jsonb #> ARRAY['visit', 'later_notes'] <> '[]'
) AS forgotten
WHERE (recorded_answers.message_name, recorded_answers.request_id) = (forgotten.message_name, forgotten.request_id)
"""
_FORGET_PHONES = f"""
UPDATE recorded_answers SET answer = jsonb_set(
    jsonb_set(answer::jsonb, ARRAY['old_phone'], 'null'), ARRAY['new_phone'], '"{NO_PHONE}"')::text
FROM unnest($1::text[], $2::uuid[]) AS meant (message_name, request_id)
WHERE (recorded_answers.message_name, recorded_answers.request_id) = (meant.message_name, meant.request_id)
    AND answer::jsonb ->> 'new_phone' <> '{NO_PHONE}'
"""


async def remove_person(connection: Connection, customer_code: str, moment: datetime) -> PersonErased:
    """Remove what no law keeps of a customer, from before a moment. The customer is locked."""
    visits = [
        (RecordVisit.message_name, joint_id(row["visit_id"], row["outcome"]))
        for row in await connection.fetch(_RECORDED, customer_code)
    ]
    noted = await connection.fetch(_NOTED, customer_code, AddVisitNote.message_name, WithdrawVisit.message_name)
    await _forget(connection, _FORGET_NOTES, [*visits, *((row["name"], row["id"]) for row in noted)])
    corrected = await connection.fetch(
        _CORRECTED, customer_code, CorrectPhone.message_name, CorrectPhoneAtDesk.message_name
    )
    await _forget(connection, _FORGET_PHONES, [(row["name"], row["id"]) for row in corrected])
    return await run_removals(connection, _REMOVALS, customer_code, moment)


async def _forget(connection: Connection, statement: str, requests: Sequence[tuple[str, UUID]]) -> None:
    if requests:
        await connection.execute(statement, [name for name, _ in requests], [request_id for _, request_id in requests])


# What was noted of visits, and the numbers that were corrected, once they are old. Some at a time.
_OLD_VISITS = """
SELECT visit_id FROM visits WHERE visited_at < $1 AND note <> '' ORDER BY visited_at LIMIT 500
"""
_OLD_NOTES = """
SELECT DISTINCT visit_id FROM visit_notes WHERE noted_at < $1 AND note <> '' LIMIT 500
"""
_OLD_CORRECTIONS = """
SELECT correction_id, CASE WHEN collector_code IS NULL THEN $3 ELSE $2 END AS name FROM phone_corrections
WHERE corrected_at < $1 AND new_phone <> '' ORDER BY corrected_at LIMIT 500
"""
_EMPTY_VISITS = "UPDATE visits SET note = '' WHERE visit_id = ANY ($1) AND note <> ''"
_EMPTY_RECORDS = """
UPDATE visit_records SET answer = jsonb_set(answer, ARRAY['note'], '""')
WHERE visit_id = ANY ($1) AND answer ->> 'note' <> ''
"""
_EMPTY_NOTES = "UPDATE visit_notes SET note = '' WHERE visit_id = ANY ($1) AND note <> ''"
_EMPTY_CORRECTIONS = """
UPDATE phone_corrections SET old_phone = NULL, new_phone = '', reason = '' WHERE correction_id = ANY ($1)
"""
_RECORDED_OF = "SELECT visit_id, outcome FROM visit_records WHERE visit_id = ANY ($1)"
_NOTED_OF = """
SELECT note_id AS id, $2 AS name FROM visit_notes WHERE visit_id = ANY ($1)
UNION ALL SELECT withdrawal_id, $3 FROM visit_withdrawals WHERE visit_id = ANY ($1)
"""


async def empty_visits(connection: Connection, before: datetime) -> int:
    """Remove what was noted of some of the visits from before a moment; return of how many."""
    async with connection.transaction():
        visits = [row["visit_id"] for row in await connection.fetch(_OLD_VISITS, before)]
        visits = visits or [row["visit_id"] for row in await connection.fetch(_OLD_NOTES, before)]
        if visits:
            answers = [
                (RecordVisit.message_name, joint_id(row["visit_id"], row["outcome"]))
                for row in await connection.fetch(_RECORDED_OF, visits)
            ]
            noted = await connection.fetch(_NOTED_OF, visits, AddVisitNote.message_name, WithdrawVisit.message_name)
            await _forget(connection, _FORGET_NOTES, [*answers, *((row["name"], row["id"]) for row in noted)])
            for statement in (_EMPTY_VISITS, _EMPTY_RECORDS, _EMPTY_NOTES):
                await connection.execute(statement, visits)
    return len(visits)


async def empty_corrections(connection: Connection, before: datetime) -> int:
    """Remove the numbers of some of the corrections from before a moment; return of how many."""
    async with connection.transaction():
        rows = await connection.fetch(
            _OLD_CORRECTIONS, before, CorrectPhone.message_name, CorrectPhoneAtDesk.message_name
        )
        await _forget(connection, _FORGET_PHONES, [(row["name"], row["correction_id"]) for row in rows])
        await connection.execute(_EMPTY_CORRECTIONS, [row["correction_id"] for row in rows])
    return len(rows)
