"""``thungan invoices summaries`` and lists of lines, on a real database with a running service."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from ops.cli import run_command
from services.invoice.authority.rules import read_period
from tests.integration.invoice.invoice_service import InvoiceSystem
from tests.integration.invoice.test_authority import Days

Command = Callable[..., Awaitable[tuple[int, str]]]


@pytest.fixture
def thungan(system: InvoiceSystem, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """A function that runs a command as an operator does, and gives exit code and output."""
    monkeypatch.setenv("THUNGAN_NAMESPACE", system.settings.namespace)
    monkeypatch.setenv("THUNGAN_INVOICE_DATABASE_URL", system.settings.database_url.get_secret_value())

    async def run(*arguments: str) -> tuple[int, str]:
        capsys.readouterr()
        code = await asyncio.to_thread(run_command, ["invoices", *arguments])
        shown = capsys.readouterr()
        return code, shown.out + shown.err

    return run


async def answer(thungan: Command, *arguments: str) -> Any:
    code, output = await thungan(*arguments, "--json")
    assert code == 0, output
    (line,) = (line for line in output.splitlines() if line.startswith(("{", "[")))
    return json.loads(line)


async def test_summaries_are_made_sent_and_shown_by_commands(system: InvoiceSystem, thungan: Command) -> None:
    # Of months ago, whatever the day is on which this runs.
    await system.start(clock=Days())
    bills = [system.billed(kwh) for kwh in (100, 200)]
    await system.release(*bills)
    await system.signed(2)
    await _are_of_july(system)

    [made] = await answer(thungan, "summaries", "make", "2026-07")
    assert (made["invoices"], made["total"], made["state"]) == (2, sum(bill.total for bill in bills), None)
    assert await answer(thungan, "summaries", "make", "2026-07") == []
    [sent] = await answer(thungan, "summaries", "send", "2026-07")
    assert await answer(thungan, "summaries", "send", "2026-07") == [sent]
    [shown] = await answer(thungan, "summaries", "list", "--period", "2026-07")
    assert (shown["state"], shown["message_code"], shown["due_on"]) == ("ordered", sent["message_code"], "2026-08-20")
    [message] = (await answer(thungan, "summaries", "status"))["messages"]
    assert (message["kind"], message["state"]) == ("400", "ordered")


async def test_what_cannot_be_is_refused_in_one_line(system: InvoiceSystem, thungan: Command) -> None:
    for arguments, said in (
        (("summaries", "make", "2026-13"), "is no period"),
        (("summaries", "make", "2999-01", "--seller", "9900000016"), "is not over"),
        (("summaries", "send", "2026-07"), "there is no summary"),
        (("summaries", "make", "2026-07", "--seller", "9900000016"), "nobody has sold"),
        (("notice", "1K26TAA 42", "--reason", "Sai số nhà"), "there is no invoice"),
        (("notice", "1K26TAA 99999999999", "--reason", "Sai số nhà"), "there is no invoice"),
    ):
        code, output = await thungan(*arguments)
        assert (code != 0, said in output) == (True, True), output


async def test_the_list_behind_an_invoice_is_written_beside_it(
    system: InvoiceSystem, thungan: Command, tmp_path: Path
) -> None:
    system.settings = system.settings.model_copy(update={"invoice_most_lines": 1})
    await system.start()
    await system.release(bill := system.billed(450))
    await system.signed(1)
    assert (await system.audited()).violations == []

    code, output = await thungan("show", bill.bill_number, "--xml", str(tmp_path))

    assert code == 0, output
    [page, document] = _texts(tmp_path)
    assert f"<SBKe>BK-{bill.bill_number}</SBKe>" in document
    assert f"BẢNG KÊ BK-{bill.bill_number}" in page


def _texts(folder: Path) -> list[str]:
    return [file.read_text(encoding="utf-8") for file in sorted(folder.iterdir(), key=lambda file: file.suffix)]


async def _are_of_july(system: InvoiceSystem) -> None:
    """Give invoices a day that is in a period that is over."""
    assert read_period("2026-07").last.month == 7
    await system.pool.execute("ALTER TABLE invoices DISABLE TRIGGER USER")
    await system.pool.execute("UPDATE invoices SET made_on = '2026-07-15'")
