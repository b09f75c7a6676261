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

    async def acknowledged_first(self: Any, batch: Any) -> None:
        for read in batch:
            await acknowledge(read.delivered)
        await commit(self, batch)

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
    recording, note = _module("services.billing.handlers.record_payment"), note_of_bug()
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
    recording = _module("services.billing.handlers.record_payment")
    made = recording.Payment

    def dated(**members: Any) -> Any:
        return made(**{**members, "received_at": members["received_at"] - timedelta(days=2)})

    _replace(recording, "Payment", dated)


def reference_changed() -> None:
    """Record another reference of the bank or partner than was signed."""
    _change_recorded("reference", lambda reference: reference and reference + "X")


def event_of_less() -> None:
    """Emit a thousand đồng less than was recorded."""
    recording = _module("services.billing.handlers.record_payment")
    emit = recording._emit_recorded

    async def less(work: Any, request: Any, payment: Any, *others: Any) -> None:
        await emit(work, request, payment.model_copy(update={"amount": max(1, payment.amount - 1000)}), *others)

    _replace(recording, "_emit_recorded", less)


def forget_the_phone() -> None:
    """Emit payments without the phone that prints the receipt."""
    recording, note = _module("services.billing.handlers.record_payment"), note_of_bug()
    emit = recording._emit_recorded

    async def nowhere(work: Any, request: Any, *others: Any) -> None:
        if request.device_id is not None:
            note()
        await emit(work, request.model_copy(update={"device_id": None}), *others)

    _replace(recording, "_emit_recorded", nowhere, counted=False)


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
    folder = _module("services.receipt.signatures.key_folder").KeyFolder
    ensure = folder.ensure_key
    _replace(folder, "ensure_key", lambda self, moment: ensure(self, moment - timedelta(days=1)), counted=False)
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

    async def silent(*_: object) -> None:
        return None

    _replace(_module("services.gateway.handlers.announce_payment"), "append", silent)


def reversals_not_told() -> None:
    """Announce no reversal to any phone."""

    async def silent(*_: object) -> None:
        return None

    _replace(_module("services.gateway.handlers.announce_reversal"), "append", silent)


def other_phones_told() -> None:
    """Announce payments to the phones of another collector."""
    announcing = _module("services.gateway.handlers.announce_payment")
    append = announcing.append

    async def elsewhere(_collector: str, *others: Any) -> None:
        await append("TN9999", *others)

    _replace(announcing, "append", elsewhere)


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
    record = recording.Payment
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
    _replace(recording, "Payment", payment, counted=False)


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

    async def other(connection: Any, visit: Any, **members: Any) -> Any:
        code = await connection.fetchval(OTHER_COLLECTOR, visit.collector_code)
        return await save(connection, visit.model_copy(update={"collector_code": code}), **members)

    _replace(recording, "save_visit", other)


def no_reminder() -> None:
    """Schedule no reminder for an absent customer."""

    async def nothing(*_: object) -> bool:
        return False

    _replace(_module("services.notify.handlers.schedule_reminder"), "add_reminder", nothing)


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
        written = await flush(works, **members)
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
        self._confirmed(row["position"], row["message_id"])
        if row["routing_key"].startswith("payment.recorded") and next(payments) % 3 == 0:
            note()
            return
        await self._sender.send(row)

    _replace(dispatcher, "_send", marked, counted=False)


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
    ),
    (
        Sabotage(received_two_days_ago, "billing", _TIMES, "received"),
        Sabotage(shift_opened_later, "billing", "cash moves while its shift is open", "shift opened"),
        Sabotage(forget_the_phone, "billing", "a payment on a phone has its receipt queued there"),
        Sabotage(keep_what_was_reversed, "billing", "what is open of a bill is its total less"),
        Sabotage(next_year, "receipt", _TIMES, "written"),
        Sabotage(less_received, "receipt", "a receipt is over its payment's amount"),
        Sabotage(other_vat_rate, "receipt", _FIGURES, "vat_rates"),
    ),
    (
        Sabotage(stale_accounts, "billing", "an account is the sum of its bills and payments"),
        Sabotage(content_changed, "receipt", "content"),
        Sabotage(signature_of_nothing, "receipt", "signature"),
    ),
    (
        Sabotage(notice_by_another, "billing", "a notice names who recorded its visit"),
        Sabotage(slip_of_less, "billing", "a shift was emitted with the cash that moved in it"),
        Sabotage(prints_not_counted, "receipt", "each print of a receipt is counted"),
        Sabotage(ends_of_another, "gateway", "a print job is reported by the device that it was queued on", "TN9999"),
        Sabotage(sent_before_commit, "customer", "what is consumed was emitted"),
    ),
    (Sabotage(vat_not_taken_off, "billing", "what is open of a bill is its total less"),),
    (
        Sabotage(marked_before_confirm, "billing", "what was sent is consumed", "--consumer receipt"),
        Sabotage(sweeper_off, "gateway", "the outbox is empty"),
    ),
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
