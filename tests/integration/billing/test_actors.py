"""Whoever moves money is in its row, in its event and beside the recorded answer."""

import json
from uuid import UUID

import asyncpg
import pytest

from shared.contracts.actor import Actor, ActorKind, Proof
from shared.contracts.billing import PaymentRecorded, ReportPayment
from shared.contracts.common import Outcome, PaymentMethod
from shared.ids import new_id
from shared.messaging import correlated
from tests.integration.billing.billing_handlers import COLLECTOR, BillingHandlers

CASHIER = Actor(kind=ActorKind.DEVICE, id=str(UUID(int=1)), reference="cashier", proven_by=Proof.TOKEN)
PHONE = Actor(kind=ActorKind.DEVICE, id=str(UUID(int=2)), reference="collector:TN01", proven_by=Proof.TOKEN)
PARTNER = Actor(kind=ActorKind.PARTNER, id=str(UUID(int=3)), reference="collection_point:BD01", proven_by=Proof.TOKEN)


@pytest.fixture
async def owing(billing: BillingHandlers) -> BillingHandlers:
    """A customer who owes."""
    await billing.customer()
    await billing.bill(100)
    return billing


async def test_an_invented_transfer_names_the_cashiers_device(
    owing: BillingHandlers, billing_pool: asyncpg.Pool
) -> None:
    with correlated("ours", external_correlation_id="chosen", actor=CASHIER):
        payment = (await owing.pay(1000, reference="FT1")).payment
    assert await billing_pool.fetchval("SELECT actor FROM payments") == CASHIER.model_dump(mode="json")
    assert (await owing.emitted("payment.recorded"))[-1]["actor"] == CASHIER.model_dump(mode="json")
    kept = await billing_pool.fetchrow(
        "SELECT actor, correlation_id, external_correlation_id FROM recorded_answers WHERE request_id = $1",
        payment.payment_id,
    )
    assert kept is not None
    assert dict(kept) == {
        "actor": CASHIER.model_dump(mode="json"),
        "correlation_id": "ours",
        "external_correlation_id": "chosen",
    }


async def test_a_posting_names_the_partner(owing: BillingHandlers, billing_pool: asyncpg.Pool) -> None:
    with correlated(actor=PARTNER):
        await owing.pay(1000, method=PaymentMethod.COLLECTION_POINT, reference="BD-1")
    assert await billing_pool.fetchval("SELECT actor->>'reference' FROM payments") == "collection_point:BD01"


async def test_a_notice_names_who_recorded_its_visit(owing: BillingHandlers, billing_pool: asyncpg.Pool) -> None:
    await owing.visit(Outcome.AWAY, actor=PHONE)
    await owing.visit(Outcome.AWAY)
    named = [PHONE.model_dump(mode="json"), None]
    assert [notice["actor"] for notice in await owing.emitted("notice.issued")] == named
    assert [row["actor"] for row in await billing_pool.fetch("SELECT actor FROM notices ORDER BY issued_at")] == named


async def test_a_repetition_by_another_leaves_the_first_actor(
    owing: BillingHandlers, billing_pool: asyncpg.Pool
) -> None:
    payment_id = new_id()
    for actor in (CASHIER, PARTNER):
        with correlated(actor=actor):
            await owing.pay(1000, payment_id=payment_id, reference="FT1")
    assert await billing_pool.fetchval("SELECT actor->>'id' FROM payments") == CASHIER.id
    assert await billing_pool.fetchval("SELECT actor->>'id' FROM recorded_answers") == CASHIER.id


async def test_a_reversal_and_a_report_name_who_made_them(owing: BillingHandlers, billing_pool: asyncpg.Pool) -> None:
    with correlated(actor=PHONE):
        await owing.open_shift()
        payment = (await owing.cash(1000)).payment
        await owing.report(
            ReportPayment(
                report_id=new_id(), payment_id=payment.payment_id, collector_code=COLLECTOR, reason="Nhập nhầm"
            )
        )
    with correlated(actor=CASHIER):
        await owing.reverse(payment.payment_id)
    assert await billing_pool.fetchval("SELECT actor->>'id' FROM payments") == PHONE.id
    assert await billing_pool.fetchval("SELECT actor->>'id' FROM payment_reports") == PHONE.id
    assert await billing_pool.fetchval("SELECT actor->>'id' FROM reversals") == CASHIER.id
    assert (await owing.emitted("payment.reversed"))[-1]["actor"] == CASHIER.model_dump(mode="json")


async def test_a_shift_names_who_opened_and_who_closed_it(owing: BillingHandlers, billing_pool: asyncpg.Pool) -> None:
    with correlated(actor=PHONE):
        shift = (await owing.open_shift()).shift
    with correlated(actor=CASHIER):
        await owing.close_shift(shift.shift_id, 0)
    row = await billing_pool.fetchrow("SELECT opened_by->>'id' AS opened, closed_by->>'id' AS closed FROM shifts")
    assert row is not None
    assert (row["opened"], row["closed"]) == (PHONE.id, CASHIER.id)
    assert (await owing.emitted("shift.closed"))[-1]["actor"]["id"] == CASHIER.id


async def test_a_bill_names_who_ran_the_bill_run(billing: BillingHandlers) -> None:
    operator = Actor(kind=ActorKind.COMMAND_LINE, id="lan@office", proven_by=Proof.LOGIN)
    await billing.customer()
    with correlated(actor=operator):
        await billing.bill(100)
    assert (await billing.emitted("bills.released"))[-1]["actor"]["id"] == "lan@office"
    assert await billing.pool.fetchval("SELECT actor->>'id' FROM bills") == "lan@office"


async def test_an_event_of_a_version_before_has_no_actor_and_is_read(owing: BillingHandlers) -> None:

    await owing.pay(1000, reference="FT1")
    body = (await owing.emitted("payment.recorded"))[-1]
    del body["actor"]
    assert PaymentRecorded.model_validate_json(json.dumps(body)).actor is None
