"""Request and reply over our bus: ``responder`` answers, ``requester`` asks."""

import sys
from typing import Any

from pydantic import BaseModel

from shared.contracts.message import Reply, Request
from shared.logging import configure_logging
from shared.messaging import Access, Bus, RequestHandler, Topology, UnitOfWork
from shared.settings import ServiceSettings
from simulation.bench.peers import driver
from simulation.bench.peers.payload import ANSWER, QUESTION


class _Bill(BaseModel):
    month: int
    year: int
    kwh: int
    pre_vat: int
    vat: int
    total: int


class Account(Reply):
    """The answer."""

    customer_code: str
    name: str
    address: str
    debt: int
    bills: list[_Bill]


class AskAccount(Request[Account]):
    """The question."""

    message_name = "bench.account"
    customer_code: str
    history: int


async def _answer(_request: AskAccount, _work: UnitOfWork) -> Account:
    return Account.model_validate(ANSWER)


TOPOLOGY = Topology(service="bench", handlers=[RequestHandler(AskAccount, _answer, access=Access.NO_DATABASE)])


async def _respond() -> None:
    settings = ServiceSettings(concurrency=64, prefetch=64)
    async with Bus(settings, TOPOLOGY, pool=None) as bus:
        await bus.start()
        await driver.obey()


async def _ask() -> None:
    async with Bus(ServiceSettings(), Topology(service="asker"), pool=None) as bus:
        await bus.start()

        async def call(_number: int) -> None:
            reply = await bus.request(AskAccount.model_validate(QUESTION), timeout=30)
            assert reply.debt == ANSWER["debt"]  # noqa: S101 - a wrong answer must not count

        async def command(order: dict[str, Any]) -> dict[str, Any]:
            return await driver.measure(call, order["count"], order["concurrency"])

        await driver.obey(command)


if __name__ == "__main__":
    configure_logging(service="bench", level="WARNING")
    driver.run(_respond() if sys.argv[1] == "responder" else _ask())
