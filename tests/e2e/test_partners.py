"""A partner on a running system: let in by the operator, paying with the client of the documents, and audited."""

import asyncio
import hashlib
import json
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from services.billing.partners.reconciliation import HEADER
from shared.clock import business_day, now
from shared.testing import wait_until
from simulation.command_line import CommandFailed, thungan, thungan_json
from stack.services import LocalSystem
from tests.e2e.small_system import small_system

CLIENT = Path(__file__).parents[2] / "docs" / "partner_client.py"
TERMS = """
rules:
  - {from: 2018-01-01, bills: any, cancel_until: 24, fee: 1000, fee_per_million: 0, file_due: 6, file_days: 31}
"""


async def openssl(*arguments: str) -> None:
    process = await asyncio.create_subprocess_exec("openssl", *arguments, stderr=asyncio.subprocess.DEVNULL)
    assert await process.wait() == 0


async def both_sides_books(system: LocalSystem, folder: Path, point: str, customer: str) -> None:
    """Take files of yesterday, on which nothing was paid, in both ways; settle what differs, and see what is owed."""
    day = business_day(now()) - timedelta(days=1)

    def written(place: Path, *payment_ids: str, old: bool = False) -> Path:
        place.parent.mkdir(parents=True, exist_ok=True)
        rest = f"{customer},x,5000,PAY,{day}T09:00:00+07:00,{point}"
        body = "\n".join([HEADER, *(f"VNPOST,{day},{payment_id},{rest}" for payment_id in payment_ids), ""])
        count = len(payment_ids)
        trailer = f"TRAILER,{count},{count * 5_000},{hashlib.sha256(body.encode()).hexdigest()}\n"
        place.write_text(f"{body}{trailer}", encoding="utf-8")
        if old:
            os.utime(place, (0, 0))
        return place

    # More than other messages may have.
    many = [f"VM-{number}" for number in range(4_000)]
    file, out = written(folder / "first.csv", *many), folder / "first.result.csv"
    taken = await thungan_json(system, "partners", "reconcile", "VNPOST", str(file), "--out", str(out))
    assert (taken["lines"], taken["verdicts"]["MISSING_HERE"]) == (4_000, 4_000)
    assert ",MISSING_HERE,\n" in out.read_text(encoding="utf-8")

    inbox = folder / "inbox"
    watched = written(inbox / "VNPOST" / "second.csv", "VN-9", old=True)
    strange = written(inbox / "MOMO" / "strange.csv", "VN-9", old=True)
    broken = written(inbox / "VNPOST" / "broken.csv", "VN/9", old=True)
    link = inbox / "VNPOST" / "gone.csv"
    link.symlink_to(folder / "nothing.csv")
    huge = inbox / "VNPOST" / "huge.csv"
    huge.write_bytes(b"x" * 8_000_001)
    os.utime(huge, (0, 0))
    await thungan(system, "partners", "watch", str(inbox), "--once")
    assert ",MISSING_HERE,\n" in watched.with_name("second.result.csv").read_text(encoding="utf-8")
    for refused in (strange, broken, huge):
        assert not refused.exists()
        why = refused.parent / "refused" / f"{refused.name}.refused.json"
        assert json.loads(why.read_text(encoding="utf-8"))["why"]
    assert await thungan(system, "partners", "watch", str(inbox), "--once") == ""

    [open_one] = await thungan_json(system, "partners", "differences", "--partner", "VNPOST")
    assert (open_one["partner_payment_id"], open_one["verdict"]) == ("VN-9", "MISSING_HERE")
    settling = ("partners", "settle", open_one["difference_id"])
    with pytest.raises(CommandFailed, match=r"đối soát|settlement-not-possible"):
        await thungan(system, *settling, "later_file", "--reason", "thử")
    settled = await thungan_json(system, *settling, "refunded", "--reason", "Đã trả lại khách")
    assert settled["settlement"] == "refunded"
    days = await thungan_json(system, "partners", "settlement", "VNPOST", str(day), str(day))
    assert [(one["business_date"], one["payments"], one["open_differences"]) for one in days] == [(str(day), 0, 0)]
    assert "total" in await thungan(system, "partners", "settlement", "VNPOST", str(day), str(day + timedelta(days=1)))


SOMEBODY_WAITS = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


class Client:
    """The partner's program, as the documents have it."""

    def __init__(self, system: LocalSystem, key: Path) -> None:
        self._system = system
        self._key = key

    async def start(self, *arguments: str, copy: int = 0) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            str(CLIENT),
            *("--url", self._system.http_url("gateway", copy), "--key-id", "vnpost-1", "--key", str(self._key)),
            *arguments,
            stdout=asyncio.subprocess.PIPE,
        )

    async def __call__(self, *arguments: str, copy: int = 0) -> Any:
        process = await self.start(*arguments, copy=copy)
        output, _ = await process.communicate()
        return json.loads(output.partition(b"{")[1] + output.partition(b"{")[2])


async def two_gateways_at_the_ceiling(system: LocalSystem, client: Client, point: str, customers: list[str]) -> None:
    """Two copies of the gateway are asked at once for more than the partner may hold of the day."""
    owed = {code: (await client("bills", code))["bills"][0] for code in customers}
    register = await asyncpg.connect(system.database_url("billing"))
    try:
        held = await register.fetchval("SELECT paid - cancelled FROM partner_days WHERE partner_code = 'VNPOST'")
        ceiling = held + sum(bill["amount"] for bill in owed.values()) - 1
        await thungan(system, "partners", "limits", "VNPOST", "--ceiling", str(ceiling), "--reason", "thử")
        answers = await asyncio.gather(
            *(
                client("pay", f"VC-{code}", point, code, str(bill["amount"]), bill["bill_id"], copy=number % 2)
                for number, (code, bill) in enumerate(owed.items())
            )
        )
        refused = [answer["type"] for answer in answers if "state" not in answer]
        assert refused == ["urn:thungan:problem:partner-ceiling-reached"]
        states = [(await client("status", f"VC-{code}"))["state"] for code in customers]
        assert sorted(states) == ["paid"] * (len(customers) - 1) + ["unknown"]
        now_held = await register.fetchval("SELECT paid - cancelled FROM partner_days WHERE partner_code = 'VNPOST'")
        assert held < now_held <= ceiling
    finally:
        await register.close()
    await thungan(system, "partners", "limits", "VNPOST", "--ceiling", "100000000", "--reason", "thử")


async def a_client_dies_in_mid_payment(system: LocalSystem, client: Client, point: str, code: str) -> None:
    """The partner's program is killed while its payment is being recorded: the status by its id says what happened."""
    bill = (await client("bills", code))["bills"][0]
    paying = ("pay", "VK-1", point, code, str(bill["amount"]), bill["bill_id"])
    ledger = await asyncpg.connect(system.database_url("billing"))
    try:
        async with ledger.transaction():
            await ledger.execute("SELECT FROM accounts WHERE customer_code = $1 FOR UPDATE", code)
            killed = await client.start(*paying)

            async def is_in_mid_payment() -> bool:
                return bool(await ledger.fetchval(SOMEBODY_WAITS))

            await wait_until(is_in_mid_payment)
            killed.kill()
            await killed.wait()
        told = await client("status", "VK-1", copy=1)
        assert (told["state"], told["amount"]) == ("paid", bill["amount"])
        assert (await client(*paying, copy=1))["payment_id"] == told["payment_id"]
        assert await ledger.fetchval("SELECT count(*) FROM payments WHERE customer_code = $1", code) == 1
    finally:
        await ledger.close()


@pytest.mark.timeout(300)
async def test_a_partner_is_let_in_and_pays_asks_and_cancels_as_the_documents_say(tmp_path: Path) -> None:
    terms = tmp_path / "terms.yaml"
    # Whatever the time of day is.
    terms.write_text(TERMS)
    settings = {"billing": {"THUNGAN_PARTNER_TERMS_FILE": str(terms)}}
    async with small_system("partners", tmp_path / "sample", settings, {"gateway": 2}) as (system, _):
        key, public = tmp_path / "key.pem", tmp_path / "key.pub.pem"
        await openssl("genpkey", "-algorithm", "ed25519", "-out", str(key))
        await openssl("pkey", "-in", str(key), "-pubout", "-out", str(public))
        walk = await thungan(
            system, "partners", "sandbox", str(tmp_path / "sandbox"), "--walk", THUNGAN_ENVIRONMENT="development"
        )
        for state in ('"state":"paid"', '"state":"cancelled"', "payment-cancelled", '"state":"barred"'):
            assert state in walk
        assert "bills PB9900000001" in walk, "a customer of the sandbox's own"

        points = (tmp_path / "sample" / "collection_points.csv").read_text(encoding="utf-8").splitlines()[1:]
        point = points[0].partition(",")[0]
        added = ("--name", "Bưu điện", "--ceiling", "100000000", "--point", point, "--network", "127.0.0.0/8")
        await thungan(system, "partners", "add", "VNPOST", *added)
        await thungan(system, "partners", "keys", "add", "VNPOST", "--key-id", "vnpost-1", "--public-key", str(public))

        client = Client(system, key)
        assert [one["collection_point_code"] for one in (await client("points"))["collection_points"]] == [point]
        customers = (tmp_path / "sample" / "customers.csv").read_text(encoding="utf-8").splitlines()
        code = customers[5].partition(",")[0]
        owed = await client("bills", code)
        bill = owed["bills"][0]
        paying = ("VN-1", point, code, str(bill["amount"]), bill["bill_id"])
        assert (await client("pay", *paying))["state"] == "paid"

        async def has_receipt() -> bool:
            return bool((await client("status", "VN-1"))["receipt_number"])

        await wait_until(has_receipt)
        assert (await client("pay", *paying))["state"] == "paid"

        codes = [line.partition(",")[0] for line in customers[6:11]]
        await two_gateways_at_the_ceiling(system, client, point, codes[:4])
        await a_client_dies_in_mid_payment(system, client, point, codes[4])
        await both_sides_books(system, tmp_path, point, code)

        [listed] = [one for one in await thungan_json(system, "partners", "list") if one["partner_code"] == "VNPOST"]
        assert (listed["daily_ceiling"], listed["points"]) == (100_000_000, [point])
        await thungan(system, "partners", "limits", "VNPOST", "--ceiling", "1", "--reason", "thử")
        await thungan(system, "partners", "keys", "end", "vnpost-1", "--reason", "đổi khóa")
        assert (await client("status", "VN-1"))["type"] == "urn:thungan:problem:not-authenticated"
        shown = await thungan_json(system, "partners", "show", "VNPOST")
        assert [act["what"] for act in shown["acts"]] == [
            "partner.added",
            "partner_key.added",
            *["partner.limited"] * 3,
            "partner_key.ended",
        ]

        async def audited() -> bool:
            by_terms = {"THUNGAN_PARTNER_TERMS_FILE": str(terms)}
            found = await thungan_json(system, "audit", "--complete", expect=None, **by_terms)
            return bool(found["violations"] == [])

        await wait_until(audited, every=1)
