"""What phones did with the documents of a payment, and who let a device in or threw it out."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.act_records import ActRecord
from shared.db import Connection
from shared.messaging.acts import acts_of

# The history of a print job names a device by its role and code (print_job_history.actor). The job's own device is an
# actor as everywhere; which desk of the office has asked for another attempt is in these words only.
_PRINTED = """
SELECT format('print_job.%s', entry.state) AS what, entry.changed_at AS at, print_jobs.job_id::text AS subject,
    CASE WHEN entry.actor = 'gateway' THEN
        json_build_object('kind', 'service', 'id', 'gateway', 'proven_by', 'account')
    WHEN entry.actor = format('%s:%s', role, coalesce(collector_code, collection_point_code, device_id::text)) THEN
        json_build_object('kind', 'device', 'id', device_id, 'proven_by', 'token',
            'reference', role || coalesce(':' || collector_code, ':' || collection_point_code, ''))
    END AS actor,
    json_build_object('document', kind, 'by', entry.actor, 'printed_on', print_jobs.device_id, 'attempt', entry.attempt,
        'cause', entry.cause, 'copy', nullif(copy_number, 0), 'payment', payment_id) AS facts
FROM print_jobs JOIN print_job_history AS entry USING (job_id) JOIN devices USING (device_id)
WHERE payment_id = ANY ($1)
ORDER BY entry.changed_at, entry.entry
"""


async def records_of(connection: Connection, payment_ids: Collection[UUID]) -> list[ActRecord]:
    """Return what became of the documents of payments on paper."""
    return [
        ActRecord(row["what"], row["at"], row["subject"], row["actor"], None, row["facts"])
        for row in await connection.fetch(_PRINTED, list(payment_ids))
    ]


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A device that did something, and who let it in and threw it out."""

    device_id: UUID
    device_name: str
    role: str
    enrolled_at: datetime
    let_in_by: str
    revoked_at: datetime | None
    revoked_by: str | None


_DEVICES = """
SELECT device_id, device_name, role, enrolled_at, made_by, revoked_at, revoked_by, code_id
FROM devices JOIN enrolment_codes USING (code_id, device_id, role) WHERE device_id = ANY ($1) ORDER BY enrolled_at
"""


async def known_devices(connection: Connection, device_ids: Collection[UUID]) -> list[KnownDevice]:
    """Return devices with who let them in: as proven where that is kept, else in the words of the record."""
    rows = await connection.fetch(_DEVICES, list(device_ids))
    subjects = [str(row[name]) for row in rows for name in ("code_id", "device_id")]
    proven = {(act.what, act.subject): str(act.actor) for act in await acts_of(connection, subjects)}
    return [
        KnownDevice(
            row["device_id"],
            row["device_name"],
            row["role"],
            row["enrolled_at"],
            proven.get(("enrolment_code.made", str(row["code_id"])), row["made_by"]),
            row["revoked_at"],
            proven.get(("device.revoked", str(row["device_id"])), row["revoked_by"]),
        )
        for row in rows
    ]


_PEOPLE = "SELECT staff_id::text AS id, full_name FROM staff WHERE staff_id::text = ANY ($1)"


async def known_people(connection: Connection, ids: Collection[str]) -> dict[str, str]:
    """Return the names of people of the office, by the ids of their accounts."""
    return {row["id"]: row["full_name"] for row in await connection.fetch(_PEOPLE, list(ids))}
