"""Released bills become invoices: numbered without gaps, signed, once each, whatever is repeated, away or corrected."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from services.invoice.app import service
from services.invoice.signatures.key_file import FileSigner, KeyFileError, load_certificates, make_development_key
from services.invoice.signatures.signer import SignerAway
from services.invoice.signatures.verification import read_signed
from services.invoice.signatures.xml_signature import SigningCertificate, read_certificate, signed_document
from services.invoice.store import waiting_bills
from shared.clock import business_day, now
from shared.contracts.invoice import BILLS_AT_ONCE
from shared.ids import new_id
from shared.invoices.document import read_paper
from shared.metrics import REGISTRY
from shared.testing import builders, wait_until
from tests.integration.invoice.invoice_service import InvoiceSystem, released

REFUSED = (
    "UPDATE invoices SET total = 1",
    "DELETE FROM invoices",
    "TRUNCATE invoices CASCADE",
    "UPDATE signatures SET signature = ''",
    "DELETE FROM signatures",
    "UPDATE number_rows SET last_number = last_number - 1",
    "DELETE FROM number_rows",
    "UPDATE sellers SET suffix = 'ZZ'",
)


class AwaySigner:
    """A signer that is away until it is told to come back."""

    def __init__(self, signer: FileSigner) -> None:
        self._signer = signer
        self.is_away = True
        self.asked = 0

    @property
    def certificate(self) -> SigningCertificate:
        return self._signer.certificate

    async def sign(self, messages: Sequence[bytes]) -> list[bytes]:
        self.asked += 1
        if self.is_away:
            raise SignerAway("the HSM does not answer")
        return await self._signer.sign(messages)


async def test_released_bills_get_signed_invoices_with_the_next_numbers_and_nothing_waits(
    system: InvoiceSystem, key_folder: Path
) -> None:
    await system.start()
    bills = [system.billed(kwh) for kwh in range(100, 125)]
    nothing = system.billed(0)
    again = released(bills)

    await system.emit(again, again, released([nothing]))
    rows = await system.signed(25)

    assert [row["number"] for row in rows] == list(range(1, 26))
    assert sorted((row["bill_id"], row["total"]) for row in rows) == sorted(
        (bill.bill_id, bill.total) for bill in bills
    )
    first = rows[0]
    document = signed_document(first["data"], first["signed_at"], first["signature"], read_certificate(first["der"]))
    found = read_signed(document, load_certificates(key_folder)[1:])
    assert found.data.findtext("NDHDon/TToan/TgTTTBSo") == str(first["total"])
    await wait_until(lambda: _nothing_waits(system), 20)
    assert (await system.audited()).violations == []
    assert await system.pool.fetchval("SELECT bill_id FROM bills_without_invoice") == nothing.bill_id


async def test_corrections_refer_to_the_invoice_that_they_adjust_or_replace(system: InvoiceSystem) -> None:
    await system.start()
    adjusted, replaced = system.billed(100), system.billed(200)

    # The correction may be told before the bill itself: it waits for the invoice that it refers to.
    await system.adjust_down(adjusted, 10_000, 800)
    new = await system.replace(replaced, 150)
    await system.release(adjusted, replaced)
    rows = {(row["bill_id"], row["cause_id"] == row["bill_id"]): row for row in await system.signed(4)}

    async def told() -> bool:
        return len(system.issued) >= 4

    await wait_until(told, 20)
    states = {one.number: one.state.value for one in system.issued}
    assert states == {row["number"]: row["relation"] or "new" for row in rows.values()}
    assert {one.template + one.symbol for one in system.issued} == {rows[new.bill_id, True]["symbol"]}

    reduction, replacement = rows[adjusted.bill_id, False], rows[new.bill_id, True]
    assert (reduction["total"], reduction["relation"]) == (-10_800, "adjusts")
    assert reduction["related_id"] == rows[adjusted.bill_id, True]["invoice_id"]
    assert (replacement["total"], replacement["relation"]) == (new.total, "replaces")
    assert replacement["related_id"] == rows[replaced.bill_id, True]["invoice_id"]
    assert b"<TCHDon>1</TCHDon>" in replacement["data"]
    assert (await system.audited()).violations == []


async def test_a_signer_that_is_away_delays_signatures_and_loses_no_number(
    system: InvoiceSystem, key_folder: Path
) -> None:
    signer = AwaySigner(FileSigner(key_folder))
    await system.start(signer)
    await system.release(system.billed(100), system.billed(110))
    await wait_until(lambda: _has_tried(signer), 20)
    assert [row["signed_at"] for row in await system.rows()] == [None, None]
    assert (await system.audited()).violations == []

    signer.is_away = False
    rows = await system.signed(2)

    assert [row["number"] for row in rows] == [1, 2]
    assert all(row["signed_at"] >= row["made_at"] for row in rows)


async def test_a_bill_that_cannot_be_invoiced_takes_no_number_and_is_tried_again_when_asked(
    system: InvoiceSystem,
) -> None:
    await system.start()
    system.customer = builders.customer(tax_code="9900000017")
    await system.release(system.billed(100))
    await wait_until(lambda: _has_problem(system), 20)
    assert await system.rows() == []

    system.customer = builders.customer()
    await system.pool.execute("UPDATE waiting_bills SET problem = NULL, asked_at = NULL")
    [row] = await system.signed(1)

    assert row["number"] == 1


@pytest.mark.parametrize(
    ("facts", "element"),
    [
        ({"tax_code": "096123456789"}, b"<CCCDan>096123456789</CCCDan>"),
        ({"tax_code": "0300942001"}, b"<MST>0300942001</MST>"),
        ({"budget_code": "1012345"}, b"<MDVQHNSach>1012345</MDVQHNSach>"),
    ],
)
async def test_the_code_that_the_list_of_customers_has_stands_on_the_invoice(
    system: InvoiceSystem, facts: dict[str, str], element: bytes
) -> None:
    await system.start()
    system.customer = builders.customer(**facts)

    await system.release(system.billed(100))
    [row] = await system.signed(1)

    assert element in row["data"][row["data"].index(b"<NMua>") :]


async def test_two_copies_make_each_invoice_once_and_tell_of_it_once(system: InvoiceSystem) -> None:
    await system.start()
    await system.start()

    await system.release(*(system.billed(kwh) for kwh in range(100, 160)))
    rows = await system.signed(60)

    assert [row["number"] for row in rows] == list(range(1, 61))

    async def told() -> bool:
        return len(system.issued) >= 60

    await wait_until(told, 20)
    assert sorted((one.number, one.bill_id, one.lookup_code) for one in system.issued) == [
        (row["number"], row["bill_id"], row["lookup_code"]) for row in rows
    ]
    assert {(one.customer_code, one.due_on) for one in system.issued} == {
        (bill.customer_code, bill.due_date) for bill in system.bills.values()
    }
    assert (await system.audited()).violations == []


async def test_the_database_itself_refuses_to_change_invoices(system: InvoiceSystem) -> None:
    await system.start()
    await system.release(system.billed(100))
    await system.signed(1)

    for statement in REFUSED:
        with pytest.raises(asyncpg.RestrictViolationError):
            await system.pool.execute(statement)


async def test_a_copy_without_a_key_does_not_start(system: InvoiceSystem, tmp_path: Path) -> None:
    system.settings = system.settings.model_copy(update={"invoice_key_folder": tmp_path})

    with pytest.raises(KeyFileError):
        await system.start()


async def test_nothing_is_signed_with_a_certificate_that_has_ended_and_the_next_one_signs_what_waits(
    system: InvoiceSystem, tmp_path: Path
) -> None:
    make_development_key(tmp_path, now() - timedelta(days=3700))
    signer = FileSigner(tmp_path)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(service(system.settings, signer=signer))
        await system.release(system.billed(100), system.billed(110))
        await wait_until(lambda: REGISTRY.get_sample_value("thungan_invoice_signer_away") == 1, 20)
        assert await system.pool.fetchval("SELECT count(*) FROM signatures") == 0
        assert REGISTRY.get_sample_value("thungan_invoice_certificate_days") == pytest.approx(-50, abs=0.1)

    await system.start()

    assert [row["number"] for row in await system.signed(2)] == [1, 2]
    assert REGISTRY.get_sample_value("thungan_invoice_signer_away") == 0
    assert (REGISTRY.get_sample_value("thungan_invoice_certificate_days") or 0) > 3600


async def test_with_the_year_a_row_of_numbers_begins_whose_invoices_correct_those_of_the_year_before(
    system: InvoiceSystem,
) -> None:
    moment = datetime(2026, 12, 31, 16, 59, 58, tzinfo=UTC)
    await system.start(clock=lambda: moment)
    bill, wrong = system.billed(100), system.billed(110)
    await system.release(bill, wrong)
    await system.signed(2)

    moment += timedelta(seconds=2)
    await system.adjust_down(bill, 10_000, 800)
    await system.signed(3)
    await system.replace(wrong, 120)
    rows = await system.signed(4)

    named = [(row["symbol"], row["number"], row["made_on"].isoformat(), row["relation"]) for row in rows]
    assert named == [
        ("1K26TAA", 1, "2026-12-31", None),
        ("1K26TAA", 2, "2026-12-31", None),
        ("1K27TAA", 1, "2027-01-01", "adjusts"),
        ("1K27TAA", 2, "2027-01-01", "replaces"),
    ]
    related = [read_paper(_document(row)).related for row in rows[2:]]
    assert [each and (each.symbol, each.number) for each in related] == [("1K26TAA", 1), ("1K26TAA", 2)]
    assert (await system.audited()).violations == []


async def test_no_more_bills_are_asked_about_at_a_time_than_fit_into_one_question_also_at_the_next_bill_run(
    system: InvoiceSystem,
) -> None:
    noted = "INSERT INTO waiting_bills (cause_id, bill_id, reason) SELECT id, id, '' FROM unnest($1::uuid[]) AS id"
    last = new_id()
    await system.pool.execute(noted, [*(new_id() for _ in range(5000)), last])
    await system.pool.execute("DELETE FROM waiting_bills WHERE cause_id <> $1", last)
    # Room for many and one row: the database plans for one, and for each that it finds it looks anew for what to take.
    await system.pool.execute("ANALYZE waiting_bills")
    await system.pool.execute(noted, [new_id() for _ in range(200)])

    async with system.pool.acquire() as connection:
        taken = await waiting_bills.take_to_ask(connection, timedelta(minutes=1), BILLS_AT_ONCE)

    assert len(taken) == BILLS_AT_ONCE


async def test_an_invoice_is_corrected_by_the_seller_who_made_it_though_the_customer_has_another_one_now(
    system: InvoiceSystem,
) -> None:
    await system.start()
    adjusted, replaced = system.billed(300), system.billed(200)
    await system.release(adjusted, replaced)
    first, _ = await system.signed(2)
    unit = system.customer.unit.model_copy(update={"tax_code": "9900000023", "name": "Điện lực Cái Nước"})
    system.customer = system.customer.model_copy(update={"unit": unit})

    await system.adjust_down(adjusted, 1000, 80)
    await system.replace(replaced, 150)
    await system.signed(4)
    await system.release(system.billed(100))
    rows = await system.signed(5)

    sellers = [read_paper(_document(row)).seller.tax_code for row in rows]
    before = read_paper(_document(first)).seller
    assert [(row["symbol"], row["number"]) for row in rows] == [
        *((first["symbol"], number) for number in range(1, 5)),
        (f"1K{business_day(now()):%y}TAB", 1),
    ]
    assert [read_paper(_document(row)).seller for row in rows[:4]] == [before] * 4
    assert sellers[4] == "9900000023"
    assert (await system.audited()).violations == []


async def test_the_audit_names_an_invoice_that_was_signed_otherwise(system: InvoiceSystem) -> None:
    await system.start()
    await system.release(system.billed(100), system.billed(110))
    await system.signed(2)
    await system.pool.execute("ALTER TABLE signatures DISABLE TRIGGER USER")
    await system.pool.execute("UPDATE signatures SET signed_at = signed_at + interval '1 hour'")
    await system.pool.execute("ALTER TABLE number_rows DISABLE TRIGGER USER")
    await system.pool.execute("UPDATE number_rows SET last_number = 3")

    found = {violation.rule for violation in (await system.audited()).violations}

    assert found == {"the signature of an invoice is good", "numbers have no gaps"}


def _document(row: Any) -> bytes:
    return signed_document(row["data"], row["signed_at"], row["signature"], read_certificate(row["der"]))


async def _nothing_waits(system: InvoiceSystem) -> bool:
    waits = await system.pool.fetchval("SELECT count(*) FROM waiting_bills")
    unsigned = await system.pool.fetchval("SELECT count(*) FROM unsigned_invoices")
    return (waits, unsigned) == (0, 0)


async def _has_problem(system: InvoiceSystem) -> bool:
    count = await system.pool.fetchval("SELECT count(*) FROM waiting_bills WHERE problem LIKE '%check digit%'")
    return bool(count == 1)


async def _has_tried(signer: AwaySigner) -> bool:
    return signer.asked > 0
