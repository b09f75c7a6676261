"""Removes the queues and exchanges that a system leaves on the private broker."""

from __future__ import annotations

import aiormq

from ops.stack.local import LocalStack
from ops.stack.provision import run_to_end


def belongs_to(name: str, namespace: str) -> bool:
    """Whether a queue or exchange is of this namespace: `test.x` is of `test`, `test_2.x` and `tests` are not."""
    rest = name.removeprefix(namespace)
    return rest != name and not (rest[:1].isalnum() or rest[:1] in {"_", ""})


def remove_namespace(stack: LocalStack, namespace: str) -> None:
    """Delete every queue and exchange of a namespace, with the messages in them.

    A broker that was given by its URL has no tool here that lists them: there they stay.
    """
    if not stack.has_private_broker:
        return
    queues, exchanges = (
        [
            name
            for name in stack.rabbitmq.control("--quiet", what, "name", "--no-table-headers").splitlines()
            if belongs_to(name, namespace)
        ]
        for what in ("list_queues", "list_exchanges")
    )
    run_to_end(_delete(stack.amqp_url, queues, exchanges))


async def _delete(url: str, queues: list[str], exchanges: list[str]) -> None:
    connection = await aiormq.connect(url)
    try:
        channel = await connection.channel()
        for name in queues:
            await channel.queue_delete(name)
        for name in exchanges:
            await channel.exchange_delete(name)
    finally:
        await connection.close()
