"""Bugs of invoices and of what the tax authority is told, each with the rule of the audit that finds it.

They act within one process, as those of bills do (:mod:`.sabotage_of_bills`); all of them are tried in
``tests/integration/invoice/test_sabotage.py``.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from simulation.chaos.sabotage_in_process import Put, SabotageInProcess, module, otherwise

# --- numbers, documents, signatures


def number_skipped(put: Put) -> None:
    """Take a number more than there are invoices."""
    numbers = module("services.invoice.store.numbers")
    right = numbers.move_on

    async def one_more(connection: Any, symbol: str, last_number: int, *given: Any) -> None:
        await right(connection, symbol, last_number + 1, *given)

    put(numbers, "move_on", one_more)


def number_used_twice(put: Put) -> None:
    """Write the number of the invoice before into each document."""
    batch = module("services.invoice.batch")
    right = batch.values_of
    put(
        batch, "values_of", lambda invoice, options: right(replace(invoice, number=max(invoice.number - 1, 1)), options)
    )


def other_content_signed(put: Put) -> None:
    """Sign a thousand đồng more than what is stored says."""
    worker = module("services.invoice.worker")
    right = worker.to_sign
    put(worker, "to_sign", lambda data, moment: right(data.replace(b"</TgTTTBSo>", b"000</TgTTTBSo>"), moment))


def signature_forgotten(put: Put) -> None:
    """Store an invoice, and queue it for no signature."""
    invoices = module("services.invoice.store.invoices")
    put(
        invoices,
        "_ADD",
        otherwise(invoices._ADD, "symbol, number FROM added", "symbol, number FROM added WHERE false"),
    )


def vat_left_out(put: Put) -> None:
    """Invoice a bill without its VAT."""
    batch = module("services.invoice.batch")
    right = batch.draft_of_bill

    def without_vat(bill: Any, *given: Any, **named: Any) -> Any:
        return right(bill.model_copy(update={"vat": 0, "total": bill.pre_vat}), *given, **named)

    put(batch, "draft_of_bill", without_vat)


# --- corrections


def correction_not_linked(put: Put) -> None:
    """Invoice a correcting bill as if it corrected nothing."""
    batch = module("services.invoice.batch")
    right = batch._related

    def nothing(bill_id: Any, relation: Any, reason: str, known: Any) -> Any:
        found = right(bill_id, relation, reason, known)
        return (None, None) if relation.name == "REPLACES" else found

    put(batch, "_related", nothing)


def correction_of_another(put: Put) -> None:
    """Let a correcting bill's invoice refer to whatever was corrected first."""
    batch = module("services.invoice.batch")
    right = batch._related
    seen: list[Any] = []

    def first_of_all(*given: Any) -> Any:
        seen.append(right(*given))
        return seen[0]

    put(batch, "_related", first_of_all)


def taken_off_too_much(put: Put) -> None:
    """Adjust an invoice by a thousand đồng more than its bill."""
    batch = module("services.invoice.batch")
    right = batch.draft_of_reduction

    def more(*given: Any, principal: int, **named: Any) -> Any:
        return right(*given, principal=principal + 1_000, **named)

    put(batch, "draft_of_reduction", more)


# --- what the authority is told


def summary_counts_twice(put: Put) -> None:
    """Write the first row of a summary into it a second time."""
    told = module("services.invoice.told")
    right = told.rows_of

    def doubled(invoice: Any, place: int, *given: Any) -> Any:
        rows = right(invoice, place, *given)
        return rows * 2 if place == 1 else rows

    put(told, "rows_of", doubled)


def summary_forgets_a_row(put: Put) -> None:
    """Note an invoice as told that stands in no row."""
    told = module("services.invoice.told")
    right = told._summary
    put(told, "_summary", lambda found, *given: replace(right(found[:-1] or found, *given), invoices=len(found)))


def corrections_told_upwards(put: Put) -> None:
    """Tell of what was taken off as if it were owed."""
    told = module("services.invoice.told")
    right = told.rows_of

    def upwards(*given: Any) -> Any:
        names = ("TTCThue", "TgTThue", "TgTTToan")
        return [row | {name: abs(row[name]) for name in names} for row in right(*given)]

    put(told, "rows_of", upwards)


def summary_of_other_days(put: Put) -> None:
    """Tell of the invoices of all days."""
    summaries = module("services.invoice.store.summaries")
    days = "invoices.made_on BETWEEN $2 AND $3"
    put(
        summaries,
        "_TO_TELL",
        otherwise(summaries._TO_TELL, days, "($2::date IS NOT NULL AND $3::date IS NOT NULL)"),
    )


def summary_sent_twice(put: Put) -> None:
    """Have a summary sent that is on its way."""

    async def nothing(*_: Any) -> None:
        return None

    put(module("services.invoice.store.authority_messages"), "standing_message", nothing)


def answer_made_up(put: Put) -> None:
    """Call a message accepted that nobody has answered."""
    messages = module("services.invoice.store.authority_messages")
    right = messages.may_have_arrived

    async def accepted(connection: Any, message_id: Any, *given: Any) -> None:
        await right(connection, message_id, *given)
        await connection.execute(messages._SETTLE, message_id, "accepted", "")

    put(messages, "may_have_arrived", accepted)


def other_summary_signed(put: Put) -> None:
    """Sign another summary than the one that is stored."""
    sender = module("services.invoice.authority_sender")
    right = sender.to_sign
    put(sender, "to_sign", lambda data, moment: right(data + b" ", moment))


INVOICE_GROUPS: dict[str, Sequence[SabotageInProcess]] = {
    "invoices": (
        SabotageInProcess(number_skipped, "numbers have no gaps"),
        SabotageInProcess(number_used_twice, "an invoice says what its row says"),
        SabotageInProcess(other_content_signed, "the signature of an invoice is good"),
        SabotageInProcess(signature_forgotten, "an invoice is signed, or waits for its signature"),
        SabotageInProcess(vat_left_out, "an invoice comes to its bill"),
    ),
    "corrections": (
        SabotageInProcess(correction_not_linked, "an invoice corrects that of the bill"),
        SabotageInProcess(correction_of_another, "an invoice corrects that of the bill"),
        SabotageInProcess(taken_off_too_much, "an invoice is adjusted by what its bill is"),
    ),
    "authority": (
        SabotageInProcess(summary_counts_twice, "a summary comes to its invoices"),
        SabotageInProcess(summary_forgets_a_row, "a summary comes to its invoices"),
        SabotageInProcess(corrections_told_upwards, "a summary comes to its invoices"),
        SabotageInProcess(summary_of_other_days, "an invoice stands in a summary of its seller and day"),
        SabotageInProcess(summary_sent_twice, "a summary is told once"),
        SabotageInProcess(answer_made_up, "what became of a message has been answered"),
        SabotageInProcess(other_summary_signed, "the signature of a message to the authority is good"),
    ),
}
"""By what has to happen for them to act."""
