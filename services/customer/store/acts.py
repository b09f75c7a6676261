"""Who visited, withdrew, noted, complained, settled and corrected."""

from shared.act_records import ActRecord
from shared.contracts.customer import RecordVisit
from shared.db import Connection
from shared.idempotency import joint_id

_ACTS = """
WITH meant AS (SELECT visit_id, collector_code, device_id FROM visits WHERE customer_code = $1)
SELECT 'visit.recorded' AS what, recorded_at AS at, visit_id::text AS subject, actor, NULL AS message_name,
    visit_id AS request_id, outcome, json_build_object('outcome', outcome, 'collector', collector_code,
        'device', device_id, 'visited_at', answer->>'visited_at') AS facts
FROM visit_records JOIN meant USING (visit_id)
UNION ALL
SELECT 'visit.withdrawn', withdrawn_at, visit_id::text, visit_withdrawals.actor, 'customer.withdraw_visit',
    withdrawal_id, NULL, json_build_object('reason', reason)
FROM visit_withdrawals JOIN meant USING (visit_id)
UNION ALL
SELECT 'visit.noted', noted_at, visit_id::text, visit_notes.actor, 'customer.add_visit_note', note_id, NULL,
    json_build_object('note', note)
FROM visit_notes JOIN meant USING (visit_id)
UNION ALL
SELECT 'phone.corrected', corrected_at, correction_id::text, actor,
    CASE WHEN collector_code IS NULL THEN 'customer.correct_phone_at_desk' ELSE 'customer.correct_phone' END,
    correction_id, NULL,
    json_build_object('collector', collector_code, 'reason', reason)
FROM phone_corrections WHERE customer_code = $1
UNION ALL
SELECT CASE WHEN kind = 'reading' THEN 'reading.complained' ELSE 'bill.complained' END, recorded_at, complaint_id::text,
    actor,
    CASE WHEN is_from_desk THEN 'customer.record_complaint_at_desk' ELSE 'customer.record_reading_complaint' END,
    complaint_id, NULL,
    json_build_object('collector', CASE WHEN NOT is_from_desk THEN collector_code END, 'kind', kind,
        'bill', bill_number, 'note', note)
FROM reading_complaints WHERE customer_code = $1
UNION ALL
SELECT 'complaint.settled', settled_at, complaint_id::text, complaint_settlements.actor,
    'customer.settle_reading_complaint', settlement_id, NULL,
    json_build_object('finding', finding, 'note', complaint_settlements.note)
FROM complaint_settlements JOIN reading_complaints USING (complaint_id) WHERE customer_code = $1
UNION ALL
SELECT 'customer.protected', recorded_at, protection_id::text, actor, 'customer.protect', protection_id, NULL,
    json_build_object('protected', protected, 'reason', reason)
FROM protections WHERE customer_code = $1
"""


async def records_of(connection: Connection, customer_code: str) -> list[ActRecord]:
    """Return what was done at and for a customer."""
    found = []
    for row in await connection.fetch(_ACTS, customer_code):
        request = (row["message_name"], row["request_id"])
        if row["message_name"] is None:
            request = (RecordVisit.message_name, joint_id(row["request_id"], row["outcome"]))
        found.append(ActRecord(row["what"], row["at"], row["subject"], row["actor"], request, row["facts"]))
    return found
