"""A service with one thing broken in it, to see that the audit finds out.

``python -m tests.chaos.sabotaged HOW,HOW SERVICE`` runs in place of ``python -m services.SERVICE``. The service's own
code knows nothing of this: what is broken is replaced here, before it starts.
"""

import dataclasses
import importlib
import runpy
import sys
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from shared.contracts.billing import RecordPayment
from shared.idempotency import Idempotency
from shared.ids import new_id
from shared.messaging import RequestHandler

consuming: Any = importlib.import_module("shared.messaging.consumer")


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
    relaying: Any = importlib.import_module("shared.messaging.relay")
    send = relaying.Relay._send

    async def lossy(self: Any, row: Any) -> Any:
        lose = row["position"] % 3 == 0 and not row["routing_key"].startswith("customer.changed")
        return relaying.Outcome.CONFIRMED if lose else await send(self, row)

    _replace(relaying.Relay, "_send", lossy)


def keep_what_was_reversed() -> None:
    """Take a payment back without opening the bills that it had cleared."""

    async def nothing(*_: object) -> None:
        return None

    _replace(importlib.import_module("services.billing.store.bills"), "reopen", nothing)


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


def _replace(owner: Any, name: str, replacement: object) -> None:
    getattr(owner, name)  # a name that is gone would make a sabotage that breaks nothing
    setattr(owner, name, replacement)


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
    )
}


def command(how: str, service: str) -> list[str]:
    """Return the command line of a service that is broken in this way, or in several: ``one,another``."""
    return [sys.executable, "-m", "tests.chaos.sabotaged", how, service]


if __name__ == "__main__":
    _, how, service = sys.argv
    for way in how.split(","):
        WAYS[way]()
    sys.argv = [f"services.{service}"]
    runpy.run_module(f"services.{service}", run_name="__main__")
