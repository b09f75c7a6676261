"""A service puts months into the archive and lists them with no rights but its own."""

import asyncpg
import pytest

from ops import provision
from services.billing.store import months
from shared.contracts.actor import Actor, ActorKind
from shared.db import connect
from shared.ids import new_id
from tests.integration.ops.provisioned import PASSWORDS, connected_as_owner, provisioned

LAN = Actor(kind=ActorKind.COMMAND_LINE, id="lan@office")


async def test_a_service_detaches_lists_and_attaches_a_month_and_cannot_reach_what_is_in_the_archive(
    postgres_url: str, system: str
) -> None:
    await provisioned(postgres_url, system, "billing")
    url = provision.database_url(postgres_url, system, "billing", PASSWORDS["billing"])
    service = await connect(url, application_name="test of months")
    owner = await connected_as_owner(postgres_url, system, "billing")
    try:
        assert await months.make(service, [(2024, 10)])
        assert (await months.detach(service, new_id(), 2024, 10, "Hết hạn", LAN)).bills == 0
        async with service.transaction():
            stored = await months.stored(service)
        [found] = [one for one in stored if (one.year, one.month) == (2024, 10)]
        assert found.archived_at is not None
        assert found.bytes > 0
        for statement in ("SELECT FROM archive.bill_details_202410", "INSERT INTO month_acts DEFAULT VALUES"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await service.execute(statement)
        assert (await months.attach(service, new_id(), 2024, 10, "Khiếu nại", LAN)).act == "attached"
        async with service.transaction():
            [found] = [one for one in await months.stored(service) if (one.year, one.month) == (2024, 10)]
        assert found.archived_at is None
        assert found.bytes > 0
        assert await months.move_readings(service, 2024, 10, "", 100) == (0, None)
        assert await months.move(service, 2024, 10, "", 100) == (0, None)
        assert await owner.fetchval("SELECT count(*) FROM month_acts") == 2
    finally:
        await service.close()
        await owner.close()
