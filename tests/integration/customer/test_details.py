"""What is answered about one customer was true at one moment."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from services.customer.domain.visits import VisitRules
from services.customer.handlers.apply_bill import apply_bill
from services.customer.handlers.get_customer import get_customer
from services.customer.handlers.record_visit import record_visit
from shared.contracts.common import NextStep, Outcome
from shared.contracts.customer import GetCustomer
from shared.messaging import UnitOfWork
from tests.integration.customer.accounts import billed
from tests.integration.customer.customer_service import NOW, Service
from tests.integration.customer.test_visits import HANH, record

RULES = VisitRules()


class Interrupted:
    """A connection after one of whose statements somebody else commits."""

    def __init__(self, connection: Any, statements: int, commit: Callable[[], Awaitable[None]]) -> None:
        self._connection = connection
        self._commit = commit
        self._left = statements

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    async def fetch(self, *arguments: Any) -> Any:
        return await self._then_commit(await self._connection.fetch(*arguments))

    async def fetchrow(self, *arguments: Any) -> Any:
        return await self._then_commit(await self._connection.fetchrow(*arguments))

    async def fetchval(self, *arguments: Any) -> Any:
        return await self._then_commit(await self._connection.fetchval(*arguments))

    async def _then_commit(self, answer: Any) -> Any:
        self._left -= 1
        if self._left == 0:
            await self._commit()
        return answer


@pytest.mark.parametrize("statements", [1, 2, 3, 4])
async def test_a_visit_that_is_recorded_meanwhile_is_in_the_answer_as_a_whole_or_not_at_all(
    service: Service, statements: int
) -> None:
    async def record_a_visit() -> None:
        async with service.customer_bus.work() as work:
            await record_visit(record(Outcome.CANNOT_PAY), work, rules=RULES, clock=lambda: NOW)

    async with service.customer_bus.work() as work:
        await apply_bill(billed(HANH, 1), work, rules=RULES)
    async with service.customer_bus.work() as work:
        interrupted = UnitOfWork(Interrupted(work.connection, statements, record_a_visit), work.context)  # type: ignore[arg-type]
        during = await get_customer(
            GetCustomer(customer_code=HANH, collector_code="TN1"), interrupted, rules=RULES, clock=lambda: NOW
        )

    seen = (during.step, during.misses, len(during.visits))
    assert seen in {(NextStep.DUE, 0, 0), (NextStep.REVISIT, 1, 1)}
