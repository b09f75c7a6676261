"""Makes the invoices of a batch, in one transaction under the locks of their rows of numbers."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from services.invoice.authority.rules import AuthorityRule, NoRule, invoice_due_on, rule_of
from services.invoice.domain.bills import draft_of_bill, draft_of_reduction, needs_invoice, relation_of
from services.invoice.domain.chain import link_after
from services.invoice.domain.ids import invoice_id_of, new_lookup_code
from services.invoice.domain.invoice import Draft, Invoice, InvoiceError, RelatedInvoice, Relation
from services.invoice.domain.parties import PartyError, buyer_of, seller_of
from services.invoice.domain.symbols import Symbol, SymbolError, issue_year, read_symbol
from services.invoice.format.sellers import read_seller
from services.invoice.format.table import FieldError, FieldTable
from services.invoice.format.values import FormatOptions, values_of
from services.invoice.format.writer import write_data
from services.invoice.store import invoices, numbers, waiting_bills
from services.invoice.store.invoices import Reference, StoredInvoice
from services.invoice.store.waiting_bills import Waiting
from shared.clock import business_day
from shared.contracts.billing import BillToInvoice
from shared.db import Connection

_RELATIONS = {Relation.ADJUSTS: "adjusts", Relation.REPLACES: "replaces"}


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """What stands on every invoice, and how its rows of numbers are named."""

    table: FieldTable
    format: FormatOptions
    most_lines: int
    first_suffix: str
    authority_rules: Sequence[AuthorityRule]


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of the earlier invoices that those of a batch refer to."""

    references: dict[UUID, Reference]
    still_waiting: set[UUID]
    without_invoice: set[UUID]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an invoice comes to stand."""

    symbol: Symbol
    number: int
    moment: datetime
    link: bytes
    """Of the one before."""


class _Later(Exception):
    """The invoice that this one refers to is not made yet."""


async def make_batch(
    connection: Connection,
    batch: Sequence[Waiting],
    told: Sequence[BillToInvoice],
    options: BatchOptions,
    now: datetime,
) -> int:
    """Make invoices of what still waits of a batch; return how much was settled, one way or the other.

    What cannot be invoiced takes no number and is kept with the reason. What refers to an invoice that is still to
    come waits on.
    """
    by_bill = {each.bill.bill_id: each for each in told}
    locked = await waiting_bills.lock(connection, [each.cause_id for each in batch])
    known = await invoices.known_causes(connection, locked)
    due = [each for each in batch if each.cause_id in locked - known]
    problems = {each.cause_id: "billing does not know the bill" for each in due if each.bill_id not in by_bill}
    nothing = {
        each.cause_id
        for each in due
        if each.bill_id in by_bill and each.correction_id is None and not needs_invoice(by_bill[each.bill_id].bill)
    }
    left = [each for each in due if each.cause_id not in problems and each.cause_id not in nothing]
    earlier = await _known(connection, left, by_bill)
    by_seller: dict[str, list[Waiting]] = {}
    for each in left:
        by_seller.setdefault(_seller_tax_code(each, by_bill[each.bill_id], earlier), []).append(each)
    made: list[StoredInvoice] = []
    # In the order of the sellers, so that two copies do not wait for each other.
    for tax_code in sorted(by_seller):
        new, refused = await _of_seller(connection, tax_code, by_seller[tax_code], by_bill, earlier, options, now)
        made += new
        problems |= refused
    await waiting_bills.keep_problems(connection, problems, _due_days(problems, batch, by_bill, options))
    await waiting_bills.note_without_invoice(connection, nothing)
    done = {each.cause_id for each in made} | nothing | known
    await waiting_bills.done(connection, done)
    return len(done) + len(problems)


async def _of_seller(
    connection: Connection,
    tax_code: str,
    due: Sequence[Waiting],
    by_bill: dict[UUID, BillToInvoice],
    known: _Known,
    options: BatchOptions,
    now: datetime,
) -> tuple[list[StoredInvoice], dict[UUID, str]]:
    """Make a seller's invoices under the lock of its row; return them, and why others cannot be made."""
    row = await numbers.lock_row(connection, tax_code, issue_year(now), options.first_suffix)
    moment = row.moment_of_next(now.replace(microsecond=0))
    made: list[StoredInvoice] = []
    problems: dict[UUID, str] = {}
    for each in due:
        try:
            number = row.first_of(len(made) + 1) + len(made)
            link = made[-1].link if made else row.link
            stored = _made(each, by_bill[each.bill_id], _Place(row.symbol, number, moment, link), known, options)
        except (InvoiceError, PartyError, FieldError, SymbolError, NoRule) as error:
            problems[each.cause_id] = str(error)
        except _Later:
            continue
        else:
            made.append(stored)
            # A correction in the same batch refers to it.
            if each.correction_id is None and each.bill_id in known.still_waiting:
                seller = read_seller(stored.data)
                reference = Reference(stored.invoice_id, stored.symbol, stored.number, stored.made_on, seller)
                known.references[each.bill_id] = reference
                known.still_waiting.discard(each.bill_id)
    if made:
        await invoices.add(connection, made)
        await numbers.move_on(connection, str(row.symbol), made[-1].number, moment, made[-1].link)
    return made, problems


async def _known(connection: Connection, due: Sequence[Waiting], by_bill: dict[UUID, BillToInvoice]) -> _Known:
    earlier = {each.bill_id for each in due if each.correction_id is not None}
    earlier |= {link.bill_id for each in due if (link := by_bill[each.bill_id].bill.corrects) is not None}
    if not earlier:
        return _Known({}, set(), set())
    # What waits comes first: what another copy makes meanwhile is then found as made, and not as lost.
    waiting = await waiting_bills.still_waiting(connection, earlier)
    nothing = await waiting_bills.without_invoice(connection, earlier)
    return _Known(await invoices.of_bills(connection, earlier), waiting, nothing)


def _due_days(
    problems: dict[UUID, str], batch: Sequence[Waiting], by_bill: dict[UUID, BillToInvoice], options: BatchOptions
) -> dict[UUID, date]:
    """Return until when what cannot be invoiced has to be, where billing knows the bill."""
    days: dict[UUID, date] = {}
    for each in batch:
        if each.cause_id in problems and (told := by_bill.get(each.bill_id)) is not None:
            period_to = told.bill.period_to
            try:
                rule = rule_of(options.authority_rules, told.customer.unit.tax_code, period_to)
            except NoRule:
                continue
            days[each.cause_id] = invoice_due_on(rule, period_to)
    return days


def _made(
    each: Waiting,
    told: BillToInvoice,
    place: _Place,
    known: _Known,
    options: BatchOptions,
) -> StoredInvoice:
    made_on = business_day(place.moment)
    related_id, draft = _draft(each, told, known, options, place.moment)
    invoice = Invoice(draft, place.symbol, place.number, made_on, new_lookup_code())
    data = write_data(options.table, values_of(invoice, options.format))
    return StoredInvoice(
        invoice_id=invoice_id_of(each.cause_id),
        cause_id=each.cause_id,
        bill_id=each.bill_id,
        bill_number=told.bill.bill_number,
        customer_code=told.bill.customer_code,
        symbol=str(place.symbol),
        number=place.number,
        made_at=place.moment,
        made_on=made_on,
        before_vat=draft.before_vat,
        vat=draft.vat_total,
        total=draft.total,
        relation=None if draft.related is None else _RELATIONS[draft.related.relation],
        related_id=related_id,
        lookup_code=invoice.lookup_code,
        data=data,
        itemised=None if draft.itemised is None else json.dumps(asdict(draft.itemised), default=str),
        link=link_after(place.link, data),
        told_singly=not _told_by_summary(draft, rule_of(options.authority_rules, draft.seller.tax_code, made_on)),
        due_on=told.bill.due_date,
    )


def _told_by_summary(draft: Draft, rule: AuthorityRule) -> bool:
    codes = {"customer_code": draft.buyer.customer_code, "tax_code": draft.buyer.tax_code}
    return any(codes[name] for name in rule.summary_by)


def _draft(
    each: Waiting, told: BillToInvoice, known: _Known, options: BatchOptions, moment: datetime
) -> tuple[UUID | None, Draft]:
    customer, bill = told.customer, told.bill
    unit = customer.unit
    # Who has sold corrects, whoever sells to the customer now.
    corrected = _corrected(each, told, known)
    seller = seller_of(unit.name, unit.tax_code, unit.address, unit.phone) if corrected is None else corrected.seller
    buyer = buyer_of(
        customer_code=customer.customer_code,
        name=customer.name,
        address=customer.address,
        tax_code=customer.tax_code or "",
        budget_code=customer.budget_code or "",
    )
    if each.principal is not None and each.vat is not None:
        related_id, related = _related(each.bill_id, Relation.ADJUSTS, each.reason, known)
        if related is None:
            raise InvoiceError("what is taken off belongs to a bill without invoice")
        return related_id, draft_of_reduction(
            bill, seller, buyer, related=related, principal=each.principal, vat=each.vat
        )
    related_id, related = None, None
    if bill.corrects is not None:
        related_id, related = _related(bill.corrects.bill_id, relation_of(bill.kind.value), each.reason, known)
    return related_id, draft_of_bill(
        bill, seller, buyer, related=related, most_lines=options.most_lines, made_on=business_day(moment)
    )


def _corrected(each: Waiting, told: BillToInvoice, known: _Known) -> Reference | None:
    """Return the invoice that this one corrects; None where it corrects none, or one that is not made yet."""
    if each.correction_id is not None:
        return known.references.get(each.bill_id)
    return None if told.bill.corrects is None else known.references.get(told.bill.corrects.bill_id)


def _seller_tax_code(each: Waiting, told: BillToInvoice, known: _Known) -> str:
    corrected = _corrected(each, told, known)
    return told.customer.unit.tax_code if corrected is None else corrected.seller.tax_code


def _related(
    bill_id: UUID, relation: Relation, reason: str, known: _Known
) -> tuple[UUID | None, RelatedInvoice | None]:
    """Return the invoice of an earlier bill; None where that one sold nothing. Raises _Later, InvoiceError."""
    reference = known.references.get(bill_id)
    if reference is not None:
        symbol = read_symbol(reference.symbol)
        related = RelatedInvoice(relation, symbol, reference.number, reference.made_on, reason)
        return reference.invoice_id, related
    if bill_id in known.without_invoice:
        return None, None
    if bill_id in known.still_waiting:
        raise _Later
    raise InvoiceError("the bill that it corrects has no invoice here")
