"""Whatever the libraries raise when a connection dies is told as what it is, so that loops go on and try again."""

import asyncpg
import pytest

from shared.db.transaction import CONNECTION_LOST
from shared.messaging.errors import BrokerGone
from shared.messaging.guard import guarded
from shared.messaging.relay import DATABASE_AWAY


async def _end_of_frames() -> None:
    raise StopAsyncIteration


async def test_a_broker_that_hangs_up_while_we_connect_is_gone_and_no_bug() -> None:
    # What aiormq raises when the broker closes the socket in the middle of the handshake.
    with pytest.raises(BrokerGone):
        await guarded(_end_of_frames(), within=1.0, doing="connecting")


@pytest.mark.parametrize("error", [*CONNECTION_LOST, asyncpg.InterfaceError, TimeoutError])
def test_the_relay_waits_for_a_database_that_is_lost_in_whatever_way(error: type[Exception]) -> None:
    assert issubclass(error, DATABASE_AWAY)
