"""The slip of a closed shift, for both to sign: what was taken, what must be handed in, what was handed in before."""

from services.receipt.documents.parts import amount, big_amount, heading, written
from services.receipt.documents.words import Words, day_and_time, day_of
from shared.clock import VIETNAM
from shared.contracts.billing import HandIn, HandInPlace, Handover, Shift, ShiftClosed
from shared.money import format_number
from shared.printing.document import Block, Cell, Columns, Document, Feed, Rule, Text

_SIGNATURE_SPACE = 96
"""12 mm of white paper to sign on."""


def shift_slip(event: ShiftClosed, words: Words, register: str = "") -> Document:
    """Return the slip that the collector signs and the cashier keeps. Needs a shift that is closed.

    ``register``: short form of the last checkpoint; the paper is one more witness of how far the register had come.
    """
    shift = event.shift
    if shift.closed_at is None or shift.counted_cash is None:
        raise ValueError("only a closed shift has a slip")
    totals = shift.totals
    collector = f"{event.collector_name} ({shift.collector_code})"
    blocks: list[Block] = [
        heading(words("shift")),
        Rule(),
        Text(text=words("collector", value=collector), weight="bold"),
        Text(text=words("opened_at", value=day_and_time(shift.opened_at))),
        Text(text=words("closed_at", value=day_and_time(shift.closed_at))),
        Rule(style="dashed"),
        amount(words("opening_float"), shift.opening_float),
        amount(words("cash_payments", count=totals.payments), totals.cash),
    ]
    if totals.reversals:
        blocks.append(amount(words("reversals", count=totals.reversals), totals.reversed_cash))
    if totals.given_back_items:
        blocks.append(amount(words("given_back", count=totals.given_back_items), -totals.given_back))
    if totals.handed_in:
        blocks.append(amount(words("handed_in", count=totals.hand_ins), -totals.handed_in))
    blocks += [
        Rule(style="dashed"),
        amount(words("cash_in_hand"), shift.cash_in_hand, strong=True),
        *big_amount(words("counted_cash"), shift.counted_cash),
        *_difference(shift, words),
        *_denominations(shift, words),
        *([] if event.handover is None else _handover(event.handover, words)),
        Rule(style="dashed"),
        *([Text(text=words("register_at", value=register))] if register else []),
        _signatures(words),
        Feed(rows=_SIGNATURE_SPACE),
    ]
    return Document(
        kind="shift_slip",
        title=words("shift_title", collector=shift.collector_code, date=day_of(shift.closed_at)),
        language=words.language.value,
        blocks=tuple(blocks),
    )


def _difference(shift: Shift, words: Words) -> list[Block]:
    if not shift.difference:
        return [Text(text=words("exact"))]
    label = words("cash_over" if shift.difference > 0 else "cash_short")
    blocks: list[Block] = [amount(label, abs(shift.difference), strong=True)]
    if shift.explanation:
        blocks.append(Text(text=words("explanation", value=written(shift.explanation))))
    return blocks


def _denominations(shift: Shift, words: Words) -> list[Block]:
    """Return the notes that were counted, the largest first."""
    counted = sorted(((int(note), pieces) for note, pieces in shift.denominations.items() if pieces), reverse=True)
    if not counted:
        return []
    rows = [_row(format_number(note), format_number(pieces), format_number(note * pieces)) for note, pieces in counted]
    return [Rule(style="dashed"), _row(words("denomination"), words("pieces"), words("amount")), *rows]


def _handover(handover: Handover, words: Words) -> list[Block]:
    """Return what goes along with the cash: receipts, transfers, and what was handed in before."""
    blocks: list[Block] = [
        Rule(style="dashed"),
        Text(text=words("handover"), weight="bold"),
        amount(words("receipts_of_shift"), handover.receipts),
    ]
    if handover.first_receipt is not None and handover.last_receipt is not None:
        range_of = words("receipts_from_to", first=handover.first_receipt, last=handover.last_receipt)
        blocks.append(Text(text=range_of))
    if handover.without_number:
        blocks.append(Text(text=words("receipts_without_number", count=handover.without_number)))
    if handover.transfers:
        blocks.append(amount(words("transfers_of_shift", count=handover.transfers), handover.transferred))
    left_the_box = [one for one in handover.hand_ins if one.count is not None or one.place is HandInPlace.BANK]
    if left_the_box:
        blocks.append(Rule(style="dashed"))
    for one in left_the_box:
        blocks += _hand_in(one, words)
    return blocks


def _hand_in(one: HandIn, words: Words) -> list[Block]:
    at_bank, counted = one.place is HandInPlace.BANK, one.count
    moment = f"{one.stated_at.astimezone(VIETNAM):%H:%M}"
    left = one.amount if at_bank or counted is None else counted.counted_cash
    blocks: list[Block] = [amount(words("handed_in_bank" if at_bank else "handed_in_cashier", time=moment), left)]
    if at_bank:
        told = "handed_in_slip_unproven" if counted is None else "handed_in_slip"
        blocks.append(Text(text=words(told, number=one.slip_number)))
    if counted is not None and counted.difference:
        said, found = format_number(one.amount), format_number(counted.counted_cash)
        reason = written(counted.reason)
        blocks.append(Text(text=words("handed_in_difference", stated=said, counted=found, reason=reason)))
    return blocks


def _row(*texts: str) -> Columns:
    *others, total = texts
    cells = [Cell(text=text, align="right") for text in others]
    return Columns(cells=(*cells, Cell(text=total, align="right", width=11, keep=True)))


def _signatures(words: Words) -> Columns:
    return Columns(
        cells=tuple(Cell(text=label, align="center") for label in words("signatures").split("|")),
    )
