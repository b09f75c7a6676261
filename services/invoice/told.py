"""Makes what the tax authority is told, and orders that it is sent: each in one transaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.invoice.authority.messages import (
    ERROR_NOTICE,
    INVOICE,
    SUMMARY,
    Addresses,
    NoticeError,
    message_code,
    notice_values,
)
from services.invoice.authority.rules import AuthorityRule, NoRule, Period, next_working_day, rule_of
from services.invoice.authority.summary import (
    Heading,
    InvoiceToTell,
    SummaryError,
    rows_of,
    seller_name,
    summary_values,
    sums_of,
)
from services.invoice.domain.symbols import MAX_NUMBER, SymbolError, format_number, read_symbol
from services.invoice.format.files import ERROR_NOTICE as NOTICE_FIELDS
from services.invoice.format.files import SUMMARY as SUMMARY_FIELDS
from services.invoice.format.files import load_fields
from services.invoice.format.table import Block, FieldError
from services.invoice.format.writer import write_data
from services.invoice.store import authority_messages, summaries
from services.invoice.store.summaries import NewSummary
from shared.clock import business_day
from shared.db import Connection
from shared.ids import new_id


async def make_summaries(
    connection: Connection,
    tax_code: str,
    period: Period,
    rules: Sequence[AuthorityRule],
    now: datetime,
    made_by: str,
) -> list[NewSummary]:
    """Make the summaries of a period, of all signed invoices that nobody was told of; as many as their size needs.

    Made again later, they are a supplement of what was signed since, or nothing. Raises SummaryError.
    """
    today = business_day(now)
    if period.last >= today:
        raise SummaryError(f"{period.name} is not over")
    try:
        rule = rule_of(rules, tax_code, period.last)
    except NoRule as error:
        raise SummaryError(str(error)) from error
    if rule.period is not period.kind:
        raise SummaryError(f"{tax_code} tells by the {rule.period.value}, not by the {period.kind.value}")
    await summaries.lock_seller(connection, tax_code)
    if await summaries.has_other_periods(connection, tax_code, period.first, period.last):
        raise SummaryError(f"days of {period.name} were told of in a period of another length")
    number, earlier = await summaries.stand(connection, tax_code, period.first, period.last)
    supplement = 0 if earlier is None else earlier + 1
    made: list[NewSummary] = []
    after = ("", 0)
    while found := await summaries.to_tell(connection, tax_code, period.first, period.last, after, rule.most_rows):
        after = (found[-1].symbol, found[-1].number)
        number += 1
        summary = _summary(found, tax_code, period, rule, (number, supplement), now, made_by)
        await summaries.add(connection, summary, [each.invoice_id for each in found])
        made.append(summary)
    return made


def _summary(
    found: Sequence[InvoiceToTell],
    tax_code: str,
    period: Period,
    rule: AuthorityRule,
    numbers: tuple[int, int],
    now: datetime,
    made_by: str,
) -> NewSummary:
    number, supplement = numbers
    rows: list[Block] = []
    for each in found:
        rows += rows_of(each, len(rows) + 1, period, rule.goods)
    table = load_fields(SUMMARY_FIELDS)
    name = seller_name(found[-1].data)
    heading = Heading(table.version, period, number, supplement, business_day(now), name, tax_code)
    sums = sums_of(rows)
    return NewSummary(
        summary_id=new_id(),
        seller_tax_code=tax_code,
        kind=period.kind.value,
        first_day=period.first,
        last_day=period.last,
        number=number,
        supplement=supplement,
        due_on=period.due_on(rule.due_day),
        invoices=len(found),
        before_vat=sums.before_vat,
        vat=sums.vat,
        total=sums.total,
        made_at=now,
        made_by=made_by,
        data=write_data(table, summary_values(heading, rows)),
    )


async def order_summary(
    connection: Connection, summary_id: UUID, addresses: Addresses, now: datetime, ordered_by: str
) -> str:
    """Have a summary sent; return the code of its message.

    One that is on its way or was accepted is not sent a second time. One that was refused is sent under another code.
    """
    found = await authority_messages.summary_seller(connection, summary_id)
    if found is None:
        raise SummaryError("there is no such summary")
    tax_code, due_on = found
    await summaries.lock_seller(connection, tax_code)
    if (standing := await authority_messages.standing_message(connection, summary_id)) is not None:
        return standing
    message_id = new_id()
    code = message_code(addresses.sender or tax_code, message_id)
    await authority_messages.order(
        connection,
        message_id=message_id,
        message_code=code,
        kind=SUMMARY,
        tax_code=tax_code,
        due_on=due_on,
        ordered_at=now,
        ordered_by=ordered_by,
        summary_id=summary_id,
    )
    return code


async def order_single_invoices(connection: Connection, addresses: Addresses, now: datetime, limit: int) -> int:
    """Have signed invoices sent that go to the authority one by one; return how many."""
    found = await authority_messages.single_invoices(connection, limit)
    for invoice_id, tax_code, made_on in found:
        message_id = new_id()
        await authority_messages.order(
            connection,
            message_id=message_id,
            message_code=message_code(addresses.sender or tax_code, message_id),
            kind=INVOICE,
            tax_code=tax_code,
            due_on=next_working_day(made_on),
            ordered_at=now,
            ordered_by="invoice",
            invoice_id=invoice_id,
        )
    return len(found)


async def order_notice(
    connection: Connection,
    which: str,
    reason: str,
    rules: Sequence[AuthorityRule],
    addresses: Addresses,
    now: datetime,
    ordered_by: str,
) -> str:
    """Tell the authority of a wrong name or address in an invoice (``1K26TAA 42``); return the code of the message.

    Raises NoticeError.
    """
    text, _, written = which.partition(" ")
    try:
        symbol, number = read_symbol(text), int(written)
    except (SymbolError, ValueError) as error:
        raise NoticeError(f"{which!r} is no invoice like '1K26TAA 42'") from error
    found = await summaries.notice_subject(connection, text, number) if 0 < number <= MAX_NUMBER else None
    if found is None:
        raise NoticeError(f"there is no invoice {text} {format_number(number)}")
    today = business_day(now)
    try:
        rule = rule_of(rules, found.seller_tax_code, today)
    except NoRule as error:
        raise NoticeError(str(error)) from error
    table = load_fields(NOTICE_FIELDS)
    seller = (found.seller_tax_code, seller_name(found.data))
    values = notice_values(table.version, rule, seller, (symbol, number, found.made_on), reason, today)
    notice_id, message_id = new_id(), new_id()
    try:
        data = write_data(table, values)
    except FieldError as error:
        raise NoticeError(str(error)) from error
    await summaries.add_notice(
        connection, notice_id, found.seller_tax_code, found.invoice_id, reason, now, ordered_by, data
    )
    code = message_code(addresses.sender or found.seller_tax_code, message_id)
    await authority_messages.order(
        connection,
        message_id=message_id,
        message_code=code,
        kind=ERROR_NOTICE,
        tax_code=found.seller_tax_code,
        due_on=next_working_day(today),
        ordered_at=now,
        ordered_by=ordered_by,
        notice_id=notice_id,
    )
    return code
