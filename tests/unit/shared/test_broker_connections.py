"""Connections to the broker end where their owner closes them."""

import asyncio
import gc
import ssl

import aio_pika
import pytest
from pydantic import SecretStr

from shared.messaging.connection import certificate_fault, open_connection
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


def test_an_error_that_is_a_cause_of_itself_ends_the_search_for_a_refused_certificate() -> None:
    first, second = BrokerGone("connecting"), ConnectionError("kept by the library")
    first.__cause__, second.__context__ = second, first

    assert certificate_fault(first) is None


def test_a_refused_certificate_is_found_below_other_errors() -> None:
    fault, outer = ssl.SSLCertVerificationError("refused"), BrokerGone("connecting")
    fault.verify_message = "self-signed certificate"
    outer.__cause__ = ConnectionError("no connection")
    outer.__cause__.__context__ = fault

    assert certificate_fault(outer) == "the broker's certificate is refused: self-signed certificate"
