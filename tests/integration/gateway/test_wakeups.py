"""Wake-ups of phones at other copies: how many handlers ever commit at once, one connection serves them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast
from uuid import UUID

import asyncpg
import pytest

from services.gateway.stream import wakeups as module
from services.gateway.stream.hub import Hub
from services.gateway.stream.wakeups import Wakeups, queue_of
from shared.ids import new_id
from shared.messaging import Bus
from shared.testing.conditions import wait_until

DEVICES = 50


class RecordingBus:
    """Keeps the wake-ups that are sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, list[str]]]] = []

    async def publish_transient(self, queue_name: str, payload: dict[str, list[str]]) -> None:
        self.sent.append((queue_name, payload))

    def woken(self, what: str) -> list[str]:
        return [device_id for _, payload in self.sent for device_id in payload.get(what, ())]


PoolFactory = Callable[..., Awaitable[asyncpg.Pool]]


async def _elsewhere(pool: asyncpg.Pool, instance: str = "other") -> list[UUID]:
    """Return devices whose sockets are at another copy."""
    device_ids = [new_id() for _ in range(DEVICES)]
    await pool.execute(
        """WITH code AS (INSERT INTO enrolment_codes (code_id, code_hash, role, collector_code, made_by, made_at,
                                                      expires_at)
                         VALUES (gen_random_uuid(), 'x', 'collector', 'TN001', 'test', now(), now())
                         RETURNING code_id)
           INSERT INTO devices (device_id, device_name, role, collector_code, token_hash, code_id, enrolled_at)
           SELECT device_id, 'phone', 'collector', 'TN001', device_id::text::bytea, code_id, now()
           FROM code, unnest($1::uuid[]) AS device_id""",
        device_ids,
    )
    await pool.execute(
        "INSERT INTO presence SELECT device_id, $2, gen_random_uuid(), now() FROM unnest($1::uuid[]) AS device_id",
        device_ids,
        instance,
    )
    return device_ids


def _wakeups(bus: RecordingBus, pool: asyncpg.Pool) -> Wakeups:
    return Wakeups(Hub(), cast("Bus", bus), pool, "here")


async def test_wake_ups_of_many_handlers_keep_none_of_them_waiting_and_share_one_connection(
    pool_for: PoolFactory,
) -> None:
    pool, bus = await pool_for("gateway", size=2), RecordingBus()
    device_ids = await _elsewhere(pool)
    notifier = _wakeups(bus, pool)
    async with pool.acquire():
        async with pool.acquire():
            # No connection is free: a handler that waited for one would never come to its end.
            for device_id in device_ids:
                await notifier.print_jobs([device_id])
        # One is free now, and this connection still is not.
        await wait_until(lambda: len(bus.woken("papers")) == DEVICES)
    assert sorted(bus.woken("papers")) == sorted(str(device_id) for device_id in device_ids)
    assert {queue for queue, _ in bus.sent} == {queue_of("other")}
    assert len(bus.sent) <= 2, "the first wake-up, and all that came meanwhile"
    await notifier.stop()


async def test_wake_ups_that_get_no_connection_are_left_to_the_poll_and_the_next_are_sent(
    pool_for: PoolFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOKUP_SECONDS", 0.01)
    pool, bus = await pool_for("gateway", size=1), RecordingBus()
    lost, sent, *_ = await _elsewhere(pool)
    notifier = _wakeups(bus, pool)
    async with pool.acquire():
        await notifier.print_jobs([lost])
        await notifier.device_revoked(lost)
        lookup: asyncio.Task[Any] | None = notifier._lookup
        assert lookup is not None
        await lookup
    assert bus.sent == []
    await notifier.print_jobs([sent])
    await wait_until(lambda: bus.woken("papers") == [str(sent)])
    await notifier.stop()


async def test_revocations_are_sent_to_the_copy_that_holds_the_socket(pool_for: PoolFactory) -> None:
    pool, bus = await pool_for("gateway"), RecordingBus()
    revoked, waiting, *_ = await _elsewhere(pool)
    notifier = _wakeups(bus, pool)
    await notifier.stop()
    await notifier.device_revoked(revoked)
    await notifier.print_jobs([waiting, new_id()])
    assert bus.sent == [
        (queue_of("other"), {"revoked": [str(revoked)]}),
        (queue_of("other"), {"papers": [str(waiting)]}),
    ]
