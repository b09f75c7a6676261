"""Events with aio-pika alone: persistent, confirmed, over a quorum queue, acknowledged; no database."""

import asyncio
import json
import os
import sys
import time
from typing import Any

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

from simulation.bench.peers import driver
from simulation.bench.peers.payload import ANSWER

QUEUE = os.environ["THUNGAN_NAMESPACE"] + ".bare-events"


async def _consume() -> None:
    connection = await aio_pika.connect(os.environ["THUNGAN_AMQP_URL"])
    async with connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=200)
        queue = await channel.declare_queue(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
        handled = 0
        changed = asyncio.Condition()

        async def take(message: AbstractIncomingMessage) -> None:
            nonlocal handled
            json.loads(message.body)
            await message.ack()
            async with changed:
                handled += 1
                changed.notify_all()

        async def command(order: dict[str, Any]) -> dict[str, Any]:
            async with changed:
                await changed.wait_for(lambda: handled >= order["handled"])
            return {"at": time.monotonic()}

        await queue.consume(take)
        await driver.obey(command)
        await queue.delete(if_unused=False, if_empty=False)


async def _produce() -> None:
    connection = await aio_pika.connect(os.environ["THUNGAN_AMQP_URL"])
    async with connection:
        channel = await connection.channel()

        async def emit(number: int) -> None:
            message = aio_pika.Message(
                json.dumps({"account": ANSWER}).encode(),
                content_type="application/json",
                delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
                message_id=f"{os.getpid()}-{time.monotonic_ns()}-{number}",
            )
            await channel.default_exchange.publish(message, routing_key=QUEUE)

        async def command(order: dict[str, Any]) -> dict[str, Any]:
            started = time.monotonic()
            await driver.measure(emit, order["count"], order["concurrency"])
            return {"from": started}

        await driver.obey(command)


if __name__ == "__main__":
    driver.run(_produce() if sys.argv[1] == "producer" else _consume())
