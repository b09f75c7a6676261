"""What the tax authority is told: summaries that come to the bills, once each, whatever the provider does wrong."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from lxml import etree

from services.invoice.authority.messages import Addresses, NoticeError
from services.invoice.authority.rule_files import authority_rules
from services.invoice.authority.rules import AuthorityRule, TaxAuthority, read_period
from services.invoice.authority.summary import SummaryError
from services.invoice.store import authority_messages, summaries
from services.invoice.store.summaries import ListedSummary, NewSummary
from services.invoice.told import make_summaries, order_notice, order_summary
from shared.contracts.billing import Bill, BillKind, BillLink, CorrectionKind
from shared.contracts.invoice import GetAuthoritySummaries
from shared.testing import wait_until
from simulation.tax_authority.stand_in import Fault, StandIn
from tests.integration.invoice.invoice_service import InvoiceSystem, corrected

SELLER = "9900000016"
ADDRESSES = Addresses("", "V0000000001")
NOVEMBER, DECEMBER = read_period("2026-11"), read_period("2026-12")

Recount = dict[str, tuple[int, int, int]]


@dataclass
class Days:
    """The clock of a copy."""

    now: datetime = datetime(2026, 11, 5, 3, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Office:
    """Somebody who makes and sends summaries."""

    system: InvoiceSystem
    days: Days
    authority: StandIn
    rules: tuple[AuthorityRule, ...]

    async def make(self, period: Any = NOVEMBER, **changes: Any) -> list[NewSummary]:
        rules = tuple(rule.model_copy(update=changes) for rule in self.rules)
        async with self.system.pool.acquire() as connection, connection.transaction():
            return await make_summaries(connection, SELLER, period, rules, self.days(), "Lan")

    async def send(self, summary: NewSummary) -> str:
        async with self.system.pool.acquire() as connection, connection.transaction():
            return await order_summary(connection, summary.summary_id, ADDRESSES, self.days(), "Lan")

    async def listed(self) -> list[ListedSummary]:
        async with self.system.pool.acquire() as connection:
            return await summaries.listed(connection, None, None, 100)

    async def settled(self, state: str = "accepted") -> list[ListedSummary]:
        """Wait until all summaries stand so."""

        async def all_so() -> list[ListedSummary]:
            found = await self.listed()
            return found if all(each.state == state for each in found) else []

        return await wait_until(all_so, 20)


@pytest_asyncio.fixture
async def office(system: InvoiceSystem) -> AsyncIterator[Office]:
    async with StandIn(token="secret").serving() as authority:
        await authority_answers_soon(system, authority.url)
        days = Days()
        await system.start(clock=days)
        yield Office(system, days, authority, authority_rules())


async def authority_answers_soon(system: InvoiceSystem, url: str) -> None:
    fast = {f"invoice_authority_{name}_seconds": 0.1 for name in ("poll", "retry", "ask")}
    given = {"invoice_authority_url": url, "invoice_authority_token": "secret", "invoice_authority_receiver": "V1"}
    system.settings = type(system.settings)(**system.settings.model_dump() | fast | given)


def rows_of(summary: NewSummary) -> list[dict[str, str]]:
    found = etree.fromstring(summary.data).iterfind("NDBTHDLieu/DSDLieu/DLieu")
    return [{str(field.tag): field.text or "" for field in row} for row in found]


async def test_two_months_of_bills_corrected_in_every_way_come_to_what_an_independent_recount_says(
    office: Office,
) -> None:
    system = office.system
    plain, down, replaced, late = (system.billed(kwh) for kwh in (100, 200, 300, 400))
    await system.release(plain, down, replaced)
    await system.signed(3)
    # In the month of the invoice itself, and in the month after it was told of.
    await system.adjust_down(plain, 10_000, 800)
    await system.signed(4)
    office.days.now = datetime(2026, 12, 4, 3, 0, tzinfo=UTC)
    [first] = await office.make()
    await system.adjust_down(down, 20_000, 1_600)
    new = await system.replace(replaced, 250)
    more = await _more(system, plain, 40)
    twice = await system.replace(new, 260)
    await system.release(late)
    await system.signed(9)
    office.days.now = datetime(2027, 1, 4, 3, 0, tzinfo=UTC)
    [second] = await office.make(DECEMBER)

    # By the bills and corrections alone: what was billed, what was taken off, what stands in the place of what.
    assert _recount(rows_of(first)) == {
        "0": _sum((plain.pre_vat, plain.vat), (down.pre_vat, down.vat), (replaced.pre_vat, replaced.vat)),
        "2": _sum((-10_000, -800)),
    }
    assert _recount(rows_of(second)) == {
        "0": _sum((late.pre_vat, late.vat)),
        "2": _sum((-20_000, -1_600), (more.pre_vat, more.vat)),
        "3": _sum((new.pre_vat, new.vat), (twice.pre_vat, twice.vat)),
    }
    _check_references(rows_of(first) + rows_of(second))
    replacing = [row for row in rows_of(second) if row["TThai"] == "3"]
    # Of what was told in the same summary no other summary is corrected.
    assert sorted(row.get("KDLDChinh", "") for row in replacing) == ["", "11/2026"]
    assert await office.make() == []
    assert await office.make(DECEMBER) == []
    assert (await system.audited()).violations == []


async def test_what_was_signed_too_late_goes_into_a_supplement_and_a_big_summary_is_split(office: Office) -> None:
    system = office.system
    await system.release(*(system.billed(kwh) for kwh in range(100, 105)))
    await system.signed(5)
    office.days.now = datetime(2026, 12, 4, 3, 0, tzinfo=UTC)
    parts = await office.make(most_rows=2)
    # The clock of the other copy was behind: its invoice is of November, and signed after the summary was made.
    await _november_invoice(system)
    [supplement] = await office.make(most_rows=2)

    assert [(each.number, each.supplement, each.invoices) for each in [*parts, supplement]] == [
        (1, 0, 2),
        (2, 0, 2),
        (3, 0, 1),
        (4, 1, 1),
    ]
    told = [(row["KHHDon"], row["SHDon"]) for each in [*parts, supplement] for row in rows_of(each)]
    assert len(set(told)) == len(told) == 6
    general = etree.fromstring(supplement.data).find("TTChung")
    assert general is not None
    assert (general.findtext("LDau"), general.findtext("BSLThu")) == ("0", "1")
    assert {each.due_on for each in [*parts, supplement]} == {date(2026, 12, 20)}


async def test_a_period_is_told_of_when_it_is_over_and_as_the_rules_have_it(office: Office) -> None:
    with pytest.raises(SummaryError, match="is not over"):
        await office.make()
    office.days.now = datetime(2027, 1, 4, 3, 0, tzinfo=UTC)
    with pytest.raises(SummaryError, match="by the month"):
        await office.make(read_period("2026-Q4"))


@pytest.mark.parametrize(
    "faults",
    [
        [],
        [Fault.AWAY, Fault.ANSWER_LOST],
        [Fault.SILENT, Fault.AWAY],
        [Fault.NONSENSE, Fault.DOUBLED],
        [Fault.FORGOTTEN],
    ],
    ids=lambda faults: "+".join(faults) or "none",
)
async def test_a_summary_arrives_once_whatever_the_provider_does_with_it(office: Office, faults: list[Fault]) -> None:
    office.authority.fail(*faults)
    [summary] = await _november(office)

    code = await office.send(summary)
    assert await office.send(summary) == code
    [told] = await office.settled()

    assert told.message_code == code
    assert list(office.authority.messages) == [code]
    asked = await office.system.billing.request(GetAuthoritySummaries(period="2026-11"), timeout=20)
    assert [(one.message_code, one.state.value) for one in asked.summaries] == [(code, "accepted")]
    assert (office.authority.conflicts, office.authority.refused) == ([], [])
    assert (await office.system.audited()).violations == []


@pytest.mark.parametrize("fault", [Fault.NOT_TAKEN, Fault.NO_FORM, Fault.REFUSED], ids=str)
async def test_a_refused_summary_waits_for_a_person_and_is_sent_under_another_code(
    office: Office, fault: Fault
) -> None:
    office.authority.fail(fault)
    [summary] = await _november(office)
    code = await office.send(summary)
    [told] = await office.settled("refused")
    assert told.problem

    again = await office.send(summary)
    await office.settled()

    assert again != code
    async with office.system.pool.acquire() as connection:
        backlog = await authority_messages.backlog(connection)
    assert (backlog.open, backlog.refused, backlog.due_on) == (0, 0, None)
    assert (await office.system.audited()).violations == []


async def test_a_wrong_address_is_told_by_a_notice_that_leaves_the_invoice_as_it_is(office: Office) -> None:
    await office.system.release(office.system.billed(100))
    [row] = await office.system.signed(1)
    which = f"{row['symbol']} {row['number']}"
    with pytest.raises(NoticeError, match="no tax authority"):
        await _notice(office, which)

    office.rules = tuple(
        rule.model_copy(update={"authority": TaxAuthority(code="96100", name="Thuế tỉnh Cà Mau"), "place": "Cà Mau"})
        for rule in office.rules
    )
    with pytest.raises(NoticeError, match="LDo has 256 characters"):
        await _notice(office, which, "x" * 256)
    code = await _notice(office, which)
    await wait_until(lambda: _state(office, code, "accepted"), 20)

    document = etree.fromstring(office.authority.messages[code].document)
    assert document.findtext("TTChung/MLTDiep") == "300"
    assert document.findtext("DLieu/TBao/DLTBao/DSHDon/HDon/TCTBao") == "4"
    assert await office.system.pool.fetchval("SELECT count(*) FROM invoices") == 1
    assert (await office.system.audited()).violations == []


async def test_an_invoice_without_the_codes_of_summaries_goes_to_the_authority_by_itself(
    system: InvoiceSystem, tmp_path: Path
) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(
        "rules: [{from: 2026-07-01, period: month, due_day: 20, invoice_due_day: 7, most_rows: 10,"
        " summary_by: [tax_code], goods: Điện năng}]",
        encoding="utf-8",
    )
    async with StandIn(token="secret").serving() as authority:
        await authority_answers_soon(system, authority.url)
        system.settings = system.settings.model_copy(update={"invoice_authority_rules": rules})
        await system.start(clock=Days())
        await system.release(system.billed(100), system.billed(110))
        await system.signed(2)

        async def all_told() -> bool:
            found = await system.pool.fetch("SELECT state FROM message_states")
            return [row["state"] for row in found] == ["accepted", "accepted"]

        await wait_until(all_told, 20)

        numbers = {
            etree.fromstring(taken.document).findtext("DLieu/HDon/DLHDon/TTChung/SHDon"): taken.kind
            for taken in authority.messages.values()
        }
    assert numbers == {"1": "203", "2": "203"}
    days = await system.pool.fetch("SELECT DISTINCT due_on FROM authority_messages")
    assert [row["due_on"] for row in days] == [date(2026, 11, 6)]
    assert (await system.audited()).violations == []


async def test_the_audit_names_a_summary_that_says_something_else_than_its_invoices(office: Office) -> None:
    [summary] = await _november(office)
    wrong = summary.data.replace(b"<TgTTToan>", b"<TgTTToan>9", 1)
    await office.system.pool.execute("ALTER TABLE summaries DISABLE TRIGGER USER")
    await office.system.pool.execute("UPDATE summaries SET data = $1, total = total + 1, vat = vat + 1", wrong)

    found = {violation.rule for violation in (await office.system.audited()).violations}

    assert found == {"a summary comes to its invoices", "a summary says what its row says"}


async def _november(office: Office) -> list[NewSummary]:
    await office.system.release(office.system.billed(100), office.system.billed(110))
    await office.system.signed(2)
    office.days.now = datetime(2026, 12, 4, 3, 0, tzinfo=UTC)
    return await office.make()


async def _november_invoice(system: InvoiceSystem) -> None:
    """Have another copy, whose clock is behind, make and sign an invoice."""
    await system.pool.execute("ALTER TABLE number_rows DISABLE TRIGGER USER")
    await system.release(system.billed(333))
    await system.signed(6)
    for table in ("invoices", "signatures"):
        await system.pool.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    await system.pool.execute("UPDATE invoices SET made_on = '2026-11-30' WHERE made_on = '2026-12-04'")


async def _more(system: InvoiceSystem, bill: Bill, kwh: int) -> Bill:
    """Bill more of what was billed too low."""
    link = BillLink(bill_id=bill.bill_id, bill_number=bill.bill_number)
    more = system.billed(kwh, kind=BillKind.ADJUSTMENT, corrects=link)
    further = BillLink(bill_id=more.bill_id, bill_number=more.bill_number)
    await system.emit(corrected(bill, CorrectionKind.ADJUSTMENT, new_bill=further))
    return more


async def _notice(office: Office, which: str, reason: str = "Sai tên phường; đúng là phường An Xuyên") -> str:
    async with office.system.pool.acquire() as connection, connection.transaction():
        return await order_notice(connection, which, reason, office.rules, ADDRESSES, office.days(), "Lan")


async def _state(office: Office, code: str, state: str) -> bool:
    async with office.system.pool.acquire() as connection:
        found = await authority_messages.listed(connection, open_only=False, limit=10)
    return any((each.message_code, each.state) == (code, state) for each in found)


def _recount(rows: list[dict[str, str]]) -> Recount:
    """Add up rows by their status, as the authority does."""
    found: Recount = {}
    for row in rows:
        before = found.get(row["TThai"], (0, 0, 0))
        amounts = (int(row[name]) for name in ("TTCThue", "TgTThue", "TgTTToan"))
        found[row["TThai"]] = tuple(a + b for a, b in zip(before, amounts, strict=True))  # type: ignore[assignment]
    return found


def _sum(*amounts: tuple[int, int]) -> tuple[int, int, int]:
    before_vat, vat = sum(each[0] for each in amounts), sum(each[1] for each in amounts)
    return before_vat, vat, before_vat + vat


def _check_references(rows: list[dict[str, str]]) -> None:
    """Whatever corrects names an invoice that was told of, and nothing else does."""
    told = {(row["KHMSHDon"], row["KHHDon"], row["SHDon"]) for row in rows}
    for row in rows:
        named = (row.get("KHMSHDCLQuan"), row.get("KHHDCLQuan"), row.get("SHDCLQuan"))
        assert (named in told) if row["TThai"] != "0" else named == (None, None, None)
