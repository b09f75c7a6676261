"""Compares the rows of the services' databases: streams in the order of one key, joined as they come.

Of each stream a page is held.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, Self, TypeVar
from uuid import UUID

from ops.audit import row_rules
from services.billing import audit as billing
from services.customer import audit as customer
from services.gateway import audit as gateway
from services.gateway.audit import ReceiptJobs
from services.invoice import audit as invoice
from services.notify import audit as notify
from services.receipt import audit as receipt
from services.receipt.audit import ReceiptFact
from shared.audit import AuditViolation
from shared.contracts.receipt import ReceiptKind
from shared.db import Connection


class _Ordered(Protocol):
    def __lt__(self, other: Any, /) -> bool: ...


Key = TypeVar("Key", bound=_Ordered)
Rows = AsyncIterator[tuple[Key, Any]]


@dataclass(frozen=True)
class Streams:
    """What is compared; each in the order of its key."""

    payments: Rows[UUID]
    receipts: Rows[UUID]
    """Payment → what the register has of it."""

    receipted: Rows[UUID]
    registered: Rows[UUID]
    receipt_jobs: Rows[UUID]

    notices: Rows[UUID]
    reminders: Rows[UUID]
    visits: Rows[UUID]
    notice_jobs: Rows[UUID]
    payments_of_visits: Rows[UUID]

    accounts: Rows[str]
    copied_accounts: Rows[str]
    announced: Rows[str]
    copied: Rows[str]
    ordered: Rows[str]
    """Customers who are to be cut off, or are, as notify knows their accounts."""

    complaints: Rows[UUID]
    noted_complaints: Rows[UUID]
    billed_complaints: Rows[UUID]

    acts_of_two: Rows[UUID]
    approved: Rows[UUID]

    billed: Rows[UUID]
    invoiced: Rows[UUID]

    issued_invoices: Rows[UUID]
    told_invoices: Rows[UUID]
    """What receipts may quote."""

    @classmethod
    def of(cls, connections: Mapping[str, Connection]) -> Self:
        """Read them from the services' databases, each in a transaction that keeps its snapshot."""
        return cls(
            payments=billing.payments_in_order(connections["billing"]),
            receipts=receipt.receipts_of_payments(connections["receipt"]),
            receipted=billing.receipted_payments(connections["billing"]),
            registered=receipt.receipts_by_id(connections["receipt"]),
            receipt_jobs=gateway.jobs_of_receipts(connections["gateway"]),
            notices=billing.notices_in_order(connections["billing"]),
            reminders=notify.reminders_in_order(connections["notify"]),
            visits=customer.visits_in_order(connections["customer"]),
            notice_jobs=gateway.jobs_of_notices(connections["gateway"]),
            payments_of_visits=billing.payments_of_visits(connections["billing"]),
            accounts=billing.accounts_in_order(connections["billing"]),
            copied_accounts=customer.accounts_in_order(connections["customer"]),
            announced=customer.versions_in_order(connections["customer"]),
            copied=billing.versions_in_order(connections["billing"]),
            ordered=notify.ordered_in_order(connections["notify"]),
            complaints=customer.complaints_in_order(connections["customer"]),
            noted_complaints=notify.complaints_in_order(connections["notify"]),
            billed_complaints=billing.complaints_in_order(connections["billing"]),
            acts_of_two=billing.acts_of_two_in_order(connections["billing"]),
            approved=gateway.approved_in_order(connections["gateway"]),
            billed=billing.billed_in_order(connections["billing"]),
            invoiced=invoice.invoiced_in_order(connections["invoice"]),
            issued_invoices=invoice.issued_in_order(connections["invoice"]),
            told_invoices=receipt.told_invoices_in_order(connections["receipt"]),
        )


@dataclass
class Compared:
    """What came of it: counts, sums in đồng, and what disagrees."""

    payments: int = 0
    payments_reversed: int = 0
    receipted: int = 0
    """By receipts that stand."""
    visits: int = 0
    reminders: int = 0
    violations: list[AuditViolation] = field(default_factory=list)
    violations_when_settled: list[AuditViolation] = field(default_factory=list)
    """What events under way may still bring into line."""


async def compare(streams: Streams, *, invoices_from: datetime | None = None) -> Compared:
    """Go through all streams once; bills that were issued from ``invoices_from`` on have their invoices."""
    found = Compared()
    await _payments(streams, found)
    await _receipts(streams, found)
    await _visits(streams, found)
    await _customers(streams, found)
    await _complaints(streams, found)
    await _acts_of_two(streams, found)
    await _invoices(streams, found, invoices_from)
    return found


async def _payments(streams: Streams, found: Compared) -> None:
    async for payment_id, (payments, groups) in joined(streams.payments, streams.receipts):
        receipts: list[ReceiptFact] = groups[0] if groups else []
        found.payments += len(payments)
        found.payments_reversed += sum(payment.reversed for payment in payments)
        found.receipted += sum(each.total for each in receipts if each.kind is ReceiptKind.ORIGINAL and not each.voided)
        found.violations += row_rules.receipts_of_payment(payment_id, payments, receipts)
        found.violations_when_settled += row_rules.receipt_is_known(payment_id, payments)


async def _receipts(streams: Streams, found: Compared) -> None:
    async for receipt_id, (payments, registered, jobs) in joined(
        streams.receipted, streams.registered, streams.receipt_jobs
    ):
        queued: ReceiptJobs | None = jobs[0] if jobs else None
        count = queued.jobs if queued is not None else 0
        found.violations += row_rules.jobs_of_receipt(receipt_id, registered=bool(registered), jobs=count)
        found.violations_when_settled += row_rules.payment_is_printed(payments, count)
        if queued is not None and registered:
            found.violations_when_settled += row_rules.prints_are_counted(receipt_id, registered[0], queued)


async def _visits(streams: Streams, found: Compared) -> None:
    async for visit_id, (notices, reminders, visits, jobs, payments) in joined(
        streams.notices, streams.reminders, streams.visits, streams.notice_jobs, streams.payments_of_visits
    ):
        kinds = notices[0].kinds if notices else None
        found.visits += bool(visits)
        found.reminders += len(reminders)
        found.violations += row_rules.what_a_visit_led_to(visit_id, kinds, reminders, visits, sum(jobs), payments)
        found.violations += row_rules.notices_name_who_visited(visit_id, notices[0] if notices else None, visits)
        found.violations_when_settled += row_rules.visit_is_followed(visit_id, kinds, reminders, visits, sum(jobs))


async def _customers(streams: Streams, found: Compared) -> None:
    async for customer_code, held in joined(
        streams.accounts, streams.copied_accounts, streams.announced, streams.copied, streams.ordered
    ):
        account, copied_account, announced, copied, ordered = (each[0] if each else None for each in held)
        found.violations_when_settled += row_rules.copies_of_customer(
            customer_code, account, copied_account, announced, copied
        )
        found.violations_when_settled += row_rules.order_follows_the_account(customer_code, account, ordered)


async def _complaints(streams: Streams, found: Compared) -> None:
    async for complaint_id, held in joined(streams.complaints, streams.noted_complaints, streams.billed_complaints):
        is_open, is_noted_open, is_billed_open = (each[0] if each else None for each in held)
        found.violations_when_settled += row_rules.complaint_is_noted(complaint_id, is_open, is_noted_open)
        found.violations_when_settled += row_rules.dispute_is_known(complaint_id, is_open, is_billed_open)


async def _acts_of_two(streams: Streams, found: Compared) -> None:
    async for approval_id, held in joined(streams.acts_of_two, streams.approved):
        act, approved = (each[0] if each else None for each in held)
        found.violations += row_rules.act_is_approved(approval_id, act, approved)
        found.violations_when_settled += row_rules.what_was_approved_is_done(approval_id, act, approved)


async def _invoices(streams: Streams, found: Compared, invoices_from: datetime | None) -> None:
    async for bill_id, held in joined(streams.billed, streams.invoiced):
        billed, invoiced = (each[0] if each else None for each in held)
        found.violations += row_rules.invoice_is_the_bill(bill_id, billed, invoiced)
        found.violations_when_settled += row_rules.bill_is_invoiced(billed, invoiced, invoices_from)
    async for invoice_id, held in joined(streams.issued_invoices, streams.told_invoices):
        issued, told = (each[0] if each else None for each in held)
        found.violations += row_rules.quotes_are_invoices(invoice_id, issued, told)
        found.violations_when_settled += row_rules.invoice_is_told(issued, told)


async def joined(*streams: Rows[Key]) -> AsyncIterator[tuple[Key, tuple[list[Any], ...]]]:
    """Yield each key that a stream has, with its values in each of the streams.

    Raises ValueError when a stream is not in the order of its keys: rows would be taken for missing.
    """
    heads = [await anext(stream, None) for stream in streams]
    while any(head is not None for head in heads):
        key = min(head[0] for head in heads if head is not None)
        values: tuple[list[Any], ...] = tuple([] for _ in streams)
        for place, stream in enumerate(streams):
            while (head := heads[place]) is not None and head[0] == key:
                values[place].append(head[1])
                heads[place] = await anext(stream, None)
            if head is not None and head[0] < key:
                raise ValueError(f"{head[0]} comes after {key}")
        yield key, values
