"""Request and reply with FastStream's own ``request``; runs in an environment of its own (requirements-bench.lock)."""

import json
import logging
import os
import sys
from typing import Any

from faststream.rabbit import Channel, RabbitBroker, RabbitQueue

from simulation.bench.peers import driver
from simulation.bench.peers.payload import ANSWER, QUESTION

QUEUE = RabbitQueue(os.environ["THUNGAN_NAMESPACE"] + ".faststream", auto_delete=True)


def _broker() -> RabbitBroker:
    return RabbitBroker(os.environ["THUNGAN_AMQP_URL"], default_channel=Channel(prefetch_count=64), logger=None)


async def _respond() -> None:
    broker = _broker()

    @broker.subscriber(QUEUE)
    async def answer(_question: dict[str, Any]) -> dict[str, Any]:
        return ANSWER

    await broker.start()
    await driver.obey()
    await broker.stop()


async def _ask() -> None:
    broker = _broker()
    await broker.start()

    async def call(_number: int) -> None:
        reply = await broker.request(QUESTION, QUEUE.name, timeout=30)
        assert json.loads(reply.body)["debt"] == ANSWER["debt"]  # noqa: S101 - a wrong answer must not count

    async def command(order: dict[str, Any]) -> dict[str, Any]:
        return await driver.measure(call, order["count"], order["concurrency"])

    await driver.obey(command)
    await broker.stop()


if __name__ == "__main__":
    # Its answers are mandatory, which RabbitMQ 3.10 returns; its client library writes a line for each.
    logging.disable()
    driver.run(_respond() if sys.argv[1] == "responder" else _ask())
