"""Who must not be cut off: kept with who noted it and why, and announced without the reason."""

import pytest

from shared.contracts.customer import CustomerChanged, GetCustomer, GetCustomerActs, ProtectCustomer
from shared.ids import new_id
from shared.problems import Problem
from tests.integration.customer.customer_service import Service

HANH = "PB14010000001"


def protection(*, protected: bool = True, customer_code: str = HANH) -> ProtectCustomer:
    return ProtectCustomer(
        protection_id=new_id(), customer_code=customer_code, protected=protected, reason="Có bệnh nhân thở máy"
    )


async def test_a_protection_is_kept_announced_and_ended(service: Service) -> None:
    request = protection()
    for _ in range(2):
        assert (await service.ask(request)).protected
    assert (await service.ask(GetCustomer(customer_code=HANH))).facts.protected
    await service.ask(protection(protected=False))
    events = [event for event in await service.emitted(CustomerChanged) if event.customer.customer_code == HANH]
    assert [event.customer.protected for event in events][-2:] == [True, False]
    assert all("thở máy" not in event.model_dump_json() for event in events)
    acts = (await service.ask(GetCustomerActs(customer_code=HANH))).acts
    assert [act.what for act in acts].count("customer.protected") == 2


async def test_a_list_without_the_column_leaves_a_protection_and_announces_nobody(service: Service) -> None:
    await service.ask(protection())
    assert (await service.import_town()).customers_announced == 0
    assert (await service.ask(GetCustomer(customer_code=HANH))).facts.protected


async def test_a_customer_that_is_unknown_cannot_be_protected(service: Service) -> None:
    with pytest.raises(Problem, match="not-found"):
        await service.ask(protection(customer_code="PB14019999999"))
