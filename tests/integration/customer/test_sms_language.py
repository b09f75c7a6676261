"""In which language a customer wants SMS: kept with who noted it, and announced."""

from typing import Any

import pytest

from shared.contracts.common import SmsLanguage
from shared.contracts.customer import ChooseSmsLanguage, CustomerChanged, GetCustomer
from shared.ids import new_id
from shared.problems import Problem
from tests.integration.customer.customer_service import Service

HANH = "PB14010000001"


def choice(language: SmsLanguage | None, **changes: Any) -> ChooseSmsLanguage:
    facts: dict[str, Any] = {
        "choice_id": new_id(),
        "customer_code": HANH,
        "language": language,
        "requested_by": "cashier:1",
    }
    return ChooseSmsLanguage(**facts | changes)


async def announced(service: Service) -> list[SmsLanguage | None]:
    """Return the wishes of the customer as they were announced, one an event."""
    events = await service.emitted(CustomerChanged)
    return [event.customer.sms_language for event in events if event.customer.customer_code == HANH]


async def wish_of(service: Service) -> SmsLanguage | None:
    return (await service.ask(GetCustomer(customer_code=HANH))).facts.sms_language


async def test_a_wish_is_kept_announced_and_taken_back(service: Service) -> None:
    assert await wish_of(service) is None
    request = choice(SmsLanguage.ENGLISH)
    for _ in range(2):
        assert (await service.ask(request)).language is SmsLanguage.ENGLISH
    assert await wish_of(service) is SmsLanguage.ENGLISH
    await service.ask(choice(SmsLanguage.ENGLISH))
    await service.ask(choice(None))
    assert await wish_of(service) is None
    assert await announced(service) == [None, SmsLanguage.ENGLISH, None]

    kept = await service.pool.fetch(
        "SELECT sms_language, requested_by FROM sms_language_choices ORDER BY recorded_at, choice_id"
    )
    assert sorted(str(row["sms_language"]) for row in kept) == ["None", "en", "en"]
    assert {row["requested_by"] for row in kept} == {"cashier:1"}


async def test_a_wish_outlives_the_next_import(service: Service) -> None:
    await service.ask(choice(SmsLanguage.ACCENTED))
    assert (await service.import_town()).customers_announced == 0
    assert await wish_of(service) is SmsLanguage.ACCENTED


async def test_a_customer_that_is_unknown_has_no_wish(service: Service) -> None:
    with pytest.raises(Problem, match="not-found"):
        await service.ask(choice(SmsLanguage.ENGLISH, customer_code="PB14019999999"))
