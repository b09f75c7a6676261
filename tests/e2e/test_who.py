"""Who did it, on a running system: a cashier's invented transfer, and what an administrator made of it afterwards."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio

from shared.clock import business_day, now
from shared.ids import new_id
from shared.testing import wait_until
from simulation.command_line import CommandFailed, thungan_json
from simulation.phone import VirtualDesk
from simulation.sample.readings import Month
from simulation.sample.writer import write_sample
from stack.services import LocalSystem


@pytest_asyncio.fixture(scope="module")
async def system(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalSystem]:
    """A running system with customers who owe."""
    folder: Path = tmp_path_factory.mktemp("who")
    async with LocalSystem(f"who_{uuid4().hex[:8]}", keep=False) as running:
        write_sample(folder / "sample", customers=20, seed=3, last_month=Month.before(business_day(now())))
        await thungan_json(running, "import", "all", str(folder / "sample"), THUNGAN_OPERATOR="Lan")
        yield running


@pytest.mark.timeout(240)
async def test_an_invented_transfer_names_the_cashiers_device_however_the_call_was_labelled(
    system: LocalSystem,
) -> None:
    # As the owner of the tables: the service's role cannot change who did it.
    database = await asyncpg.connect(system.addresses.migration_url("billing"))
    try:
        customer = await database.fetchval("SELECT customer_code FROM accounts WHERE debt > 0 ORDER BY 1 LIMIT 1")
        enrolment = await thungan_json(system, "enrol", "--role", "cashier", THUNGAN_OPERATOR="Lan")
        payment_id = new_id()
        async with VirtualDesk(system.gateway_url) as cashier:
            await cashier.enrol(enrolment["code"])
            await cashier.record_transfer(customer, 1000, "INVENTED-1", payment_id=payment_id)
            device_id = str(cashier.device_id)

        async def is_receipted() -> bool:
            found = await _who(system, payment_id)
            return any(act["what"] == "receipt.issued" for act in found["acts"])

        await wait_until(is_receipted, 60)
        found = await _who(system, payment_id)
        assert {act["what"]: act["actor"]["id"] for act in found["acts"] if act["actor"]} == {
            "payment.recorded": device_id,
            "receipt.issued": device_id,
        }
        [device] = found["devices"]
        assert device["let_in_by"].startswith("Lan (command_line ")
        assert found["contradictions"] == []

        of_customer = await _who(system, customer)
        issued = next(act for act in of_customer["acts"] if act["what"] == "bill.issued")
        assert (issued["actor"]["kind"], issued["actor"]["reference"]) == ("command_line", "Lan")

        await database.execute(
            "UPDATE payments SET actor = jsonb_set(actor, '{id}', '\"somebody-else\"') WHERE payment_id = $1",
            payment_id,
        )
        tampered = await _who(system, payment_id, expect=1)
        assert len(tampered["contradictions"]) == 2
        assert all(device_id in line for line in tampered["contradictions"])
    finally:
        await database.close()


async def test_what_nobody_did_is_one_line(system: LocalSystem) -> None:
    with pytest.raises(CommandFailed, match="nothing was done to"):
        await thungan_json(system, "who", str(uuid4()))
    with pytest.raises(CommandFailed, match="customer_code"):
        await thungan_json(system, "who", "nobody")


async def _who(system: LocalSystem, wanted: UUID | str, *, expect: int = 0) -> Any:
    return await thungan_json(system, "who", str(wanted), expect=expect)
