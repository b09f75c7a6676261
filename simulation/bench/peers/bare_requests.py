"""Request and reply with aio-pika alone: direct reply-to, many questions at once over one channel, JSON, acknowledged.

What is left out is all that a bus adds: models, deadlines, problems as answers, noticing that nobody is there.
With ``unconfirmed``, publishes are not confirmed and questions not acknowledged either: the least that can be done.
"""

import asyncio
import json
import os
import sys
from typing import Any

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

from simulation.bench.peers import driver
from simulation.bench.peers.payload import ANSWER, QUESTION

REPLY_TO = "amq.rabbitmq.reply-to"
SURE = "unconfirmed" not in sys.argv
QUEUE = os.environ["THUNGAN_NAMESPACE"] + (".bare" if SURE else ".barest")


async def _respond() -> None:
    connection = await aio_pika.connect(os.environ["THUNGAN_AMQP_URL"])
    async with connection:
        channel = await connection.channel(publisher_confirms=False)
        await channel.set_qos(prefetch_count=64)
        queue = await channel.declare_queue(QUEUE, auto_delete=True)

        async def answer(message: AbstractIncomingMessage) -> None:
            json.loads(message.body)
            reply = aio_pika.Message(
                json.dumps(ANSWER).encode(),
                content_type="application/json",
                correlation_id=message.correlation_id,
            )
            # RabbitMQ 3.10 returns every mandatory answer to a direct reply-to, although it was delivered.
            await channel.default_exchange.publish(reply, routing_key=str(message.reply_to), mandatory=False)
            if SURE:
                await message.ack()

        await queue.consume(answer, no_ack=not SURE)
        await driver.obey()


async def _ask() -> None:
    connection = await aio_pika.connect(os.environ["THUNGAN_AMQP_URL"])
    async with connection:
        channel = await connection.channel(publisher_confirms=SURE)
        waiting: dict[str, asyncio.Future[bytes]] = {}
        numbers = iter(range(1 << 62))

        async def take(message: AbstractIncomingMessage) -> None:
            waiting.pop(str(message.correlation_id)).set_result(message.body)

        replies = await channel.get_queue(REPLY_TO, ensure=False)
        await replies.consume(take, no_ack=True)

        async def call(_number: int) -> None:
            key = str(next(numbers))
            future = waiting[key] = asyncio.get_running_loop().create_future()
            question = aio_pika.Message(
                json.dumps(QUESTION).encode(),
                content_type="application/json",
                correlation_id=key,
                message_id=key,
                reply_to=REPLY_TO,
            )
            await channel.default_exchange.publish(question, routing_key=QUEUE)
            assert json.loads(await future)["debt"] == ANSWER["debt"]  # noqa: S101 - a wrong answer must not count

        async def command(order: dict[str, Any]) -> dict[str, Any]:
            return await driver.measure(call, order["count"], order["concurrency"])

        await driver.obey(command)


if __name__ == "__main__":
    driver.run(_respond() if sys.argv[1] == "responder" else _ask())
