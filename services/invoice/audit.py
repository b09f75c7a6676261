"""Facts for the audit: what a sound database does not hold of numbers, invoices and signatures."""

import json
from collections.abc import AsyncIterator, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

from services.invoice.authority.summary import Sums, read_sums
from services.invoice.domain.chain import first_link, link_after
from services.invoice.signatures.xml_signature import SigningCertificate, read_certificate, to_sign
from shared.audit import AuditViolation, broken_rules, rows_in_order
from shared.db import Connection

_RULES: dict[str, str] = {
    "numbers have no gaps": """
        SELECT symbol, format('it stands at %s and has %s invoices, the last %s', last_number, count, last)
        FROM number_rows LEFT JOIN (
            SELECT symbol, count(*) AS count, max(number) AS last FROM invoices GROUP BY symbol
        ) AS counted USING (symbol)
        WHERE last_number <> coalesce(count, 0) OR last_number <> coalesce(last, 0)
    """,
    "numbers rise in time": """
        SELECT symbol || ' ' || number, format('made %s, the one before %s', made_at, earlier)
        FROM (
            SELECT symbol, number, made_at, lag(made_at) OVER (PARTITION BY symbol ORDER BY number) AS earlier
            FROM invoices
        ) AS ordered
        WHERE made_at < earlier
    """,
    "an invoice has a number of its year": """
        SELECT symbol || ' ' || number, format('it was made on %s', made_on) FROM invoices
        WHERE substr(symbol, 3, 2) <> to_char(made_on, 'YY')
            OR made_on <> (made_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
    """,
    "an invoice is corrected by its own seller": """
        SELECT later.symbol || ' ' || later.number, format('it %s %s %s', later.relation, first.symbol, first.number)
        FROM invoices AS later JOIN invoices AS first ON first.invoice_id = later.related_id
        JOIN number_rows AS later_row ON later_row.symbol = later.symbol
        JOIN number_rows AS first_row ON first_row.symbol = first.symbol
        WHERE later_row.seller_tax_code <> first_row.seller_tax_code
    """,
    "an invoice is signed, or waits for its signature": """
        SELECT invoices.symbol || ' ' || invoices.number,
            CASE WHEN signatures.invoice_id IS NULL THEN 'nobody will sign it' ELSE 'it is signed and still waits' END
        FROM invoices LEFT JOIN signatures USING (invoice_id) LEFT JOIN unsigned_invoices AS queued USING (invoice_id)
        WHERE (signatures.invoice_id IS NULL) = (queued.invoice_id IS NULL)
    """,
    "an invoice is signed after it was made": """
        SELECT symbol || ' ' || number, format('made %s, signed %s', made_at, signed_at)
        FROM invoices JOIN signatures USING (invoice_id) WHERE signed_at < made_at
    """,
    "what is invoiced does not wait": """
        SELECT cause_id::text, 'it has its invoice, and waits for one' FROM waiting_bills JOIN invoices USING (cause_id)
    """,
    "a summary comes to its invoices": """
        SELECT seller_tax_code || ' ' || first_day || ' no. ' || summaries.number,
            format('it says %s with %s đồng, its rows are %s with %s', invoices, summaries.total, count, sum)
        FROM summaries LEFT JOIN (
            SELECT summary_id, count(*), sum(before_vat) AS before_vat, sum(vat) AS vat, sum(total)
            FROM summary_rows JOIN invoices USING (invoice_id) GROUP BY summary_id
        ) AS counted USING (summary_id)
        WHERE (invoices, summaries.before_vat, summaries.vat, summaries.total)
            IS DISTINCT FROM (count, counted.before_vat, counted.vat, sum)
    """,
    "an invoice stands in a summary of its seller and day, and is signed": """
        SELECT invoices.symbol || ' ' || invoices.number, format('of %s, in a summary from %s', made_on, first_day)
        FROM summary_rows JOIN invoices USING (invoice_id) JOIN number_rows USING (symbol)
            JOIN summaries USING (summary_id) LEFT JOIN signatures USING (invoice_id)
        WHERE made_on NOT BETWEEN first_day AND last_day OR signatures.invoice_id IS NULL OR told_singly
            OR number_rows.seller_tax_code <> summaries.seller_tax_code
    """,
    "the summaries of a period are numbered one by one": """
        SELECT seller_tax_code || ' ' || first_day, format('%s summaries, the last is no. %s', count(*), max(number))
        FROM summaries GROUP BY seller_tax_code, first_day, last_day
        HAVING min(number) <> 1 OR max(number) <> count(*) OR min(supplement) <> 0
    """,
    "a summary is told once": """
        SELECT summary_id::text, format('%s messages that stand', count(*))
        FROM authority_messages JOIN message_states USING (message_id)
        WHERE summary_id IS NOT NULL AND state <> 'refused' GROUP BY summary_id HAVING count(*) > 1
    """,
    "what became of a message has been answered": """
        SELECT message_code, format('%s, and no answer says so', state)
        FROM authority_messages JOIN message_states USING (message_id)
        WHERE state IN ('received', 'accepted') AND NOT EXISTS (
            SELECT FROM authority_answers
            WHERE authority_answers.message_id = authority_messages.message_id AND is_good
                AND (is_final OR state = 'received')
        )
    """,
    "a message that may have left was signed": """
        SELECT message_code, state FROM authority_messages JOIN message_states USING (message_id)
        WHERE state NOT IN ('ordered', 'refused') AND kind <> '203' AND NOT EXISTS (
            SELECT FROM message_signatures WHERE message_signatures.message_id = authority_messages.message_id
        )
    """,
}


@dataclass(frozen=True)
class InvoiceFacts:
    """What the audit compares, and what is wrong by itself."""

    invoices: int = 0
    invoiced: int = 0
    """Totals of all invoices, adjustments downwards taken off, đồng."""
    waiting: int = 0
    refused: int = 0
    violations: list[AuditViolation] = field(default_factory=list)

    @property
    def remarks(self) -> list[AuditViolation]:
        """What a person has to look at, and what breaks no rule."""
        if not self.refused:
            return []
        rule, detail = (
            "a bill that cannot be invoiced waits for a person",
            f"{self.refused} bills: thungan invoices list",
        )
        return [AuditViolation("invoice", rule, "all", detail)]


_TOTALS = """
SELECT (SELECT count(*) FROM invoices) AS invoices,
    (SELECT coalesce(sum(total), 0)::bigint FROM invoices) AS invoiced,
    (SELECT count(*) FROM waiting_bills WHERE problem IS NULL) + (SELECT count(*) FROM unsigned_invoices) AS waiting,
    (SELECT count(*) FROM waiting_bills WHERE problem IS NOT NULL) AS refused
"""


async def audit_facts(connection: Connection, outside: Collection[tuple[str, int, bytes]] = ()) -> InvoiceFacts:
    """Read all facts; needs a transaction with a snapshot.

    ``outside`` has what checkpoints outside of the databases say: symbol, number, and the link behind it.
    """
    row = await connection.fetchrow(_TOTALS)
    assert row is not None  # noqa: S101 - it has a row
    violations = await broken_rules(connection, "invoice", _RULES)
    violations += await _documents(connection, outside) + await _told(connection)
    return InvoiceFacts(**dict(row), violations=violations)


_START = "SELECT coalesce(caught_up_from, started_at) FROM invoicing_start"


async def invoicing_start(connection: Connection) -> datetime | None:
    """Return since when bills are invoiced here."""
    found: datetime | None = await connection.fetchval(_START)
    return found


_DOCUMENTS = """
SELECT symbol, number, made_on, total, before_vat, vat, customer_code, data, signed_at, signature, der, link,
    itemised::text AS itemised
FROM invoices LEFT JOIN signatures USING (invoice_id) LEFT JOIN certificates USING (fingerprint)
ORDER BY symbol, number
"""


class _Document(NamedTuple):
    """An invoice as it is stored."""

    symbol: str
    number: int
    made_on: object
    total: int
    before_vat: int
    vat: int
    customer_code: str
    data: bytes
    signed_at: datetime | None
    signature: bytes | None
    certificate: bytes | None
    link: bytes | None
    itemised: str | None = None
    """JSON: the list that has the lines."""


_CHAINED = "an invoice is chained to the one before it"
_STANDS = "a row of numbers stands where its invoices do"
_WITNESSED = "invoices are those that a checkpoint outside has"
_LINKS = "SELECT symbol, link_number, last_link FROM number_rows"


@dataclass
class InvoiceChain:
    """Walks invoices in the order of their numbers, and computes the links anew."""

    kept: dict[tuple[str, int], list[tuple[str, bytes]]]
    """(symbol, number) → the rules that a link breaks which is not this one, and the link that is kept elsewhere."""
    wrong: list[AuditViolation] = field(default_factory=list)
    _symbol: str = ""
    _link: bytes = b""

    def check(self, symbol: str, number: int, data: bytes, link: bytes | None) -> None:
        """Take the next invoice."""
        if symbol != self._symbol:
            self._symbol, self._link = symbol, first_link(symbol)
        self._link = link_after(self._link, data)
        due = self.kept.pop((symbol, number), [])
        if link is not None:
            due = [*due, (_CHAINED, link)]
        for rule, found in due:
            if found != self._link:
                detail = f"{found.hex()[:16]}, computed {self._link.hex()[:16]}"
                self.wrong.append(AuditViolation("invoice", rule, f"{symbol} {number}", detail))

    def end(self) -> list[AuditViolation]:
        """Return what is wrong, once all invoices were taken: what is kept of others is of invoices that are gone."""
        for (symbol, number), rules in self.kept.items():
            self.wrong += [AuditViolation("invoice", rule, f"{symbol} {number}", "it is gone") for rule, _ in rules]
        return self.wrong


async def _documents(connection: Connection, outside: Collection[tuple[str, int, bytes]]) -> list[AuditViolation]:
    """Return which invoices are not as they were signed, say something else than their rows, or are not chained."""
    chain = InvoiceChain({})
    for symbol, number, link in outside:
        chain.kept.setdefault((symbol, number), []).append((_WITNESSED, link))
    for row in await connection.fetch(_LINKS):
        if row["link_number"]:
            chain.kept.setdefault((row["symbol"], row["link_number"]), []).append((_STANDS, row["last_link"]))
    found: list[AuditViolation] = []
    async for row in rows_in_order(connection, _DOCUMENTS):
        document = _Document(*row)
        chain.check(document.symbol, document.number, document.data, document.link)
        found += check_document(document)
    return found + chain.end()


def check_document(document: _Document) -> Iterator[AuditViolation]:
    """Yield what is wrong with one invoice."""
    subject = f"{document.symbol} {document.number}"
    root = etree.fromstring(document.data)
    said = {
        "symbol": (root.findtext("TTChung/KHMSHDon") or "") + (root.findtext("TTChung/KHHDon") or ""),
        "number": root.findtext("TTChung/SHDon"),
        "made_on": root.findtext("TTChung/NLap"),
        "total": root.findtext("NDHDon/TToan/TgTTTBSo"),
        "before_vat": root.findtext("NDHDon/TToan/TgTCThue"),
        "vat": root.findtext("NDHDon/TToan/TgTThue"),
        "customer_code": root.findtext("NDHDon/NMua/MKHang"),
    }
    for name, value in said.items():
        if value != str(getattr(document, name)):
            yield AuditViolation("invoice", "an invoice says what its row says", subject, f"{name} is {value} in it")
    if document.itemised is not None:
        itemised = json.loads(document.itemised)
        listed = sum(line["amount"] for line in itemised["lines"])
        if (itemised["number"], listed) != (root.findtext("TTChung/SBKe"), document.before_vat):
            detail = f"{itemised['number']} comes to {listed}"
            yield AuditViolation("invoice", "the list of an invoice comes to the invoice", subject, detail)
    if document.signed_at is None or document.signature is None or document.certificate is None:
        return
    if not _is_signed(document.data, document.signed_at, document.signature, document.certificate):
        yield AuditViolation("invoice", "the signature of an invoice is good", subject, "it is not what was signed")


def _is_signed(data: bytes, signed_at: datetime, signature: bytes, certificate: bytes) -> bool:
    public = _certificate(certificate).certificate.public_key()
    assert isinstance(public, rsa.RSAPublicKey)  # noqa: S101 - nothing else signs
    try:
        public.verify(signature, to_sign(data, signed_at), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


@cache
def _certificate(der: bytes) -> SigningCertificate:
    return read_certificate(der)


_TOLD = """
SELECT seller_tax_code || ' ' || first_day || ' no. ' || number AS subject, invoices, before_vat, vat, total, data
FROM summaries ORDER BY summary_id
"""
_SIGNED_MESSAGES = """
SELECT message_code, coalesce(summaries.data, error_notices.data) AS data, signed_at, signature, der
FROM message_signatures JOIN authority_messages USING (message_id) JOIN certificates USING (fingerprint)
LEFT JOIN summaries USING (summary_id) LEFT JOIN error_notices USING (notice_id)
ORDER BY message_id
"""


async def _told(connection: Connection) -> list[AuditViolation]:
    """Return which summaries say something else than their rows, and which messages are not as they were signed."""
    found = []
    async for row in rows_in_order(connection, _TOLD):
        rows, sums = read_sums(row["data"])
        if rows < row["invoices"] or sums != Sums(row["before_vat"], row["vat"], row["total"]):
            detail = f"{rows} rows with {sums.total} đồng in it"
            found.append(AuditViolation("invoice", "a summary says what its row says", row["subject"], detail))
    async for row in rows_in_order(connection, _SIGNED_MESSAGES):
        if not _is_signed(row["data"], row["signed_at"], row["signature"], row["der"]):
            rule = "the signature of a message to the authority is good"
            found.append(AuditViolation("invoice", rule, row["message_code"], "it is not what was signed"))
    return found


class InvoicedBill(NamedTuple):
    """What a bill has of invoices."""

    bill_id: UUID
    own_total: int | None
    """Of the invoice of the bill itself; None where it has none."""
    taken_off: int
    """What adjustments downwards came to, not negative."""
    is_noted: bool
    """Something of it waits, or nothing was sold."""
    corrects: UUID | None = None
    """Whose invoice the bill's own one adjusts or replaces."""


_INVOICED = """
SELECT bill_id, max(total) FILTER (WHERE kind = 'own') AS own_total,
    coalesce(-sum(total) FILTER (WHERE kind = 'reduction'), 0)::bigint AS taken_off,
    bool_or(kind = 'noted') AS is_noted, (array_agg(corrects) FILTER (WHERE kind = 'own'))[1] AS corrects
FROM (
    SELECT invoices.bill_id, invoices.total, earlier.bill_id AS corrects,
        CASE WHEN invoices.cause_id = invoices.bill_id THEN 'own' ELSE 'reduction' END AS kind
    FROM invoices LEFT JOIN invoices AS earlier ON earlier.invoice_id = invoices.related_id
    UNION ALL SELECT bill_id, NULL, NULL, 'noted' FROM waiting_bills
    UNION ALL SELECT bill_id, NULL, NULL, 'noted' FROM bills_without_invoice
) AS each
GROUP BY bill_id ORDER BY bill_id
"""


async def invoiced_in_order(connection: Connection) -> AsyncIterator[tuple[UUID, InvoicedBill]]:
    """Yield what bills have of invoices, in the order of their ids; needs a transaction."""
    async for row in rows_in_order(connection, _INVOICED):
        yield row[0], InvoicedBill(*row)


class IssuedFact(NamedTuple):
    """A signed invoice, as others must know it."""

    bill_id: UUID
    symbol: str
    """Template and symbol."""
    number: int
    made_on: date
    lookup_code: str
    is_chained: bool = True
    """Whether it was made since invoices are told of to others."""


_ISSUED = """
SELECT invoice_id, bill_id, symbol, number, made_on, lookup_code, link IS NOT NULL
FROM invoices JOIN signatures USING (invoice_id) ORDER BY invoice_id
"""


async def issued_in_order(connection: Connection) -> AsyncIterator[tuple[UUID, IssuedFact]]:
    """Yield signed invoices in the order of their ids; needs a transaction."""
    async for row in rows_in_order(connection, _ISSUED):
        yield row[0], IssuedFact(*row[1:])
