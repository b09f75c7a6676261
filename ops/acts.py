"""What ``thungan who`` works with: what was done, from all services, and where their records contradict each other."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from uuid import UUID

from ops.databases import database
from ops.requests import started_bus
from services.gateway.store.acts import KnownDevice, known_devices, known_people, records_of
from shared.act_records import as_acts
from shared.contracts.acts import Act
from shared.contracts.billing import GetBillingActs
from shared.contracts.customer import GetCustomerActs
from shared.contracts.receipt import GetReceiptActs

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Story:
    """What was done, in the order of time, and the devices that did it."""

    acts: list[Act]
    devices: list[KnownDevice]
    contradictions: list[str]
    people: dict[str, str] = field(default_factory=dict)
    """Names of people of the office, by the ids of their accounts."""


async def collect(*, any_id: UUID | None = None, customer_code: str | None = None) -> Story:
    """Ask all services what was done to a payment or shift (``any_id``), or to a customer."""
    async with started_bus() as bus:
        question = GetBillingActs(payment_id=any_id, shift_id=any_id, customer_code=customer_code)
        acts = (await bus.request(question)).acts
        payments = [act for act in acts if act.what == "payment.recorded"]
        ids = [UUID(act.subject) for act in payments]
        if customer_code:
            acts += (await bus.request(GetCustomerActs(customer_code=customer_code))).acts
        elif len(payments) == 1:
            of_customer = (await bus.request(GetCustomerActs(customer_code=payments[0].facts["customer"]))).acts
            acts += [act for act in of_customer if act.subject == payments[0].facts.get("visit")]
        for some in _chunks(ids):
            acts += (await bus.request(GetReceiptActs(payment_ids=some))).acts
    async with database("gateway") as connection:
        acts += await as_acts(connection, await records_of(connection, ids))
        devices = await known_devices(connection, _devices(acts))
        people = await known_people(connection, {act.actor.id for act in acts if act.actor is not None})
    acts.sort(key=lambda act: act.at)
    return Story(acts, devices, list(contradictions(acts)), people)


def contradictions(acts: Sequence[Act]) -> Iterator[str]:
    """Yield where two records of one act name different actors: a row was changed after it was written."""
    by_payment = {act.subject: act for act in acts if act.what == "payment.recorded"}
    reversals = {act.subject: act for act in acts if act.what == "payment.reversed"}
    for act in acts:
        if act.actor is not None and act.answered_to is not None and act.actor != act.answered_to:
            yield f"{act.what} {act.subject}: its row names {act.actor}, the recorded answer {act.answered_to}"
        if act.actor is None and act.answered_to is not None:
            yield f"{act.what} {act.subject}: its row names nobody, the recorded answer {act.answered_to}"
        cause = {"receipt.issued": by_payment, "receipt.voided": reversals}.get(act.what, {}).get(
            act.facts.get("payment", "")
        )
        if cause is not None and act.actor != cause.actor:
            signed = act.actor or "nobody"
            yield f"{act.what} {act.subject}: {signed} is signed, the row of its cause names {cause.actor or 'nobody'}"


def _devices(acts: Iterable[Act]) -> set[UUID]:
    found = {act.actor.device_id for act in acts if act.actor is not None}
    printed_on = {act.facts.get("printed_on") for act in acts}
    return {device for device in found if device is not None} | {UUID(device) for device in printed_on if device}


def _chunks(ids: Sequence[UUID]) -> Iterator[list[UUID]]:
    rest = iter(ids)
    while chunk := list(islice(rest, _AT_ONCE)):
        yield chunk
