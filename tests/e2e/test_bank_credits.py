"""Money on the bank account, on a running system: from the webhook to paper, statement, worklist, and audit."""

import csv
import hmac
import json
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import asyncpg
import pytest

from shared.clock import VIETNAM, business_day, now
from shared.contracts.receipt import PaperKind
from shared.ids import new_id
from shared.testing import wait_until
from simulation.command_line import thungan, thungan_json
from simulation.phone import VirtualDesk, VirtualPhone
from simulation.sample.readings import Month
from simulation.sample.writer import write_sample
from stack.services import LocalSystem

KEY = "a secret of the tests"
ACCOUNT = "0071000123456"


async def tell(url: str, number: int, amount: int, content: str) -> int:
    body = {
        "id": number,
        "transactionDate": f"{now().astimezone(VIETNAM):%Y-%m-%d %H:%M:%S}",
        "accountNumber": ACCOUNT,
        "content": content,
        "transferType": "in",
        "transferAmount": amount,
        "referenceCode": f"FT2633{number:05d}",
    }
    data, seconds = json.dumps(body).encode(), str(int(time.time()))
    made = hmac.new(KEY.encode(), f"{seconds}.".encode() + data, "sha256").hexdigest()
    headers = {"X-SePay-Signature": f"sha256={made}", "X-SePay-Timestamp": seconds}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{url}/v1/bank-webhooks/sepay", data=data, headers=headers) as response,
    ):
        return response.status


@pytest.mark.timeout(300)
async def test_a_transfer_prints_its_receipt_by_itself_and_what_is_unclear_waits_for_a_person(tmp_path: Path) -> None:
    write_sample(tmp_path / "sample", customers=20, seed=3, last_month=Month.before(business_day(now())))
    with (tmp_path / "sample" / "collectors.csv").open(encoding="utf-8") as file:
        collector = next(csv.DictReader(file))["collector_code"]
    (tmp_path / "key").write_text(KEY)
    (tmp_path / "webhooks.yaml").write_text("webhooks: [{name: sepay, kind: sepay, secret: {file: key}}]")
    settings = {"gateway": {"THUNGAN_BANK_WEBHOOKS": str(tmp_path / "webhooks.yaml")}}
    async with LocalSystem(f"credits_{uuid4().hex[:8]}", keep=False, settings=settings) as system:
        await thungan(system, "import", "all", str(tmp_path / "sample"))
        first = await thungan_json(system, "enrol", "--role", "supervisor")
        async with VirtualDesk(system.gateway_url) as supervisor, VirtualPhone(system.gateway_url) as phone:
            await supervisor.enrol(first["code"])
            await phone.enrol(await supervisor.make_code("collector", collector_code=collector))
            await phone.open_stream()
            payer, other = [stop.customer for stop in (await phone.route()).stops if stop.customer.debt > 0][:2]
            reference = f"TD {payer.customer_code} 7K3QX9PA"
            shown = {"customer_code": payer.customer_code, "amount": payer.debt, "reference": reference}
            await phone.call("PUT", f"/v1/transfer-codes/{new_id()}", body=shown)
            await _until_known(system)

            content = f"MBVCB.1.2.{reference}.CT tu 1 toi 2"
            assert await tell(system.gateway_url, 1, payer.debt, content) == 200
            assert await tell(system.gateway_url, 1, payer.debt, content) == 200
            await phone.wait_for_printout(PaperKind.RECEIPT, customer_code=payer.customer_code)
            assert await tell(system.gateway_url, 2, other.debt, "chuyen tien dien") == 200

        day = business_day(now())
        statement = tmp_path / "sao-ke.csv"
        statement.write_text(
            f"Số tài khoản,{ACCOUNT}\nNgày giao dịch,Số tham chiếu,Ghi nợ,Ghi có,Số dư,Mô tả\n"
            f"{day:%d/%m/%Y},FT263300001,,{payer.debt},{payer.debt},{content}\n"
            f"{day:%d/%m/%Y},FT263300002,,{other.debt},{payer.debt + other.debt},chuyen tien dien\n"
        )
        for _ in range(2):
            [taken] = await thungan_json(system, "credits", "import", str(statement))
            assert (taken["taken"], taken["known"]) == (0, 2)

        [waiting] = await _waiting(system)
        assert waiting["reason"] == "no_customer"
        assert [source.partition("-")[0] for source in waiting["sources"]] == ["sepay", "statement"]
        details = await thungan_json(system, "credits", "show", waiting["credit_id"])
        assert other.customer_code in [one["customer_code"] for one in details["candidates"]]
        matched = await thungan_json(
            system, "credits", "match", waiting["credit_id"], other.customer_code, "--reason", "Khách gọi báo"
        )
        assert matched["state"] == "booked"
        assert await _waiting(system) == []
        await wait_until(lambda: _is_sound(system), 60)
        await _erase(system, payer.customer_code, payer.phone, tmp_path / "exported")
        assert await _is_sound(system)


async def _erase(system: LocalSystem, code: str, phone: str | None, folder: Path) -> None:
    """Erase the payer: what no law keeps is gone from all services, what is kept is named, the rest is as it was."""
    assert phone is not None
    await thungan_json(system, "person", "export", code, "--out", str(folder))
    exported = json.loads((folder / f"{code}.json").read_text(encoding="utf-8"))["held"]
    assert exported["customer.contract"]["rows"][0]["phone"] == phone
    assert "MBVCB" in exported["billing.bank_texts"]["rows"][0]["content"]
    assert phone in (folder / f"{code}.txt").read_text(encoding="utf-8")
    await thungan(system, "person", "erase", code, expect=2)  # nobody has asked for it
    await thungan_json(system, "person", "open", "erase", "--customer", code, "--note", "tại quầy")
    first = await thungan_json(system, "person", "erase", code, "--not-done")
    assert first["removed"].items() >= {"customer.contract": 1, "billing.bank_texts": 1, "gateway.papers": 1}.items()
    kept = {one["kind"]: one for one in first["kept"]}
    assert kept.keys() >= {"billing.payments", "receipt.receipts", "invoice.invoices"}
    assert "billing.bank_texts" not in kept
    assert all(one["why"] and one["until"] for one in kept.values())
    again = await thungan_json(system, "person", "erase", code)
    assert again["removed"].items() <= first["removed"].items()
    assert await thungan_json(system, "person", "requests") == []
    await thungan_json(system, "person", "export", code, "--out", str(folder))
    exported = json.loads((folder / f"{code}.json").read_text(encoding="utf-8"))["held"]
    assert exported["customer.contract"]["rows"][0]["phone"] is None
    incident = await thungan_json(system, "person", "open", "incident", "--note", "mất máy")
    touched = await thungan_json(
        system, "person", "touched", "--incident", incident["request_id"], "--everybody", "--out", str(folder / "t.csv")
    )
    assert touched["people"] == 20
    assert (folder / "t.csv").stat().st_mode & 0o077 == 0


async def _waiting(system: LocalSystem) -> Any:
    return await thungan_json(system, "credits", "list")


async def _until_known(system: LocalSystem) -> None:
    """Wait until billing has heard of the shown code: a payer takes longer than that to scan it."""

    connection = await asyncpg.connect(system.database_url("billing"))
    try:

        async def known() -> bool:
            return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM shown_codes)"))

        await wait_until(known, 30)
    finally:
        await connection.close()


async def _is_sound(system: LocalSystem) -> bool:
    found = await thungan_json(system, "audit", "--complete", expect=None)
    return not found["violations"]
