"""From a bank's webhook to the collector's phone, in the whole system: credits at a steady rate, and their times."""

import asyncio
import hmac
import json
import shutil
import time
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import aiohttp

from services.gateway.domain.devices import Role
from services.gateway.enrolment import make_code_in_database
from shared.clock import VIETNAM, now
from simulation.bench.bench import Bench, new_namespace
from simulation.bench.district import MANY, write_district
from simulation.command_line import thungan
from simulation.phone import VirtualPhone, open_session
from stack.services import LocalSystem

_KEY = "a secret of the bench"
_A_SECOND = 20.0
_LONGEST = 60.0


async def seconds_until_known(bench: Bench, phones: int, customers_each: int) -> list[float]:
    """Return for each credit how long it took from the webhook's request to the frame on the phone's stream."""
    namespace = new_namespace()
    folder = bench.folder / namespace
    folder.mkdir(parents=True)
    (folder / "key").write_text(_KEY)
    (folder / "webhooks.yaml").write_text("webhooks: [{name: sepay, kind: sepay, secret: {file: key}}]")
    settings = {"gateway": {"THUNGAN_BANK_WEBHOOKS": str(folder / "webhooks.yaml")}}
    async with AsyncExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        system = await stack.enter_async_context(
            LocalSystem(namespace, settings=settings, stack=bench.stack, keep=False)
        )
        codes = write_district(folder / "district", collectors=phones, customers_each=customers_each)
        await thungan(system, "import", "all", str(folder / "district"), THUNGAN_BILLS_AT_ONCE=MANY)
        session = await stack.enter_async_context(open_session())
        stops: list[tuple[VirtualPhone, str]] = []
        for code in codes:
            phone = await _phone(system, code, session)
            stack.push_async_callback(phone.close)
            stops += [(phone, stop.customer.customer_code) for stop in (await phone.route()).stops]
        url = f"{system.http_url('gateway', 0)}/v1/bank-webhooks/sepay"
        begun = time.monotonic()
        waiting: list[asyncio.Task[float]] = []
        async with asyncio.TaskGroup() as group:
            for number, (phone, customer) in enumerate(stops):
                await asyncio.sleep(max(0.0, begun + number / _A_SECOND - time.monotonic()))
                waiting.append(group.create_task(_told(session, url, number, phone, customer)))
        return [task.result() for task in waiting]


async def _phone(system: LocalSystem, code: str, session: aiohttp.ClientSession) -> VirtualPhone:
    made = await make_code_in_database(
        system.database_url("gateway"),
        Role.COLLECTOR,
        made_by="bench",
        collector_code=code,
        collection_point_code=None,
        lifetime=timedelta(minutes=15),
    )
    phone = VirtualPhone(system.http_url("gateway", 0), session=session)
    await phone.enrol(made.code)
    await phone.open_stream()
    return phone


async def _told(
    session: aiohttp.ClientSession, url: str, number: int, phone: VirtualPhone, customer_code: str
) -> float:
    body: dict[str, Any] = {
        "id": number + 1,
        "transactionDate": f"{now().astimezone(VIETNAM):%Y-%m-%d %H:%M:%S}",
        "accountNumber": "0071000123456",
        "content": f"TIEN DIEN {customer_code}",
        "transferType": "in",
        "transferAmount": 10_000,
        "referenceCode": f"FT26{number:08d}",
    }
    data, seconds = json.dumps(body).encode(), str(int(time.time()))
    made = hmac.new(_KEY.encode(), f"{seconds}.".encode() + data, "sha256").hexdigest()
    headers = {"X-SePay-Signature": f"sha256={made}", "X-SePay-Timestamp": seconds}
    begun = time.monotonic()
    async with session.post(url, data=data, headers=headers) as response:
        if response.status != 200:
            raise RuntimeError(f"the gateway answers {response.status}: {await response.text()}")
    await phone.wait_for_update(customer_code, "payment.recorded", within=_LONGEST)
    return time.monotonic() - begun
