"""What the gateway holds of a person, and what is removed of it. Used by ``thungan person``."""

from collections.abc import Sequence
from datetime import datetime

from shared.contracts.personal_data import PersonErased
from shared.db import Connection
from shared.personal_data.erased import run_removals

HELD = {
    "gateway.papers": """
        SELECT kind, state, created_at, (EXISTS (
            SELECT FROM print_documents
            WHERE print_documents.job_id = print_jobs.job_id AND queued_at = print_jobs.created_at)
            OR document <> '') AS has_document
        FROM print_jobs WHERE customer_code = $1 ORDER BY created_at DESC
    """,
    "gateway.transfer_codes": """
        SELECT amount, reference, shown_at FROM transfer_codes WHERE customer_code = $1 ORDER BY shown_at DESC
    """,
    "gateway.looks": """
        SELECT what, login_name, acted_at FROM staff_acts WHERE object = $1 ORDER BY acted_at DESC
    """,
}

# What is on papers that have ended. What waits for a machine or a person is kept until it has.
_ENDED = """
    SELECT job_id, created_at FROM print_jobs WHERE customer_code = $1 AND created_at <= $2
        AND state NOT IN ('queued', 'offered', 'accepted', 'printing', 'held', 'unconfirmed')
"""
_DOCUMENTS = f"""
DELETE FROM print_documents USING ({_ENDED}) AS ended
WHERE print_documents.job_id = ended.job_id AND queued_at = ended.created_at
"""
# Documents of an earlier version stand with their jobs.
_EARLIER = f"""
UPDATE print_jobs SET document = '' FROM ({_ENDED}) AS ended
WHERE print_jobs.job_id = ended.job_id AND print_jobs.document <> ''
"""
_REMOVALS = {"gateway.papers": (_DOCUMENTS, _EARLIER)}


async def remove_person(connection: Connection, customer_code: str, moment: datetime) -> PersonErased:
    """Remove what no law keeps of a customer, from before a moment."""
    return await run_removals(connection, _REMOVALS, customer_code, moment)


# Some name the customer by the object of the request, some in what was asked for.
_LOOKED_AT = """
SELECT DISTINCT coalesce(asked ->> 'customer_code', object) AS code FROM staff_acts
WHERE login_name = ANY ($1) AND acted_at >= $2 AND coalesce(asked ->> 'customer_code', object) IS NOT NULL
"""


async def looked_at(connection: Connection, login_names: Sequence[str], since: datetime) -> list[str]:
    """Return which customers people of the office have looked at or changed; ids of other things are among them."""
    return [row["code"] for row in await connection.fetch(_LOOKED_AT, list(login_names), since)]
