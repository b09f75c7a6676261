"""Statements from files and folders, taken by billing: each movement once, whoever has told of it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.billing.statements.files import read_statement
from services.billing.statements.folder import StatementFolder, TakenStatement, take_statement
from shared.clock import now
from shared.contracts.billing import SeenBankCredit, TakeBankCredits, TakenBankCredits
from shared.watched_files import REFUSED
from tests.integration.billing.billing_handlers import CODE, BillingHandlers

HEADER = "Ngày GD/TNX Date,Số CT/Doc No,Số tiền ghi nợ/Debit,Số tiền ghi có/Credit,Số dư/Balance,Nội dung/Details"
STATEMENT = f"""Số tài khoản,0071000123456
{HEADER}
20/11/2026,FT26324001,,475000,1475000,MBVCB.1.TIEN DIEN {CODE}
21/11/2026,FT26325001,75000,,1400000,Phi
"""


async def look(billing: BillingHandlers, folder: Path) -> list[TakenStatement]:
    async def take(request: TakeBankCredits) -> TakenBankCredits:
        taken: TakenBankCredits = await billing.ask(request)
        return taken

    watched = StatementFolder(folder, take, now, settled_after=timedelta())
    return [taken async for taken in watched.look()]


async def stored(billing: BillingHandlers) -> int:
    count: int = await billing.pool.fetchval("SELECT count(*) FROM bank_credits")
    return count


async def test_a_statement_is_taken_once_under_whatever_name(billing: BillingHandlers, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(STATEMENT)
    (tmp_path / "b.part").write_text(STATEMENT)
    [first] = await look(billing, tmp_path)
    assert (first.movements, first.taken, first.known) == (2, 2, 0)
    assert await look(billing, tmp_path) == []
    (tmp_path / "b.part").rename(tmp_path / "b.csv")
    [again] = await look(billing, tmp_path)
    assert (again.taken, again.known) == (0, 2)
    result = json.loads((tmp_path / "b.csv.done.json").read_text())
    assert (result["account_number"], result["movements"], result["known"]) == ("0071000123456", 2, 2)
    assert CODE not in (tmp_path / "b.csv.done.json").read_text()
    assert await stored(billing) == 2


async def test_what_a_webhook_has_told_of_is_the_same_credit(billing: BillingHandlers) -> None:
    told = SeenBankCredit(
        source_id="1",
        account_number="0071000123456",
        amount=475_000,
        transacted_at=datetime(2026, 11, 20, 2, tzinfo=UTC),
        reference="FT26324001",
        content=f"TIEN DIEN {CODE}",
    )
    await billing.ask(TakeBankCredits(source="sepay", credits=[told]))
    taken = await take_statement("s.csv", read_statement("s.csv", STATEMENT.encode()), billing.ask)
    assert (taken.taken, taken.known) == (1, 1)
    assert await stored(billing) == 2


async def test_another_layout_of_the_same_statement_tells_of_the_same_credits(billing: BillingHandlers) -> None:
    other = STATEMENT.replace("Số CT/Doc No", "Số tham chiếu").replace("MBVCB.1.TIEN", "REM 1 TIEN")
    first = await take_statement("s.csv", read_statement("s.csv", STATEMENT.encode()), billing.ask)
    again = await take_statement("s.csv", read_statement("s.csv", other.encode()), billing.ask)
    assert (first.taken, again.taken, again.known) == (2, 0, 2)
    assert await stored(billing) == 2


async def test_a_statement_whose_balances_do_not_follow_is_put_aside_with_the_reason(
    billing: BillingHandlers, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text(STATEMENT.replace("1400000", "1400001"))
    [refused] = await look(billing, tmp_path)
    assert "does not follow" in refused.refused
    assert not (tmp_path / "a.csv").exists()
    assert "does not follow" in json.loads((tmp_path / REFUSED / "a.csv.refused.json").read_text())["why"]
    assert await look(billing, tmp_path) == []
    assert await stored(billing) == 0


async def test_a_file_that_is_being_written_is_left(billing: BillingHandlers, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(STATEMENT)
    watched = StatementFolder(tmp_path, billing.ask, now)
    assert [taken async for taken in watched.look()] == []


async def test_taking_a_statement_that_was_stopped_half_way_goes_on(billing: BillingHandlers) -> None:
    lines = [f"20/11/2026,R{n},,1,{n},x{n}" for n in range(1, 451)]
    statement = read_statement("s.csv", "\n".join(["Số tài khoản,0071000123456", HEADER, *lines]).encode())
    calls: list[int] = []

    async def stopped(request: TakeBankCredits) -> TakenBankCredits:
        calls.append(len(request.credits))
        if len(calls) == 2:
            raise ConnectionError
        taken: TakenBankCredits = await billing.ask(request)
        return taken

    with pytest.raises(ConnectionError):
        await take_statement("s.csv", statement, stopped)
    taken = await take_statement("s.csv", statement, billing.ask)
    assert calls == [200, 200]
    assert (taken.taken, taken.known) == (250, 200)
    assert await stored(billing) == 450
