"""Messages to the tax authority: ordered, signed, sent, answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from services.invoice.authority.answers import Answer
from services.invoice.signatures.xml_signature import SigningCertificate
from shared.db import Connection

_ORDER = """
WITH new AS (
    INSERT INTO authority_messages (message_id, message_code, kind, seller_tax_code, summary_id, notice_id, invoice_id,
        due_on, ordered_at, ordered_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    RETURNING message_id
)
INSERT INTO message_states (message_id) SELECT message_id FROM new
"""


async def order(
    connection: Connection,
    *,
    message_id: UUID,
    message_code: str,
    kind: str,
    tax_code: str,
    due_on: date,
    ordered_at: datetime,
    ordered_by: str,
    summary_id: UUID | None = None,
    notice_id: UUID | None = None,
    invoice_id: UUID | None = None,
) -> None:
    """Have a message sent."""
    await connection.execute(
        _ORDER,
        message_id,
        message_code,
        kind,
        tax_code,
        summary_id,
        notice_id,
        invoice_id,
        due_on,
        ordered_at,
        ordered_by,
    )


_STANDING = """
SELECT message_code FROM authority_messages JOIN message_states USING (message_id)
WHERE summary_id = $1 AND state <> 'refused'
"""
_SUMMARY_SELLER = "SELECT seller_tax_code, due_on FROM summaries WHERE summary_id = $1"


async def standing_message(connection: Connection, summary_id: UUID) -> str | None:
    """Return the message of a summary that is on its way or was accepted."""
    found: str | None = await connection.fetchval(_STANDING, summary_id)
    return found


async def summary_seller(connection: Connection, summary_id: UUID) -> tuple[str, date] | None:
    """Return seller and day of a summary; None where there is none."""
    row = await connection.fetchrow(_SUMMARY_SELLER, summary_id)
    return None if row is None else (row["seller_tax_code"], row["due_on"])


@dataclass(frozen=True, slots=True)
class ToSend:
    """A message whose turn it is."""

    message_id: UUID
    message_code: str
    kind: str
    seller_tax_code: str
    state: str
    attempts: int
    """This one among them."""
    count: int
    data: bytes
    signed_at: datetime | None
    signature: bytes | None
    certificate: bytes | None


# Whoever takes a message has it for a while; one that is dropped on the way is taken again after that. An array is made
# once: behind IN the limit may be passed (store/waiting_bills.py).
_TAKE = """
WITH taken AS (
    UPDATE message_states SET attempts = attempts + 1, next_attempt_at = clock_timestamp() + $1::interval
    WHERE message_id = ANY (ARRAY(
        SELECT message_id FROM message_states
        WHERE settled_at IS NULL AND next_attempt_at <= clock_timestamp()
        ORDER BY next_attempt_at, message_id LIMIT $2 FOR UPDATE SKIP LOCKED
    ))
    RETURNING message_id, state, attempts
)
SELECT message_id, message_code, authority_messages.kind, authority_messages.seller_tax_code, state, attempts,
    coalesce(summaries.invoices, 1) AS count, coalesce(summaries.data, error_notices.data, invoices.data) AS data,
    coalesce(message_signatures.signed_at, signatures.signed_at) AS signed_at,
    coalesce(message_signatures.signature, signatures.signature) AS signature,
    coalesce(own.der, of_invoice.der) AS certificate
FROM taken JOIN authority_messages USING (message_id)
LEFT JOIN summaries USING (summary_id)
LEFT JOIN error_notices USING (notice_id)
LEFT JOIN invoices ON invoices.invoice_id = authority_messages.invoice_id
LEFT JOIN message_signatures USING (message_id)
LEFT JOIN certificates AS own ON own.fingerprint = message_signatures.fingerprint
LEFT JOIN signatures ON signatures.invoice_id = authority_messages.invoice_id
LEFT JOIN certificates AS of_invoice ON of_invoice.fingerprint = signatures.fingerprint
ORDER BY ordered_at, message_id
"""


async def take(connection: Connection, lease: timedelta, limit: int) -> list[ToSend]:
    """Return messages whose turn it is; nobody else gets them for a while."""
    return [ToSend(**dict(row)) for row in await connection.fetch(_TAKE, lease, limit)]


_ADD_CERTIFICATE = "INSERT INTO certificates (fingerprint, der) VALUES ($1, $2) ON CONFLICT DO NOTHING"
_ADD_SIGNATURE = """
INSERT INTO message_signatures (message_id, signed_at, fingerprint, signature) VALUES ($1, $2, $3, $4)
"""


async def add_signature(
    connection: Connection, message_id: UUID, signed_at: datetime, signature: bytes, certificate: SigningCertificate
) -> None:
    """Store the signature of a message, once: whoever sends it again sends the same."""
    await connection.execute(_ADD_CERTIFICATE, certificate.fingerprint, certificate.der)
    await connection.execute(_ADD_SIGNATURE, message_id, signed_at, certificate.fingerprint, signature)


# An answer may have come before the end of the attempt that it answers: a message does not go back.
_SENT = """
UPDATE message_states SET state = CASE state WHEN 'ordered' THEN 'sent' ELSE state END, problem = $3,
    next_attempt_at = clock_timestamp() + $2::interval
WHERE message_id = $1 AND settled_at IS NULL
"""


async def may_have_arrived(connection: Connection, message_id: UUID, next_in: timedelta, problem: str = "") -> None:
    """Keep that the provider has a message, or may have it."""
    await connection.execute(_SENT, message_id, next_in, problem)


_POSTPONE = """
UPDATE message_states SET next_attempt_at = clock_timestamp() + $2::interval, problem = $3
WHERE message_id = $1 AND settled_at IS NULL
"""


async def postpone(connection: Connection, message_id: UUID, next_in: timedelta, problem: str) -> None:
    """Keep that nothing has left, and why."""
    await connection.execute(_POSTPONE, message_id, next_in, problem)


_BY_CODE = """
SELECT message_id FROM authority_messages JOIN message_states USING (message_id)
WHERE message_code = $1 FOR UPDATE OF message_states
"""
_ADD_ANSWER = """
INSERT INTO authority_answers (answer_id, message_id, kind, is_good, is_final, content) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING
"""
_SETTLE = """
UPDATE message_states SET state = $2, problem = $3,
    settled_at = CASE WHEN $2 IN ('accepted', 'refused') THEN clock_timestamp() END
WHERE message_id = $1 AND settled_at IS NULL
"""


async def note_answer(connection: Connection, answer: Answer) -> bool:
    """Keep an answer and what follows from it; return whether it answers a message of ours."""
    message_id = await connection.fetchval(_BY_CODE, answer.about)
    if message_id is None:
        return False
    await connection.execute(
        _ADD_ANSWER, answer.answer_id, message_id, answer.kind, answer.is_good, answer.is_final, answer.content
    )
    state = ("accepted" if answer.is_final else "received") if answer.is_good else "refused"
    await connection.execute(_SETTLE, message_id, state, answer.reason)
    return True


async def refuse(connection: Connection, message_id: UUID, problem: str) -> None:
    """Keep that a message was not taken and will not be."""
    await connection.execute(_SETTLE, message_id, "refused", problem)


_SINGLE = """
SELECT invoices.invoice_id, seller_tax_code, made_on FROM invoices JOIN number_rows USING (symbol)
JOIN signatures USING (invoice_id)
WHERE told_singly
    AND NOT EXISTS (SELECT FROM authority_messages WHERE authority_messages.invoice_id = invoices.invoice_id)
ORDER BY symbol, number LIMIT $1
"""
# One copy at a time orders them.
_LOCK_SINGLE = "SELECT pg_try_advisory_xact_lock(hashtext('single invoices'))"


async def single_invoices(connection: Connection, limit: int) -> list[tuple[UUID, str, date]]:
    """Return signed invoices that are told of one by one and were not, with seller and day; none while another does."""
    if not await connection.fetchval(_LOCK_SINGLE):
        return []
    return [tuple(row) for row in await connection.fetch(_SINGLE, limit)]


@dataclass(frozen=True, slots=True)
class ListedMessage:
    """A message and where it stands."""

    message_code: str
    kind: str
    seller_tax_code: str
    due_on: date
    state: str
    attempts: int
    problem: str
    ordered_at: datetime
    ordered_by: str
    settled_at: datetime | None


_LISTED = """
SELECT message_code, kind, seller_tax_code, due_on, state, attempts, problem, ordered_at, ordered_by, settled_at
FROM authority_messages JOIN message_states USING (message_id)
WHERE NOT $1 OR state <> 'accepted'
ORDER BY settled_at IS NOT NULL, due_on, ordered_at LIMIT $2
"""


async def listed(connection: Connection, *, open_only: bool, limit: int) -> Sequence[ListedMessage]:
    """Return messages, first those that are on their way."""
    return [ListedMessage(**dict(row)) for row in await connection.fetch(_LISTED, open_only, limit)]


@dataclass(frozen=True, slots=True)
class MessageBacklog:
    """What the authority was not told yet."""

    open: int
    refused: int
    """Refused, and not told again."""
    due_on: date | None
    """The earliest day of what is on its way, refused, or made and not sent."""


_BACKLOG = """
WITH standing AS (
    SELECT summaries.due_on, last.state FROM summaries LEFT JOIN LATERAL (
        SELECT state FROM authority_messages JOIN message_states USING (message_id)
        WHERE authority_messages.summary_id = summaries.summary_id ORDER BY ordered_at DESC, message_id DESC LIMIT 1
    ) AS last ON true
    UNION ALL
    SELECT due_on, state FROM authority_messages JOIN message_states USING (message_id) WHERE summary_id IS NULL
)
SELECT (SELECT count(*) FROM message_states WHERE settled_at IS NULL) AS open,
    count(*) FILTER (WHERE state = 'refused') AS refused,
    min(due_on) FILTER (WHERE state IS DISTINCT FROM 'accepted') AS due_on
FROM standing
"""


async def backlog(connection: Connection) -> MessageBacklog:
    """Return what the authority was not told yet."""
    row = await connection.fetchrow(_BACKLOG)
    assert row is not None  # noqa: S101 - it has a row
    return MessageBacklog(**dict(row))
