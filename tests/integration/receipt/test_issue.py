"""Payments become receipts: numbered without gaps, signed, chained, once each, whatever is repeated or killed."""

import asyncio
import json
import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from services.receipt.legal_forms.files import SHIPPED
from services.receipt.verification.tokens import verify_token
from shared.contracts.actor import Actor, ActorKind, Proof
from shared.contracts.common import Unit
from shared.contracts.receipt import (
    CheckState,
    GetReceipt,
    GetReceiptActs,
    PaperKind,
    ReceiptIssued,
    ReceiptKind,
    ReprintReceipt,
    VerifyToken,
)
from shared.messaging import correlated
from shared.testing import wait_until
from shared.testing.broker import BrokerView
from tests.integration.receipt.receipt_service import ReceiptSystem, originals, stopped
from tests.unit.receipt.samples import SELLER_TAX_CODE, customer, payment_recorded, payment_reversed, sample_id

REFUSED = (
    "UPDATE receipt SET total = 1",
    "UPDATE receipt SET token = token",
    "DELETE FROM receipt",
    "TRUNCATE receipt CASCADE",
    "UPDATE reprint SET copy_number = 9",
    "DELETE FROM reprint",
    "TRUNCATE reprint",
    "UPDATE series SET last_number = 0",
    "UPDATE series SET last_number = last_number + 2",
    "UPDATE series SET year = 2020, last_number = last_number + 1",
    "DELETE FROM series",
    "TRUNCATE series CASCADE",
    "DELETE FROM seller",
    "UPDATE seller SET suffix = 'ZZ'",
)


async def test_a_payment_gets_a_signed_receipt_and_its_document_goes_to_the_phone_that_asked(
    system: ReceiptSystem,
) -> None:
    await system.start()
    event = payment_recorded()

    await system.consume(event)

    (receipt,) = await system.receipts(1)
    (ready,) = await system.documents_of(PaperKind.RECEIPT)
    year = receipt.issued_at.astimezone(UTC).year
    assert (receipt.series, receipt.number, receipt.kind) == (f"BN{year % 100}-AA", 1, ReceiptKind.ORIGINAL)
    assert (receipt.payment_id, receipt.total) == (event.payment.payment_id, event.payment.amount)
    assert receipt.vat == event.bills[0].vat
    report = verify_token(receipt.token, system.keys.keyring())
    assert report.valid
    assert report.authentic
    assert receipt.url == f"https://thungan.example/r/{receipt.token}"
    assert (ready.device_id, ready.receipt_id) == (event.device_id, receipt.receipt_id)
    assert (ready.payment_id, ready.not_after) == (event.payment.payment_id, None)
    assert [block.data for block in ready.document.blocks if block.type == "qr"] == [receipt.url]


async def test_who_recorded_the_payment_is_signed_and_the_code_on_paper_does_not_grow(system: ReceiptSystem) -> None:
    await system.start()
    cashier = Actor(kind=ActorKind.DEVICE, id=str(sample_id("desk")), reference="cashier", proven_by=Proof.TOKEN)
    before = payment_recorded("before the upgrade")
    after = payment_recorded("after it").model_copy(update={"actor": cashier})
    await system.consume(before)
    await system.receipts(1)
    await system.consume(after)

    old, new = await system.receipts(2)
    contents = {
        row["payment_id"]: row["content"] for row in await system.pool.fetch("SELECT payment_id, content FROM receipt")
    }
    assert json.loads(contents[new.payment_id])["event"]["actor"] == cashier.model_dump(mode="json")
    assert verify_token(new.token, system.keys.keyring()).valid
    assert len(new.token) == len(old.token)
    acts = (await system.ask(GetReceiptActs(payment_ids=[old.payment_id, new.payment_id]))).acts
    assert [(act.what, act.actor) for act in acts] == [("receipt.issued", None), ("receipt.issued", cashier)]
    bodies = await system.pool.fetch(
        "SELECT body FROM outbox WHERE routing_key LIKE 'receipt.issued%' ORDER BY position"
    )
    named = [json.loads(row["body"])["actor"] for row in bodies]
    assert named == [None, cashier.model_dump(mode="json")]
    assert (await system.audit()).violations == []


async def test_others_are_told_which_bills_a_receipt_settles(system: ReceiptSystem) -> None:
    await system.start()
    event = payment_recorded("of a bill")
    await system.consume(event)
    [receipt] = await system.receipts(1)

    settled = [bill.bill_id for bill in event.bills]
    [told] = await system.pool.fetch("SELECT body FROM outbox WHERE routing_key LIKE 'receipt.issued%'")
    assert ReceiptIssued.model_validate_json(told["body"]).bill_ids == settled
    assert (await system.ask(GetReceipt(receipt_id=receipt.receipt_id))).bill_ids == settled


async def test_a_copy_names_who_asked_for_it(system: ReceiptSystem) -> None:
    await system.start()
    await system.consume(payment_recorded())
    (receipt,) = await system.receipts(1)
    supervisor = Actor(kind=ActorKind.DEVICE, id="d-9", reference="supervisor", proven_by=Proof.TOKEN)
    with correlated("ours", actor=supervisor):
        await system.ask(
            ReprintReceipt(
                reprint_id=sample_id("copy"),
                receipt_id=receipt.receipt_id,
                requested_by="supervisor",
                reason="Mất",
                device_id=None,
            )
        )
    [_, copied] = (await system.ask(GetReceiptActs(payment_ids=[receipt.payment_id]))).acts
    assert (copied.what, copied.actor, copied.answered_to) == ("receipt.copied", supervisor, supervisor)
    assert copied.correlation_id == "ours"


async def test_without_a_phone_there_is_a_receipt_all_the_same(system: ReceiptSystem) -> None:
    await system.start()
    await system.consume(payment_recorded(device=None))
    (receipt,) = await system.receipts(1)
    (ready,) = await system.documents_of(PaperKind.RECEIPT)
    assert ready.device_id is None
    assert ready.receipt_id == receipt.receipt_id


async def test_payments_at_once_over_several_copies_get_numbers_without_gaps(system: ReceiptSystem) -> None:
    for number in range(3):
        await system.start(instance=f"copy-{number}")
    events = [payment_recorded(f"payment {number}") for number in range(150)]

    await asyncio.gather(*(system.consume(*events[start::10]) for start in range(10)))

    receipts = await system.receipts(150, timeout=60)
    assert [receipt.number for receipt in receipts] == list(range(1, 151))
    assert {receipt.payment_id for receipt in receipts} == {event.payment.payment_id for event in events}
    audit = await system.audit()
    assert (audit.receipts, audit.violations) == (150, [])


async def test_a_repeated_payment_takes_no_number_and_makes_the_same_document(system: ReceiptSystem) -> None:
    await system.start()
    await system.start(instance="other")
    event = payment_recorded()

    await system.consume(event, event, event)
    # Between copies events have no order: another payment's might be signed first.
    await system.receipts(3)
    await system.consume(payment_recorded("another"))

    receipts = await system.receipts(4)
    assert [receipt.number for receipt in receipts] == [1, 1, 1, 2]
    assert len({receipt.token for receipt in receipts}) == 2
    documents = await system.documents_of(PaperKind.RECEIPT, 4)
    assert len({ready.document_id for ready in documents}) == 2
    assert (await system.audit()).violations == []


async def test_the_same_payment_with_another_amount_is_put_aside_and_the_first_receipt_stands(
    system: ReceiptSystem, broker: BrokerView
) -> None:
    await system.start()
    await system.consume(payment_recorded())
    await system.receipts(1)

    await system.consume(payment_recorded(amount=1_000_000))

    async def put_aside() -> bool:
        return await broker.count(broker.names.dead_queue("receipt")) == 1

    await wait_until(put_aside, 15)
    assert len(system.issued) == 1
    assert len(await system.numbers(system.issued[0].series)) == 1


async def test_a_reversed_payment_is_voided_by_the_next_number_in_the_same_chain(system: ReceiptSystem) -> None:
    await system.start()
    event = payment_recorded()
    await system.consume(event)
    await system.receipts(1)

    await system.consume(payment_reversed(event))

    original, void = await system.receipts(2)
    assert (void.kind, void.number, void.voids_receipt_id) == (ReceiptKind.VOID, 2, original.receipt_id)
    assert (void.total, void.vat) == (-original.total, -original.vat)
    (ready,) = await system.documents_of(PaperKind.VOID)
    assert ready.device_id == event.device_id
    audit = await system.audit()
    assert (audit.receipts, audit.voids, audit.violations) == (1, 1, [])


async def test_a_reversal_that_overtakes_its_payment_waits_for_the_receipt(system: ReceiptSystem) -> None:
    await system.start()
    event = payment_recorded()
    await system.consume(payment_reversed(event))
    await system.consume(event)
    receipts = await system.receipts(2)
    assert [receipt.kind for receipt in receipts] == [ReceiptKind.ORIGINAL, ReceiptKind.VOID]
    assert (await system.audit()).violations == []


async def test_a_new_year_begins_a_new_series_at_midnight_in_vietnam(system: ReceiptSystem) -> None:
    times = {"now": datetime(2026, 12, 31, 16, 59, 59, 900_000, tzinfo=UTC)}
    await system.start(clock=lambda: times["now"])
    old = payment_recorded("last of the year")
    await system.consume(old)
    await system.receipts(1)
    times["now"] = datetime(2026, 12, 31, 17, 0, 0, tzinfo=UTC)

    await system.consume(payment_recorded("first of the year"))
    await system.receipts(2)
    await system.consume(payment_reversed(old))

    last, first, void = await system.receipts(3)
    assert (last.series, last.number, last.year) == ("BN26-AA", 1, 2026)
    assert (first.series, first.number, first.year) == ("BN27-AA", 1, 2027)
    assert (void.series, void.number, void.voids_receipt_id) == ("BN27-AA", 2, last.receipt_id)
    audit = await system.audit()
    assert (audit.series, audit.violations) == (2, [])


async def test_receipts_leave_the_row_of_invoices_on_the_day_the_law_changes_and_old_ones_stay_good(
    system: ReceiptSystem,
) -> None:
    times = {"now": datetime(2026, 6, 30, 16, 59, tzinfo=UTC)}
    await system.start(clock=lambda: times["now"])
    whole, part = payment_recorded("whole"), payment_recorded("part", amount=1000)
    await system.consume(whole)
    await system.receipts(1)
    await system.consume(part)
    await system.receipts(2)
    times["now"] = datetime(2026, 6, 30, 17, 0, tzinfo=UTC)
    await system.consume(payment_recorded("under the new law"))
    await system.receipts(3)
    await system.consume(payment_reversed(whole))
    await system.receipts(4)

    named = {receipt.payment_id: receipt for receipt in originals(system.issued)}
    first, second = named[whole.payment.payment_id], named[part.payment.payment_id]
    third = next(receipt for receipt in originals(system.issued) if receipt not in (first, second))
    (void,) = (receipt for receipt in system.issued if receipt.kind is ReceiptKind.VOID)
    assert [(receipt.series, receipt.number) for receipt in (first, second, third, void)] == [
        ("K26TAA", 1),
        ("BN26-AA", 1),
        ("BN26-AA", 2),
        ("BN26-AA", 3),
    ]
    printed = {ready.payment_id: ready.document for ready in await system.documents_of(PaperKind.RECEIPT, 3)}
    assert (await system.ask(GetReceipt(receipt_id=first.receipt_id))).document == printed[first.payment_id]
    words = {receipt: printed[receipt.payment_id].model_dump_json() for receipt in (first, second, third)}
    assert [receipt for receipt in words if "Bản thể hiện của hóa đơn" in words[receipt]] == [first]
    assert [receipt for receipt in words if "không\u00a0phải\u00a0hóa\u00a0đơn" in words[receipt]] == [second, third]
    for receipt in (second, third, void):
        assert (await system.ask(VerifyToken(token=receipt.token))).valid
    voided = await system.ask(VerifyToken(token=first.token))
    assert (voided.voided, [check.check for check in voided.checks if check.state is CheckState.FAILED]) == (
        True,
        ["not_voided"],
    )
    audit = await system.audit()
    assert (audit.series, audit.violations) == (2, [])


async def test_a_unit_whose_law_makes_the_receipt_the_invoice_keeps_its_row_and_its_words(
    system: ReceiptSystem, tmp_path: Path
) -> None:
    file = tmp_path / "forms.yaml"
    exception = "  - {from: 2026-07-01, units: [PB1402], whole: invoice, other: receipt, basis: a trial}\n"
    file.write_text(SHIPPED.read_text(encoding="utf-8") + exception, encoding="utf-8")
    await system.start(clock=lambda: datetime(2026, 11, 12, tzinfo=UTC), receipt_legal_forms_file=file)
    unit = Unit(unit_code="PB1402", name="ĐIỆN LỰC NĂM CĂN", address="Năm Căn", tax_code=SELLER_TAX_CODE, phone="")
    await system.consume(payment_recorded("there", facts=customer(unit=unit)))
    await system.receipts(1)
    await system.consume(payment_recorded("here"))
    receipts = await system.receipts(2)
    assert [(receipt.series, receipt.number) for receipt in receipts] == [("BN26-AA", 1), ("K26TAA", 1)]
    assert (await system.audit()).violations == []


async def test_each_seller_has_a_series_of_its_own(system: ReceiptSystem) -> None:
    await system.start()
    other = Unit(unit_code="PB1402", name="ĐIỆN LỰC NĂM CĂN", address="Năm Căn", tax_code="0300942001-019", phone="")
    await system.consume(payment_recorded("here"))
    await system.receipts(1)
    await system.consume(payment_recorded("there", facts=customer(unit=other)), payment_recorded("here again"))
    receipts = await system.receipts(3)
    assert [(receipt.series[-2:], receipt.number) for receipt in receipts] == [("AA", 1), ("AA", 2), ("AB", 1)]
    assert (await system.audit()).violations == []


async def test_first_payments_of_many_sellers_at_once_do_not_get_in_each_others_way(system: ReceiptSystem) -> None:
    await system.start()
    await system.start(instance="other")
    units = [
        Unit(unit_code="PB1402", name=f"ĐIỆN LỰC {number}", address="", tax_code=f"030094200{number}", phone="")
        for number in range(8)
    ]
    events = [
        payment_recorded(f"{unit.tax_code} {number}", facts=customer(unit=unit)) for unit in units for number in (1, 2)
    ]
    await asyncio.gather(*(system.consume(event) for event in events))
    receipts = await system.receipts(16)
    assert sorted(receipt.series[-2:] for receipt in receipts) == sorted(2 * [f"A{letter}" for letter in "ABCDEFGH"])
    assert (await system.audit()).violations == []


async def test_while_no_key_may_sign_nothing_is_numbered_and_later_everything_is(
    system: ReceiptSystem, broker: BrokerView
) -> None:
    running = await system.start()
    (key,) = system.keys.public_keys()
    await system.retire(key.key_id, datetime.now(UTC) - timedelta(minutes=1))
    await stopped(running, "NoSigningKey", check="signing_key")
    event = payment_recorded()
    await system.consume(event)

    async def waits_on_the_ladder() -> bool:
        waiting = [await broker.count(broker.names.retry_queue("receipt", seconds)) for seconds in (1, 5)]
        return any(waiting)

    await wait_until(waits_on_the_ladder, 15)
    assert await system.pool.fetchval("SELECT count(*) FROM series WHERE last_number > 0") == 0
    await system.rotate(datetime.now(UTC) - timedelta(seconds=1))
    (receipt,) = await system.receipts(1)
    assert receipt.number == 1
    assert (await system.audit()).violations == []


async def test_the_database_refuses_to_change_or_remove_what_was_issued(system: ReceiptSystem) -> None:
    await system.start()
    await system.consume(payment_recorded())
    (receipt,) = await system.receipts(1)
    await system.pool.execute(
        """
        INSERT INTO reprint VALUES (gen_random_uuid(), $1, 1, 'somebody', 'a reason', NULL, gen_random_uuid(), now())
        """,
        receipt.receipt_id,
    )
    for statement in REFUSED:
        with pytest.raises(asyncpg.RestrictViolationError):
            await system.pool.execute(statement)


async def test_killed_copies_leave_no_gap_and_lose_no_payment(system: ReceiptSystem) -> None:
    events = [payment_recorded(f"payment {number}") for number in range(120)]
    environment = {
        **os.environ,
        "THUNGAN_ENVIRONMENT": "development",
        "THUNGAN_AMQP_URL": system.settings.amqp_url.get_secret_value(),
        "THUNGAN_DATABASE_URL": system.settings.database_url.get_secret_value(),
        "THUNGAN_NAMESPACE": system.settings.namespace,
        "THUNGAN_RECEIPT_KEYS_FOLDER": str(system.settings.keys_folder()),
        "THUNGAN_RECEIPT_WITNESS_FOLDER": str(system.settings.witness_folder()),
        "THUNGAN_LOG_LEVEL": "WARNING",
    }

    async def start_copy() -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "services.receipt", env=environment, stdout=asyncio.subprocess.DEVNULL
        )

    copy = await start_copy()
    try:
        for start in range(0, 120, 40):
            before = await system.pool.fetchval("SELECT count(*) FROM receipt")
            await system.consume(*events[start : start + 40])

            async def under_way(before: int = before) -> bool:
                count: int = await system.pool.fetchval("SELECT count(*) FROM receipt")
                return count > before + 5

            await wait_until(under_way, 30, every=0.001, message="receipts are being issued")
            copy.send_signal(signal.SIGKILL)
            await copy.wait()
            copy = await start_copy()

        async def all_there() -> bool:
            count: int = await system.pool.fetchval("SELECT count(*) FROM receipt")
            return count == 120

        await wait_until(all_there, 60, message="120 receipts")
        await wait_until(lambda: len({receipt.payment_id for receipt in system.issued}) == 120, 30)
    finally:
        copy.send_signal(signal.SIGTERM)
        await copy.wait()
    (series,) = {receipt.series for receipt in originals(system.issued)}
    assert await system.numbers(series) == list(range(1, 121))
    audit = await system.audit()
    assert (audit.receipts, audit.violations) == (120, [])
    documents = {ready.payment_id: ready.document_id for ready in await system.documents_of(PaperKind.RECEIPT, 120)}
    assert documents.keys() == {event.payment.payment_id for event in events}
    assert sample_id("payment 0") in documents
