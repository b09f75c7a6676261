"""Connections to the broker end where their owner closes them."""

import asyncio
import gc

import aio_pika
import pytest
from pydantic import SecretStr

from shared.messaging.connection import open_connection
from shared.messaging.errors import BrokerGone


def test_the_garbage_collector_does_not_begin_to_close_a_connection_that_was_never_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun: list[str] = []

    async def refused(*_: object, **__: object) -> None:
        raise ConnectionError("nobody listens")

    monkeypatch.setattr(aio_pika.Connection, "connect", refused)
    monkeypatch.setattr(aio_pika.Connection, "close", lambda _: begun.append("close"))
    loop = asyncio.new_event_loop()
    try:
        with pytest.raises(BrokerGone):
            loop.run_until_complete(open_connection(SecretStr("amqp://127.0.0.1:1/"), name="test"))
        gc.collect()
    finally:
        loop.close()
    assert begun == []
