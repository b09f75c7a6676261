"""Services with one thing broken in them, to see that the audit finds out: the catalogue.

``python -m simulation.chaos.sabotage HOW,HOW SERVICE FOLDER`` runs in place of ``python -m services.SERVICE``. The
service's own code knows nothing of this: what is broken is replaced here, before it starts. Each time that something
was done wrongly, a byte is added to a file of the bug's name in FOLDER: a bug that never acted proves nothing.
``./dev chaos --sabotage`` runs the catalogue (``sabotage_run.py``).
"""

import asyncio
import dataclasses
import functools
import importlib
import inspect
import itertools
import runpy
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from shared.clock import now
from shared.contracts.billing import RecordPayment
from shared.idempotency import Idempotency
from shared.ids import new_id
from shared.messaging import RequestHandler
from shared.problems import Unavailable

consuming: Any = importlib.import_module("shared.messaging.consumer")

Note = Callable[[], None]
"""Notes that something was done wrongly."""


class _Acts:
    """Where acts are noted, and of which bug, while that is put in."""

    folder: Path | None = None
    bug = ""


def note_of_bug() -> Note:
    """Return what notes an act of the bug that is being put in."""
    folder, bug = _Acts.folder, _Acts.bug
    if folder is None:
        return lambda: None

    def note() -> None:
        with (folder / bug).open("ab") as acts:
            acts.write(b".")

    return note


def acts_of(folder: Path, bug: str) -> int:
    """Return how often a bug has acted, in all copies of its service."""
    file = folder / bug
    return file.stat().st_size if file.exists() else 0


def no_inbox() -> None:
    """Take an event in as often as it is delivered."""

    async def always_new(_connection: Any, _consumer: str, message_ids: Sequence[UUID]) -> set[UUID]:
        return set(message_ids)

    _replace(consuming, "claim", always_new)


def forgetful_inbox() -> None:
    """Record what was consumed, and never look."""
    claim = consuming.claim

    async def always_new(connection: Any, consumer: str, message_ids: Sequence[UUID]) -> set[UUID]:
        await claim(connection, consumer, message_ids)
        return set(message_ids)

    _replace(consuming, "claim", always_new)


def ack_first() -> None:
    """Acknowledge an event before it has taken effect."""
    commit, acknowledge = consuming.Consumer._commit, consuming.acknowledge

    async def acknowledged_first(self: Any, batch: Any) -> Any:
        for read in batch:
            await acknowledge(read.delivered)
        return await commit(self, batch)

    async def done_already(_: object) -> bool:
        return True

    _replace(consuming.Consumer, "_commit", acknowledged_first)
    _replace(consuming, "acknowledge", done_already)
    _replace(consuming, "put_back", done_already)


def forget_ids() -> None:
    """Record each request for a payment under an id of its own, whatever id its maker gave it."""
    answer = RequestHandler.answer

    async def under_another_id(self: Any, request: Any, work: Any) -> Any:
        if isinstance(request, RecordPayment):
            request = request.model_copy(update={"payment_id": new_id()})
        return await answer(self, request, work)

    _replace(RequestHandler, "answer", under_another_id)


def forget_answers() -> None:
    """Treat a repeated request as a new one."""

    async def nothing(*_: object) -> None:
        return None

    _replace(Idempotency, "_recorded", nothing)


def confirm_unsent() -> None:
    """Mark every third event as sent that is not; those of the import arrive, or nothing would begin."""
    sending: Any = importlib.import_module("shared.messaging.event_sender")
    send = sending.EventSender.send

    async def lossy(self: Any, row: Any) -> Any:
        lose = row["position"] % 3 == 0 and not row["routing_key"].startswith(("customer.changed", "customers.changed"))
        return sending.Outcome.CONFIRMED if lose else await send(self, row)

    _replace(sending.EventSender, "send", lossy)


def keep_what_was_reversed() -> None:
    """Take a payment back without opening the bills that it had cleared."""
    note = note_of_bug()

    async def nothing(_connection: Any, parts: Sequence[Any]) -> None:
        if parts:
            note()

    _replace(_module("services.billing.store.bills"), "reopen", nothing, counted=False)


def vat_not_taken_off() -> None:
    """Correct a bill, and leave the VAT of what is taken off it open."""
    note = note_of_bug()
    bills = _module("services.billing.store.bills")

    async def principal_alone(connection: Any, reductions: Sequence[Any]) -> None:
        if any(each.amounts.vat for each in reductions):
            note()
        await bills._change(connection, [(each.bill_id, 0, -each.amounts.principal) for each in reductions])

    _replace(bills, "reduce", principal_alone, counted=False)


def _details_otherwise(as_it_is: str, broken: str) -> None:
    note = note_of_bug()
    bills = _module("services.billing.store.bills")
    statement, right = bills._INSERT, bills.add
    if as_it_is not in statement:
        raise ValueError(f"not in the statement: {as_it_is}")

    async def otherwise(connection: Any, new: Sequence[Any], actor: Any) -> None:
        if new:
            note()
        await right(connection, new, actor)

    _replace(bills, "_INSERT", statement.replace(as_it_is, broken, 1))
    _replace(bills, "add", otherwise, counted=False)


def details_left_out() -> None:
    """Issue a bill of a correction without what explains it."""
    _details_otherwise(
        "readings, lines, explanation FROM issued)", "readings, lines, explanation FROM issued WHERE false)"
    )


def details_of_another() -> None:
    """Issue a bill of a correction with readings that are not its own."""
    _details_otherwise("readings, lines, explanation FROM issued)", "'[]'::json, lines, explanation FROM issued)")


def take_cash_twice() -> None:
    """Take cash for a bill that is paid already."""

    bills = importlib.import_module("services.billing.store.bills")

    async def accept(connection: Any, request: Any, open_bills: Any) -> list[Any]:
        known = await bills.by_id(connection, request.bill_ids)
        return list(known.values()) or list(open_bills)

    _replace(importlib.import_module("services.billing.handlers.record_payment"), "_refuse_second_payment", accept)


def lose_what_failed() -> None:
    """Acknowledge an event whose handler has failed, in place of trying again or having it delivered again."""
    decide = consuming.decide

    def at_once(error: BaseException, **how: Any) -> Any:
        decision = decide(error, **how)
        return consuming.Postpone(0, decision.reason) if isinstance(decision, consuming.TryAgain) else decision

    _replace(consuming, "decide", at_once)

    async def settled(_self: Any, delivered: Any, *_: object) -> None:
        await consuming.acknowledge(delivered)

    _replace(consuming.Consumer, "_postpone", settled)


def throw_away_poison() -> None:
    """Acknowledge what nobody can read, in place of keeping it."""

    async def settled(_self: Any, delivered: Any, *_: object, **__: object) -> None:
        await consuming.acknowledge(delivered)

    _replace(consuming.Consumer, "_dead_letter", settled)


def text_twice() -> None:
    """Hand each SMS over a second time, under a reference of its own."""
    sender: Any = importlib.import_module("services.notify.delivery.sender").Sender
    call = sender._call

    async def twice(self: Any, provider: Any, sms: Any) -> Any:
        await call(self, provider, dataclasses.replace(sms, client_reference=new_id().hex))
        return await call(self, provider, sms)

    _replace(sender, "_call", twice)


def print_by_machine() -> None:
    """Print again by itself what may be on paper already."""
    rules: Any = importlib.import_module("services.gateway.print_jobs.rules")
    again = {
        trigger: tuple(
            dataclasses.replace(row, target=rules.QUEUED, cause=None, next_attempt=rules.NextAttempt.BY_MACHINE)
            if getattr(row, "target", None) is rules.UNCONFIRMED
            else row
            for row in rows
        )
        for trigger, rows in rules.TRANSITIONS.items()
        if trigger in rules.REPORTS.values()
    }
    _replace(rules, "TRANSITIONS", {**rules.TRANSITIONS, **again})


# --- billing: attribution, order, VAT, times, reversals

ANY_OTHER_SHIFT = """
SELECT shift_id FROM shifts WHERE closed_at IS NULL AND collector_code <> $1 ORDER BY opened_at LIMIT 1
"""


def cash_in_any_shift() -> None:
    """Let cash fall into the open shift of another collector."""
    recording, note = _module("services.billing.handlers.record_payment"), note_of_bug()
    own = recording._shift_for

    async def other(connection: Any, request: Any) -> Any:
        shift_id = await own(connection, request)
        other_id = await connection.fetchval(ANY_OTHER_SHIFT, request.collector_code)
        if shift_id is None or other_id is None:
            return shift_id
        note()
        return other_id

    _replace(recording, "_shift_for", other, counted=False)


def newest_bill_first() -> None:
    """Clear the newest bill first."""
    account, note = _module("services.billing.store.accounts").OpenAccount, note_of_bug()
    in_order = account.bills

    def newest(of: Any) -> Any:
        found = in_order(of)
        if len(found) > 1:
            note()
        return found[::-1]

    _replace(account, "bills", newest, counted=False)


def principal_first() -> None:
    """Clear the principal of a bill before its VAT."""
    recording, note = _module("services.billing.recorded_payment"), note_of_bug()
    rules = _module("services.billing.payments.rules")

    def clear(amount: int, debts: Sequence[Any]) -> Any:
        cleared = []
        for debt in debts:
            principal = min(amount, debt.principal)
            vat = min(amount - principal, debt.vat)
            if principal + vat:
                cleared.append(rules.Cleared(debt.bill_id, vat, principal))
                amount -= principal + vat
                if vat < debt.vat:
                    note()
        return cleared, amount

    _replace(recording, "clear", clear, counted=False)


def all_cash_by_one() -> None:
    """Record who took cash as somebody else, in the row only."""
    _change_recorded("collector_code", lambda collector_code: collector_code and "TN9999")


def received_two_days_ago() -> None:
    """Date payments two days back, in the row and in the event."""
    recording = _module("services.billing.recorded_payment")
    made = recording.Payment

    def dated(**members: Any) -> Any:
        return made(**{**members, "received_at": members["received_at"] - timedelta(days=2)})

    _replace(recording, "Payment", dated)


def received_as_stated() -> None:
    """Let payments count at the time that phone, cashier or collection point states, in the row and in the event."""
    recording, note = _module("services.billing.recorded_payment"), note_of_bug()
    made = recording.Payment

    def stated(**members: Any) -> Any:
        if abs(members["stated_at"] - members["received_at"]) > timedelta(minutes=1):
            note()
        return made(**{**members, "received_at": members["stated_at"]})

    _replace(recording, "Payment", stated, counted=False)


def reference_changed() -> None:
    """Record another reference of the bank or partner than was signed."""
    _change_recorded("reference", lambda reference: reference and reference + "X")


def event_of_less() -> None:
    """Emit a thousand đồng less than was recorded."""
    recording = _module("services.billing.recorded_payment")
    emit = recording._emit_recorded

    async def less(work: Any, request: Any, payment: Any, *others: Any) -> None:
        await emit(work, request, payment.model_copy(update={"amount": max(1, payment.amount - 1000)}), *others)

    _replace(recording, "_emit_recorded", less)


def forget_the_phone() -> None:
    """Emit payments without the phone that prints the receipt."""
    recording, note = _module("services.billing.recorded_payment"), note_of_bug()
    emit = recording._emit_recorded

    async def nowhere(work: Any, request: Any, *others: Any) -> None:
        if request.device_id is not None:
            note()
        await emit(work, request.model_copy(update={"device_id": None}), *others)

    _replace(recording, "_emit_recorded", nowhere, counted=False)


def partner_paid_twice() -> None:
    """Record what a partner sends once as two payments."""
    recording, note = _module("services.billing.handlers.record_partner_payment"), note_of_bug()
    record = recording.record

    async def twice(payment: Any, work: Any, account: Any, chosen: Any, **members: Any) -> Any:
        reply = await record(payment, work, account, chosen, **members)
        again = payment.model_copy(update={"payment_id": new_id(), "reference": f"{payment.reference}-2"})
        await record(again, work, account, [], **members)
        note()
        return reply

    _replace(recording, "record", twice, counted=False)


def partner_not_counted() -> None:
    """Leave what a partner has taken out of what it holds, so that it never comes to its ceiling."""

    async def nothing(*_: object) -> None:
        return None

    _replace(_module("services.billing.store.partners"), "count_payment", nothing)


def partner_cancels_in_vain() -> None:
    """Tell a partner that its payment is cancelled, and keep it."""

    async def nothing(*_: object, **__: object) -> None:
        return None

    _replace(_module("services.billing.handlers.cancel_partner_payment"), "take_back", nothing)


def partner_without_fee() -> None:
    """Register a partner's payments without its fee."""
    _replace(_module("services.billing.handlers.record_partner_payment"), "fee_of", lambda *_: 0)


def reversed_by_nobody() -> None:
    """Record reversals as another person's, in the row only."""
    payments = _module("services.billing.store.payments")
    reverse = payments.reverse

    async def by_another(*given: Any, **members: Any) -> Any:
        return await reverse(*given, **{**members, "reversed_by": "KT00"})

    _replace(payments, "reverse", by_another)


def reversal_from_any_box() -> None:
    """Let the cash of a reversal leave the box of another shift."""
    payments, note = _module("services.billing.store.payments"), note_of_bug()
    reverse = payments.reverse

    async def from_another(connection: Any, *given: Any, **members: Any) -> Any:
        if members["shift_id"] is not None:
            other = await connection.fetchval(OTHER_SHIFT, members["shift_id"])
            if other is not None:
                note()
                members["shift_id"] = other
        return await reverse(connection, *given, **members)

    _replace(payments, "reverse", from_another, counted=False)


def given_back_from_any_box() -> None:
    """Let cash that a collector gives back past its shift leave the open box of another collector."""
    reversals, note = _module("services.billing.store.reversals"), note_of_bug()
    take = reversals.take_into_shift

    async def from_another(connection: Any, shift_id: Any, collector_code: str, moment: Any) -> None:
        other_id = await connection.fetchval(ANY_OTHER_SHIFT, collector_code)
        waits = await connection.fetchval(GIVEN_BACK_WAITS, collector_code)
        if other_id is not None and waits:
            note()
        await take(connection, other_id or shift_id, collector_code, moment)

    _replace(reversals, "take_into_shift", from_another, counted=False)


def hand_in_as_said() -> None:
    """Keep no difference where a cashier has counted something else than was said."""
    counting, note = _module("services.billing.handlers.count_hand_in"), note_of_bug()
    check = counting.check_count

    def as_said(*given: Any, **members: Any) -> int:
        if check(*given, **members):
            note()
        return 0

    _replace(counting, "check_count", as_said, counted=False)


GIVEN_BACK_WAITS = """
SELECT EXISTS (SELECT FROM cash_given_back WHERE collector_code = $1 AND office_id IS NULL AND shift_id IS NULL)
"""

OTHER_SHIFT = "SELECT shift_id FROM shifts WHERE shift_id <> $1 ORDER BY opened_at DESC LIMIT 1"


def ceiling_ignored() -> None:
    """Give each box a ceiling of 300,000 đồng and let it hold more."""
    shifts = _module("services.billing.store.shifts")
    add = shifts.add

    async def low(*given: Any, **members: Any) -> Any:
        return await add(*given, **{**members, "cash_ceiling": 300_000})

    _replace(shifts, "add", low, counted=False)
    note = note_of_bug()

    def unlimited(cash_in_hand: int, amount: int, ceiling: int) -> None:
        if cash_in_hand + amount > ceiling:
            note()

    _replace(_module("services.billing.handlers.record_payment"), "check_ceiling", unlimited, counted=False)


def shift_opened_later() -> None:
    """Date the opening of shifts an hour ahead of the cash that falls into them."""
    shifts = _module("services.billing.store.shifts")
    add = shifts.add

    async def later(connection: Any, request: Any, opened_at: Any, *given: Any, **members: Any) -> Any:
        return await add(connection, request, opened_at + timedelta(hours=1), *given, **members)

    _replace(shifts, "add", later)


def float_counted_twice() -> None:
    """Count the float twice in a closed shift's difference."""
    closing = _module("services.billing.handlers.close_shift")
    difference = closing.cash_difference

    def off(*given: Any) -> int:
        return int(difference(*given)) - 200_000

    _replace(closing, "cash_difference", off)


def other_receipt_number() -> None:
    """Note the number after the one that was signed."""
    payments = _module("services.billing.store.payments")
    note = payments.set_receipt

    def next_one(work: Any, payment_id: Any, receipt_id: Any, number: str, *, otherwise: Any) -> None:
        series, _, digits = number.rpartition(" ")
        note(work, payment_id, receipt_id, f"{series} {int(digits) + 1:08d}", otherwise=otherwise)

    _replace(payments, "set_receipt", next_one)


def stale_accounts() -> None:
    """Count open bills twice in the accounts."""
    accounts = _module("services.billing.store.accounts")
    once = "open_bills = owed.open_bills"
    for name in ("_REFRESH_ONE", "_REFRESH_SEVERAL", "_REFRESH_WITHIN"):
        statement = getattr(accounts, name)
        if once not in statement:
            raise LookupError(once)
        _replace(accounts, name, statement.replace(once, f"{once} * 2"))
    refresh, note = accounts.refresh, note_of_bug()

    async def noted(*given: Any, **named: Any) -> Any:
        states = await refresh(*given, **named)
        if any(state.open_bills for state in states.values()):
            note()
        return states

    _replace(accounts, "refresh", noted, counted=False)


# --- receipt: VAT, figures, clocks, chain, copies


def vat_zero() -> None:
    """Sign every receipt with VAT 0."""
    _change_draft("issue_receipt", "draft_of_payment", lambda _: {"vat": 0})


def no_collector_signed() -> None:
    """Leave the collector out of what the QR code says."""
    _change_draft("issue_receipt", "draft_of_payment", lambda _: {"collector_code": None})


def other_period() -> None:
    """Sign another billing period."""
    _change_draft("issue_receipt", "draft_of_payment", lambda _: {"periods": (2001011,)})


def less_received() -> None:
    """Sign a thousand đồng less than was received."""
    _change_draft("issue_receipt", "draft_of_payment", lambda draft: {"total": draft.total - 1000})


def other_vat_rate() -> None:
    """Sign another VAT rate."""
    _change_draft("issue_receipt", "draft_of_payment", lambda _: {"vat_rates": "5"})


def void_of_less() -> None:
    """Void a thousand đồng less than the receipt was over."""
    _change_draft("void_receipt", "draft_of_void", lambda draft: {"total": draft.total + 1000})


def clock_ahead() -> None:
    """Sign by a clock that is three hours ahead."""
    _move_the_clock(timedelta(hours=3))


def clock_behind() -> None:
    """Sign by a clock that is three hours behind, with a key of the day before."""
    keys = _module("services.receipt.keys.registered").RegisteredKeys
    take = keys.take

    def earlier(self: Any, records: Any, *given: Any, **members: Any) -> None:
        day = timedelta(days=1)
        moved = [record.model_copy(update={"not_before": record.not_before - day}) for record in records]
        take(self, moved, *given, **members)

    _replace(keys, "take", earlier, counted=False)
    _move_the_clock(-timedelta(hours=3))


def next_year() -> None:
    """Sign by a clock that is 400 days ahead."""
    _move_the_clock(timedelta(days=400))


def content_changed() -> None:
    """Store something else than what was hashed into the signature."""
    issuing = _module("services.receipt.receipts.issuer")
    add = issuing.add_receipt

    async def other(connection: Any, receipt: Any, link: bytes) -> None:
        await add(connection, dataclasses.replace(receipt, content=receipt.content + " "), link)

    _replace(issuing, "add_receipt", other)


def unchained() -> None:
    """Sign receipts that follow no other."""
    issuing = _module("services.receipt.receipts.issuer")
    claims = issuing._claims
    _replace(issuing, "_claims", lambda *given: dataclasses.replace(claims(*given), previous=bytes(16)))


def signature_of_nothing() -> None:
    """Sign other bytes than those of the receipt."""
    issuing = _module("services.receipt.receipts.issuer")
    seal = issuing.seal

    def wrong(claims: Any, key_id: bytes, algorithm: Any, sign: Callable[[bytes], bytes]) -> bytes:
        return bytes(seal(claims, key_id, algorithm, lambda message: sign(message + b".")))

    _replace(issuing, "seal", wrong)


def copies_not_counted() -> None:
    """Print copies and count none."""

    async def counted(*_: object) -> bool:
        return True

    _replace(_module("services.receipt.handlers.reprint_receipt"), "add_reprint", counted)


def copies_as_first() -> None:
    """Print every copy as the seventh."""
    reprinting = _module("services.receipt.handlers.reprint_receipt")
    printout = reprinting.copy_printout

    def seventh(receipt: Any, reprint: Any, options: Any) -> Any:
        return printout(receipt, dataclasses.replace(reprint, copy_number=7), options)

    _replace(reprinting, "copy_printout", seventh)


# --- gateway: telling, attribution, prints


def phones_not_told() -> None:
    """Announce no payment to any phone."""

    def silent(*_: object) -> None:
        return None

    _replace(_module("services.gateway.handlers.announce_payment"), "append_last", silent)


def reversals_not_told() -> None:
    """Announce no reversal to any phone."""

    async def silent(*_: object) -> None:
        return None

    _replace(_module("services.gateway.handlers.announce_reversal"), "append", silent)


def other_phones_told() -> None:
    """Announce payments to the phones of another collector."""
    announcing = _module("services.gateway.handlers.announce_payment")
    append = announcing.append_last

    def elsewhere(_collector: str, *others: Any) -> None:
        append("TN9999", *others)

    _replace(announcing, "append_last", elsewhere)


def wrong_debt_told() -> None:
    """Tell phones that a thousand đồng more are owed."""
    announcing = _module("services.gateway.handlers.announce_payment")
    of_account = announcing.of_account

    def more(what: str, account: Any, *given: Any, **members: Any) -> Any:
        return of_account(what, account.model_copy(update={"debt": account.debt + 1000}), *given, **members)

    _replace(announcing, "of_account", more)


def cash_of_another() -> None:
    """Record cash as the first other collector's whose shift is open, in event and row."""
    recording, note = _module("services.billing.handlers.record_payment"), note_of_bug()
    recorded = _module("services.billing.recorded_payment")
    record = recorded.Payment
    shift_for = recording._shift_for
    taken: dict[Any, str] = {}

    async def others(connection: Any, request: Any) -> Any:
        own = await shift_for(connection, request)
        row = await connection.fetchrow(OTHERS_SHIFT, request.collector_code)
        if own is None or row is None:
            return own
        note()
        taken[row["shift_id"]] = row["collector_code"]
        return row["shift_id"]

    def payment(**members: Any) -> Any:
        code = taken.get(members["shift_id"])
        return record(**(members if code is None else {**members, "collector_code": code}))

    _replace(recording, "_shift_for", others, counted=False)
    _replace(recorded, "Payment", payment, counted=False)


OTHERS_SHIFT = """
SELECT shift_id, collector_code FROM shifts WHERE closed_at IS NULL AND collector_code <> $1 ORDER BY opened_at LIMIT 1
"""


def attempts_not_kept() -> None:
    """Keep no record of how earlier attempts to print ended."""

    async def nothing(*_: object) -> None:
        return None

    _replace(_module("services.gateway.print_jobs.store"), "save_attempt", nothing)


def queued_twice() -> None:
    """Queue each receipt a second time under another id."""
    queueing, note = _module("services.gateway.handlers.queue_print_job"), note_of_bug()
    queue, queue_at_once = queueing.queue, queueing.queue_at_once

    async def twice(work: Any, ready: Any, moment: Any, **how: Any) -> None:
        if ready.kind == "receipt":
            _ = work.connection  # a second statement needs a transaction
            note()
            await queue(work, ready.model_copy(update={"document_id": new_id()}), moment, offered=False)
        await queue_at_once(work, ready, moment, **how)

    _replace(queueing, "queue_at_once", twice, counted=False)


FIRST_PHONE = "SELECT device_id FROM devices WHERE role = 'collector' ORDER BY device_id LIMIT 1"


def printed_on_one_phone() -> None:
    """Print all receipts on the first phone."""
    queueing, note = _module("services.gateway.handlers.queue_print_job"), note_of_bug()
    queue_at_once = queueing.queue_at_once

    async def first(work: Any, ready: Any, moment: Any, *, offered: bool, then: Any) -> None:
        if ready.kind == "receipt":
            device_id = await work.connection.fetchval(FIRST_PHONE)
            if device_id != ready.device_id:
                note()
            ready, offered = ready.model_copy(update={"device_id": device_id}), False
        await queue_at_once(work, ready, moment, offered=offered, then=then)

    _replace(queueing, "queue_at_once", first, counted=False)


# --- customer, notify: visits, reminders

OTHER_COLLECTOR = "SELECT collector_code FROM collectors WHERE collector_code <> $1 ORDER BY collector_code LIMIT 1"


def visits_of_another() -> None:
    """Record visits as another collector's."""
    recording = _module("services.customer.handlers.record_visit")
    save = recording.save_visit

    async def other(connection: Any, visit: Any, *given: Any, **members: Any) -> Any:
        code = await connection.fetchval(OTHER_COLLECTOR, visit.collector_code)
        return await save(connection, visit.model_copy(update={"collector_code": code}), *given, **members)

    _replace(recording, "save_visit", other)


def no_reminder() -> None:
    """Schedule no reminder for an absent customer."""

    async def nothing(*_: object) -> bool:
        return False

    _replace(_module("services.notify.handlers.schedule_reminder"), "add_reminder", nothing)


def orders_stay_open() -> None:
    """Leave an order to cut open, whatever the customer pays."""
    following, note = _module("services.notify.dunning.orders"), note_of_bug()
    cause_of = following.withdrawal_cause

    def nothing(*given: Any) -> str | None:
        if cause_of(*given) is not None:
            note()
        return None

    _replace(following, "withdrawal_cause", nothing, counted=False)


def supply_stays_off() -> None:
    """Order no supply back for whoever has paid."""
    following, note = _module("services.notify.dunning.orders"), note_of_bug()
    cause_of = following.reconnection_cause

    def nothing(*given: Any) -> str | None:
        if cause_of(*given) is not None:
            note()
        return None

    _replace(following, "reconnection_cause", nothing, counted=False)


HAS_ORDER = "SELECT EXISTS (SELECT FROM cut_orders WHERE customer_code = $1 AND kind = 'cut' AND state = 'open')"


def debt_of_before() -> None:
    """Keep what is owed as it was before a payment, of those who are to be cut off."""
    cancelling, note = _module("services.notify.handlers.cancel_reminders"), note_of_bug()
    keep = cancelling.keep_account_and_contact

    async def as_before(connection: Any, account: Any, customer: Any) -> Any:
        if await connection.fetchval(HAS_ORDER, account.customer_code):
            note()
            account = account.model_copy(update={"version": 0})
        return await keep(connection, account, customer)

    _replace(cancelling, "keep_account_and_contact", as_before, counted=False)


def cut_without_report() -> None:
    """Carry orders out, and keep no report of what the meter showed."""

    async def nothing(*_: object) -> None:
        return None

    _replace(_module("services.notify.handlers.report_cut_order"), "add_report", nothing)


# --- what newer rules are about: actors, totals on paper, counted prints, events from memory


def notice_by_another() -> None:
    """Issue notices in the name of another phone than the one that recorded the visit."""
    notices = _module("services.billing.store.notices")
    add = notices.add

    async def by_another(*given: Any, **members: Any) -> Any:
        actor = members["actor"]
        return await add(*given, **{**members, "actor": actor and actor.model_copy(update={"id": str(new_id())})})

    _replace(notices, "add", by_another)


def slip_of_less() -> None:
    """Close shifts with a thousand đồng less on the slip than moved in them."""
    closing = _module("services.billing.handlers.close_shift")
    closed = closing.ShiftClosed

    def less(**members: Any) -> Any:
        shift = members["shift"]
        totals = shift.totals.model_copy(update={"cash": shift.totals.cash - 1000})
        return closed(**{**members, "shift": shift.model_copy(update={"totals": totals})})

    _replace(closing, "ShiftClosed", less)


def prints_not_counted() -> None:
    """Count no print of a receipt."""

    def nothing(*_: object) -> None:
        return None

    _replace(_module("services.receipt.handlers.note_print"), "add_print", nothing)


def ends_of_another() -> None:
    """Record that another collector's phone has reported how print jobs ended."""
    reports = _module("services.gateway.print_jobs.reports")
    reported = reports.PrintJobEvent

    def by_another(*given: Any, **members: Any) -> Any:
        return reported(*given, **{**members, "actor": "collector:TN9999"})

    _replace(reports, "PrintJobEvent", by_another)


def sent_before_commit() -> None:
    """Send events before their transaction ends, and undo every third that records a visit."""
    units, note = _module("shared.messaging.units_of_work"), note_of_bug()
    flush, dispatcher_of = units.flush, units.UnitsOfWork._dispatcher_of
    dispatchers: list[Any] = []
    visits = itertools.count(1)

    def known(self: Any, works: Any) -> Any:
        found = dispatcher_of(self, works)
        dispatchers[:] = [found]
        return found

    async def early(works: Any, **members: Any) -> Any:
        written = await flush(works, **{**members, "last": False})
        if dispatchers[0] is None or not any(row["routing_key"].startswith("visit.recorded") for row in written):
            return written
        if next(visits) % 3 == 0:
            note()
            dispatchers[0].put(written)
            await asyncio.sleep(0.1)
            raise Unavailable
        return written

    _replace(units.UnitsOfWork, "_dispatcher_of", known, counted=False)
    _replace(units, "flush", early, counted=False)


def marked_before_confirm() -> None:
    """Mark events as sent before the broker has confirmed them; every third payment's is lost in between."""
    dispatcher, note = _module("shared.messaging.dispatcher").Dispatcher, note_of_bug()
    payments = itertools.count(1)

    async def marked(self: Any, row: Any) -> None:
        self._confirmed(row["position"], row["message_id"], row["created_at"])
        if row["routing_key"].startswith("payment.recorded") and next(payments) % 3 == 0:
            note()
            return
        await self._sender.send(row)

    _replace(dispatcher, "_send", marked, counted=False)


def acknowledged_unnoted() -> None:
    """Acknowledge what a consumer has nothing to do for, and make no entry of every third."""
    kept, note = _module("shared.messaging.nothing_to_do").NothingToDo, note_of_bug()
    put, events = kept.put, itertools.count(1)

    def lossy(self: Any, idle: Any) -> None:
        if next(events) % 3:
            put(self, idle)
            return
        note()
        asyncio.get_running_loop().create_task(consuming.acknowledge(idle.delivered))

    _replace(kept, "put", lossy, counted=False)


def sweeper_off() -> None:
    """Leave the ends of print jobs to the relay where the broker has not confirmed them, and have it never look."""
    relay, note = _module("shared.messaging.relay"), note_of_bug()
    dispatcher = _module("shared.messaging.dispatcher").Dispatcher
    send, ends = dispatcher._send, itertools.count(1)
    if "ORDER BY position" not in relay._DUE:
        raise LookupError("ORDER BY position")
    due = relay._DUE.replace("ORDER BY position", "AND routing_key NOT LIKE 'print_job.%' ORDER BY position")
    _replace(relay, "_DUE", due)

    async def unconfirmed(self: Any, row: Any) -> None:
        if row["routing_key"].startswith("print_job.") and next(ends) % 3 == 0:
            note()
            return
        await send(self, row)

    _replace(dispatcher, "_send", unconfirmed, counted=False)


# --- what makes a collection cheaper: one statement at once, connections handed out, lanes, joined statements


def effects_left_out() -> None:
    """Note that an event is consumed that needs one statement, and leave the statement out."""
    units, note = _module("shared.messaging.units_of_work"), note_of_bug()
    claim_with = units.claim_with

    async def noted_alone(connection: Any, consumer: str, message_id: UUID, write: Any) -> Any:
        if write is not None:
            note()
        return await claim_with(connection, consumer, message_id, None)

    _replace(units, "claim_with", noted_alone, counted=False)


def emitted_unclaimed() -> None:
    """Emit what an event that needs one statement leads to, and make no entry in the inbox."""
    units = _module("shared.messaging.units_of_work")
    insert_rows = _module("shared.messaging.outbox").insert_rows

    async def without_entry(connection: Any, rows: Any, *_: Any, head_start: Any) -> Any:
        return await insert_rows(connection, rows, notify=False, head_start=head_start)

    _replace(units, "insert_claimed", without_entry)


def handed_back_uncommitted() -> None:
    """Hand every third connection back before the commit of a payment's receipt: the pool undoes what was done."""
    transactions, note = _module("shared.db.transaction"), note_of_bug()
    contexts = _module("shared.messaging.context")
    commit, receipts = transactions._commit, itertools.count(1)

    async def left_open(begun: Any) -> None:
        context = contexts.current()
        if not (context and (context.kind or "").startswith("payment.recorded")) or next(receipts) % 3:
            await commit(begun)
            return
        note()

    async def alone(connection: Any, statement: str, *arguments: Any) -> Any:
        return await connection.fetch(statement, *arguments)

    _replace(transactions, "_commit", left_open, counted=False)
    # So that each transaction ends with a commit of its own.
    _replace(_module("shared.messaging.outbox"), "fetch_and_commit", alone, counted=False)


def committed_by_nothing() -> None:
    """Leave out the commit that goes with the last statement, of every third visit's notice."""
    joining, note = _module("shared.db.on_the_way")._Joining, note_of_bug()
    contexts = _module("shared.messaging.context")
    write, visits = joining.write, itertools.count(1)

    def without(self: Any, data: Any) -> None:
        context = contexts.current()
        is_notice = bool(context and (context.kind or "").startswith("visit.recorded"))
        if self.commit_waits and is_notice and next(visits) % 3 == 0:
            note()
            self.commit_waits = False
        write(self, data)

    _replace(joining, "write", without, counted=False)


def _gather_lanes() -> None:
    """Have more of a lane wait for each other than the little load of these runs brings about."""
    commit = consuming.Consumer._commit

    async def slowly(self: Any, batch: Any) -> Any:
        if batch[0].handler.lane is not None:
            await asyncio.sleep(1)
        return await commit(self, batch)

    _replace(consuming.Consumer, "_commit", slowly, counted=False)


def first_of_a_lane_alone() -> None:
    """Handle the first of the events of one transaction, and acknowledge all."""
    note, commit = note_of_bug(), consuming.Consumer._commit

    async def first(self: Any, batch: Any) -> Any:
        if len(batch) > 1:
            note()
        return await commit(self, batch[:1])

    _replace(consuming.Consumer, "_commit", first, counted=False)
    _gather_lanes()


def chained_to_one() -> None:
    """Chain all receipts of one transaction to the one before the first of them."""
    note, commit = note_of_bug(), consuming.Consumer._commit
    issuing = _module("services.receipt.receipts.issuer")
    claims, before = issuing._claims, dict[str, bytes]()

    async def begun_anew(self: Any, batch: Any) -> Any:
        if batch[0].handler.lane is not None:
            before.clear()
        return await commit(self, batch)

    def to_the_first(draft: Any, series: Any, numbered: Any, previous: bytes, content: str) -> Any:
        first = before.setdefault(series.name, previous)
        if first != previous:
            note()
        return claims(draft, series, numbered, first, content)

    _replace(consuming.Consumer, "_commit", begun_anew, counted=False)
    _replace(issuing, "_claims", to_the_first, counted=False)
    _gather_lanes()


def events_left_out() -> None:
    """Record the answer of every third payment, and leave out the event that goes with it."""
    working, note = _module("shared.messaging.unit_of_work"), note_of_bug()
    insert_answered, payments = working.insert_answered, itertools.count(1)

    async def answer_alone(connection: Any, row: Any, answer: Any, *, head_start: Any) -> Any:
        if not row.routing_key.startswith("payment.recorded") or next(payments) % 3:
            return await insert_answered(connection, row, answer, head_start=head_start)
        note()
        await working.keep_answer(connection, answer)
        return []

    _replace(working, "insert_answered", answer_alone, counted=False)


def standings_left_out() -> None:
    """Save visits without where they lead."""
    visits = _module("services.customer.store.visits")
    joined = "FROM kept WHERE standings.customer_code = kept.customer_code"
    if joined not in visits._SAVE:
        raise LookupError(joined)
    _replace(visits, "_SAVE", visits._SAVE.replace(joined, f"{joined} AND false"))
    recording, note = _module("services.customer.handlers.record_visit"), note_of_bug()
    save = recording.save_visit

    async def noted(*given: Any, **members: Any) -> Any:
        note()
        return await save(*given, **members)

    _replace(recording, "save_visit", noted, counted=False)


def _module(name: str) -> Any:
    return importlib.import_module(name)


def _change_recorded(member: str, change: Callable[[Any], Any]) -> None:
    """Store a changed payment; what is emitted and signed is right."""
    payments, note = _module("services.billing.store.payments"), note_of_bug()
    add = payments.add

    async def changed(connection: Any, payment: Any, **members: Any) -> Any:
        was = getattr(payment, member)
        if change(was) != was:
            note()
        return await add(connection, payment.model_copy(update={member: change(was)}), **members)

    _replace(payments, "add", changed, counted=False)


def _change_draft(handler: str, made_by: str, change: Callable[[Any], dict[str, Any]]) -> None:
    handling, note = _module(f"services.receipt.handlers.{handler}"), note_of_bug()
    make = getattr(handling, made_by)

    def changed(*given: Any, **members: Any) -> Any:
        draft = make(*given, **members)
        other = dataclasses.replace(draft, **change(draft))
        if other != draft:
            note()
        return other

    _replace(handling, made_by, changed, counted=False)


def _move_the_clock(by: timedelta) -> None:
    """Sign at another time, with the guard that would have stopped it switched off."""
    _replace(_module("services.receipt.witness.guard").IssueGuard, "_wrong_time", lambda *_: None, counted=False)
    issuer = _module("services.receipt.receipts.issuer").Issuer
    issue = issuer.issue

    async def at_another_time(self: Any, *given: Any) -> Any:
        return await issue(dataclasses.replace(self, clock=lambda: now() + by), *given)

    _replace(issuer, "issue", at_another_time)


def _replace(owner: Any, name: str, replacement: object, *, counted: bool = True) -> None:
    """Replace something. Each call of it is an act, unless a bug counts by itself what differs from what is right."""
    replaced = getattr(owner, name)  # a name that is gone would make a sabotage that breaks nothing
    if inspect.isfunction(replaced) and inspect.iscoroutinefunction(replaced) != inspect.iscoroutinefunction(
        replacement
    ):
        raise TypeError(f"{name} is awaited or not, and what replaces it is otherwise: nobody would run it")
    setattr(owner, name, _noted(replacement) if counted and callable(replacement) else replacement)


def _noted(function: Callable[..., Any]) -> Callable[..., Any]:
    note = note_of_bug()
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def awaited(*given: Any, **members: Any) -> Any:
            note()
            return await function(*given, **members)

        return awaited

    @functools.wraps(function)
    def called(*given: Any, **members: Any) -> Any:
        note()
        return function(*given, **members)

    return called


@dataclasses.dataclass(frozen=True, slots=True)
class Sabotage:
    """A bug, in which service, and what is to find it: a rule's beginning, and a part of the detail."""

    way: Callable[[], None]
    service: str
    rule: str
    detail: str = ""

    @property
    def name(self) -> str:
        """How it is called."""
        return self.way.__name__


_SIGNED = "a payment stands as it was signed"
_FIGURES = "the figures of a receipt are those of its payment"
_TIMES = "the times of a payment are in order"
_DETAILS = "a bill has the details that it was issued with"
_ANNOUNCED = "each payment is announced to the phones"

GROUPS: Sequence[Sequence[Sabotage]] = (
    (
        Sabotage(cash_in_any_shift, "billing", "cash is in the own shift of its collector"),
        Sabotage(reversed_by_nobody, "billing", "a reversal stands as it was signed", "reversed_by"),
        Sabotage(vat_zero, "receipt", _FIGURES, "vat: 0"),
        Sabotage(copies_not_counted, "receipt", "each printed copy is counted", "never counted"),
        Sabotage(phones_not_told, "gateway", _ANNOUNCED, "payment.recorded: sent to nobody"),
        Sabotage(visits_of_another, "customer", "a visit is of the collector whose phone recorded it"),
        Sabotage(no_reminder, "notify", "an away visit has one reminder"),
    ),
    (
        Sabotage(newest_bill_first, "billing", "the oldest bill is cleared first"),
        Sabotage(other_receipt_number, "billing", "billing names the number that was signed"),
        Sabotage(float_counted_twice, "billing", "a closed shift's difference"),
        Sabotage(clock_ahead, "receipt", _TIMES, "printed from"),
        Sabotage(copies_as_first, "receipt", "each printed copy is counted", "queued as 7"),
        Sabotage(wrong_debt_told, "gateway", _ANNOUNCED, "payment.recorded: sent ("),
        Sabotage(attempts_not_kept, "gateway", "each attempt of a print job is counted"),
        Sabotage(text_twice, "notify", "an SMS has a reminder"),
    ),
    (
        Sabotage(principal_first, "billing", "VAT of a bill is cleared before its principal"),
        Sabotage(all_cash_by_one, "billing", _SIGNED, "collector_code"),
        Sabotage(ceiling_ignored, "billing", "a cash box holds no more than its ceiling"),
        Sabotage(clock_behind, "receipt", _TIMES, "before it was recorded"),
        Sabotage(void_of_less, "receipt", "void", "another receipt or amount"),
        Sabotage(reversals_not_told, "gateway", _ANNOUNCED, "payment.reversed: sent to nobody"),
        Sabotage(printed_on_one_phone, "gateway", "a receipt is printed by the phone of its payment"),
    ),
    (
        Sabotage(cash_of_another, "billing", "cash is of the collector whose phone took it"),
        Sabotage(reference_changed, "billing", _SIGNED, "reference"),
        Sabotage(event_of_less, "billing", _SIGNED, "amount"),
        Sabotage(reversal_from_any_box, "billing", "cash moves while its shift is open", "paid back from"),
        Sabotage(no_collector_signed, "receipt", _FIGURES, "collector_code"),
        Sabotage(other_period, "receipt", _FIGURES, "periods"),
        Sabotage(unchained, "receipt", "chain"),
        Sabotage(other_phones_told, "gateway", _ANNOUNCED, "TN9999"),
        Sabotage(queued_twice, "gateway", "a receipt is queued for printing once"),
        Sabotage(orders_stay_open, "notify", "nobody "),
    ),
    (
        Sabotage(received_two_days_ago, "billing", _TIMES, "received"),
        Sabotage(shift_opened_later, "billing", "cash moves while its shift is open", "shift opened"),
        Sabotage(forget_the_phone, "billing", "a payment on a phone has its receipt queued there"),
        Sabotage(keep_what_was_reversed, "billing", "what is open of a bill is its total less"),
        Sabotage(next_year, "receipt", _TIMES, "written"),
        Sabotage(less_received, "receipt", "a receipt is over its payment's amount"),
        Sabotage(other_vat_rate, "receipt", _FIGURES, "vat_rates"),
        Sabotage(supply_stays_off, "notify", "supply of whoever owes nothing any more is ordered back"),
    ),
    (
        Sabotage(stale_accounts, "billing", "an account is the sum of its bills and payments"),
        Sabotage(content_changed, "receipt", "content"),
        Sabotage(signature_of_nothing, "receipt", "signature"),
        Sabotage(debt_of_before, "notify", "whoever is to be cut off, or is, owes by the account that billing has"),
    ),
    (
        Sabotage(notice_by_another, "billing", "a notice names who recorded its visit"),
        Sabotage(slip_of_less, "billing", "a shift was emitted with the cash that moved in it"),
        Sabotage(prints_not_counted, "receipt", "each print of a receipt is counted"),
        Sabotage(ends_of_another, "gateway", "a print job is reported by the device that it was queued on", "TN9999"),
        Sabotage(sent_before_commit, "customer", "what is consumed was emitted"),
        Sabotage(cut_without_report, "notify", "an order that was carried out was reported from the place"),
    ),
    (
        Sabotage(vat_not_taken_off, "billing", "what is open of a bill is its total less"),
        Sabotage(given_back_from_any_box, "billing", "an item of a settlement is of whoever gave the cash back"),
        Sabotage(received_as_stated, "billing", _TIMES, "received"),
        Sabotage(details_left_out, "billing", _DETAILS, "it has none"),
    ),
    (
        Sabotage(details_of_another, "billing", _DETAILS, "has those of"),
        Sabotage(hand_in_as_said, "billing", "a hand-in is counted by another device than it was stated on"),
    ),
    (
        Sabotage(partner_paid_twice, "billing", "a partner's payment is in its register as it was recorded"),
        Sabotage(partner_not_counted, "billing", "what a partner holds of a day is its register"),
        Sabotage(partner_cancels_in_vain, "billing", "what a partner cancelled is taken back", "reversed  by"),
        Sabotage(partner_without_fee, "billing", "a partner's fee is by its terms"),
    ),
    (
        Sabotage(marked_before_confirm, "billing", "what was sent is consumed", "--consumer receipt"),
        Sabotage(sweeper_off, "gateway", "the outbox is empty"),
        Sabotage(acknowledged_unnoted, "notify", "what was sent is consumed", "--consumer notify"),
    ),
    (
        Sabotage(effects_left_out, "receipt", "each print of a receipt is counted"),
        Sabotage(emitted_unclaimed, "receipt", "what was sent is consumed", "--consumer receipt"),
        Sabotage(standings_left_out, "customer", "a step and its misses follow"),
    ),
    (Sabotage(handed_back_uncommitted, "receipt", "what is consumed was emitted"),),
    (Sabotage(committed_by_nothing, "billing", "what is consumed was emitted"),),
    (Sabotage(first_of_a_lane_alone, "receipt", "a payment has a receipt"),),
    (Sabotage(chained_to_one, "receipt", "chain"),),
    (Sabotage(events_left_out, "billing", "a payment has a receipt"),),
)
"""Sabotages that can run side by side, because none hides another."""


WAYS: dict[str, Callable[[], None]] = {
    sabotage.__name__: sabotage
    for sabotage in (
        no_inbox,
        forgetful_inbox,
        ack_first,
        forget_ids,
        forget_answers,
        confirm_unsent,
        keep_what_was_reversed,
        take_cash_twice,
        lose_what_failed,
        throw_away_poison,
        text_twice,
        print_by_machine,
        *(sabotage.way for group in GROUPS for sabotage in group),
    )
}


def command(how: str, service: str, folder: Path | None = None) -> list[str]:
    """Return the command line of a service that is broken in this way, or in several: ``one,another``.

    Their acts are noted in ``folder``.
    """
    place = [] if folder is None else [str(folder)]
    return [sys.executable, "-m", "simulation.chaos.sabotage", how, service, *place]


if __name__ == "__main__":
    _, how, service, *place = sys.argv
    _Acts.folder = Path(place[0]) if place else None
    for way in how.split(","):
        _Acts.bug = way
        WAYS[way]()
    sys.argv = [f"services.{service}"]
    runpy.run_module(f"services.{service}", run_name="__main__")
