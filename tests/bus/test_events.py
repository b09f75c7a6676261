"""An event takes effect once at each consumer, whatever happens on the way."""

import asyncio
import contextlib
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID, uuid4

import asyncpg
import pytest
from aio_pika import DeliveryMode, Message
from aio_pika.abc import HeadersType

from shared.contracts.message import Event
from shared.db import Connection
from shared.messaging import (
    EventHandler,
    Lock,
    MessageTooLarge,
    PermanentError,
    RetryLater,
    Topology,
    UnitOfWork,
    context,
    correlated,
    envelope,
    topology,
)
from shared.messaging.dispatcher import MOST_ROWS
from shared.metrics import REGISTRY
from shared.problems import Conflict
from shared.testing import wait_until
from shared.testing.broker import BrokerView
from shared.testing.fixtures import BusFactory

Database = Callable[..., Awaitable[str]]
PoolFor = Callable[..., Awaitable[asyncpg.Pool]]


class Counted(Event):
    """Something was counted."""

    message_name = "test.counted"
    thing: str
    number: int = 0


class Doubled(Event):
    """Something was counted twice."""

    message_name = "test.doubled"
    thing: str


TELLER = Topology(service="teller", emits=[Counted])


def listener_with(handler: Callable[[Counted, UnitOfWork], Awaitable[None]]) -> Topology:
    return Topology(service="listener", handlers=[EventHandler(Counted, handler)])


async def make_ledger(connection: Connection) -> None:
    if not await connection.fetchval("SELECT to_regclass('ledger')"):
        # Two at once would both try: IF NOT EXISTS looks only at what is committed.
        await connection.execute("SELECT pg_advisory_xact_lock(1)")
        await connection.execute("CREATE TABLE IF NOT EXISTS ledger (thing text, number integer)")


class Ledger:
    """A handler that notes in the database what it handled, and fails where the test wants it to."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, int, int]] = []
        self.failures: list[Exception] = []

    async def __call__(self, event: Counted, work: UnitOfWork) -> None:
        self.seen.append((event.thing, event.number, work.context.attempt))
        await make_ledger(work.connection)
        await work.connection.execute("INSERT INTO ledger VALUES ($1, $2)", event.thing, event.number)
        if self.failures:
            raise self.failures.pop(0)


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture(autouse=True)
def services(used_services: set[str]) -> None:
    used_services.update({"teller", "listener"})


@pytest.fixture
def quick_ladder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rungs of a second, so that a test need not wait for ten minutes."""
    monkeypatch.setattr(topology, "RETRY_SECONDS", (1,))
    monkeypatch.setattr("shared.messaging.recoverability.RETRY_SECONDS", (1,))


async def rows(database_url: str) -> list[tuple[str, int]]:
    connection = await asyncpg.connect(database_url)
    try:
        if not await connection.fetchval("SELECT to_regclass('ledger')"):
            return []
        return [tuple(row) for row in await connection.fetch("SELECT thing, number FROM ledger ORDER BY number, thing")]
    finally:
        await connection.close()


async def outbox_waiting(database_url: str) -> int:
    connection = await asyncpg.connect(database_url)
    try:
        return int(await connection.fetchval("SELECT count(*) FROM outbox WHERE published_at IS NULL"))
    finally:
        await connection.close()


def counted(
    message_id: UUID | None, body: bytes, *, kind: str = "test.counted.v1", attempt: int | None = None
) -> Message:
    """A message as the bus sends it."""
    headers: HeadersType = {}
    if message_id is not None:
        headers[envelope.MESSAGE_ID] = str(message_id)
    if attempt is not None:
        headers[envelope.ATTEMPT] = attempt
    return Message(body, type=kind, delivery_mode=DeliveryMode.PERSISTENT, headers=headers)


async def test_an_event_reaches_its_consumer_with_correlation_and_cause(
    bus_for: BusFactory, database: Database
) -> None:
    seen: list[tuple[str, str | None, str | None, str]] = []

    async def note(_: Counted, work: UnitOfWork) -> None:
        context = work.context
        seen.append((context.correlation_id, context.causation_id, context.traceparent, context.sender))

    await bus_for(listener_with(note), database_url=await database())
    teller = await bus_for(TELLER, database_url=await database())
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    with correlated("one-act", traceparent=trace):
        async with teller.work() as work:
            await work.emit(Counted(thing="a"))
    await wait_until(lambda: seen)

    assert seen == [("one-act", None, trace, "teller")]


async def test_an_event_of_an_undone_transaction_is_never_sent(
    bus_for: BusFactory, database: Database, ledger: Ledger
) -> None:
    await bus_for(listener_with(ledger), database_url=await database())
    teller = await bus_for(TELLER, database_url=await database())

    with contextlib.suppress(ZeroDivisionError):
        async with teller.work() as work:
            await work.emit(Counted(thing="undone"))
            raise ZeroDivisionError
    async with teller.work() as work:
        await work.emit(Counted(thing="done"))
    await wait_until(lambda: ledger.seen)

    assert [thing for thing, _, _ in ledger.seen] == ["done"]


async def test_an_event_that_a_handler_emits_has_the_handled_one_as_its_cause(
    bus_for: BusFactory, database: Database
) -> None:
    causes: dict[str, str | None] = {}
    middle_id: list[str] = []

    async def double(event: Counted, work: UnitOfWork) -> None:
        middle_id.append(str(work.context.message_id))
        await work.emit(Doubled(thing=event.thing))

    async def note(_: Doubled, work: UnitOfWork) -> None:
        causes[work.context.correlation_id] = work.context.causation_id

    await bus_for(Topology(service="end", handlers=[EventHandler(Doubled, note)]), database_url=await database())
    await bus_for(
        Topology(service="listener", handlers=[EventHandler(Counted, double)], emits=[Doubled]),
        database_url=await database(),
    )
    teller = await bus_for(TELLER, database_url=await database())

    with correlated("one-act"):
        async with teller.work() as work:
            await work.emit(Counted(thing="a"))
    await wait_until(lambda: causes)

    assert causes == {"one-act": middle_id[0]}


async def test_an_event_delivered_twice_takes_effect_once(
    bus_for: BusFactory, database: Database, ledger: Ledger, broker: BrokerView
) -> None:
    url = await database()
    listener = await bus_for(listener_with(ledger), database_url=url)
    queue = broker.names.event_queue("listener")
    body, message_id = Counted(thing="a").model_dump_json().encode(), uuid4()

    for _ in range(3):
        await broker.put(counted(message_id, body), queue=queue)
    await broker.put(counted(uuid4(), b'{"thing": "z"}'), queue=queue)
    await wait_until(lambda: ("z", 0, 1) in ledger.seen)
    await wait_until(lambda: _count_is(broker, queue, 0))
    await listener.drain()

    assert await rows(url) == [("a", 0), ("z", 0)]


async def test_the_same_event_delivered_to_two_copies_at_once_takes_effect_once(
    bus_for: BusFactory, database: Database, broker: BrokerView
) -> None:
    url = await database()
    inside: list[str] = []
    go_on = asyncio.Event()

    def handler(name: str) -> Callable[[Counted, UnitOfWork], Awaitable[None]]:
        async def handle(event: Counted, work: UnitOfWork) -> None:
            inside.append(name)
            await go_on.wait()
            await make_ledger(work.connection)
            await work.connection.execute("INSERT INTO ledger VALUES ($1, 0)", event.thing)

        return handle

    for name in ("a", "b"):
        await bus_for(listener_with(handler(name)), database_url=url, prefetch=1, instance=name)
    queue, message_id = broker.names.event_queue("listener"), uuid4()
    for _ in range(2):
        await broker.put(counted(message_id, b'{"thing": "a"}'), queue=queue)
    # Both copies hold a delivery; the second waits for the first one's transaction.
    await wait_until(lambda: inside)
    await wait_until(lambda: _is_zero(broker, queue))
    go_on.set()
    await wait_until(lambda: _is_settled(url))

    assert await rows(url) == [("a", 0)]
    assert len(inside) == 1


async def _is_zero(broker: BrokerView, queue: str) -> bool:
    return await broker.count(queue) == 0


async def _is_settled(url: str) -> bool:
    return len(await rows(url)) == 1


@pytest.mark.parametrize("error", [RuntimeError("a bug"), RetryLater("not yet")])
async def test_a_failed_handler_leaves_nothing_behind_and_is_tried_again_with_its_attempt_counted(
    bus_for: BusFactory, database: Database, ledger: Ledger, error: Exception
) -> None:
    url = await database()
    ledger.failures = [error]
    await bus_for(listener_with(ledger), database_url=url)
    teller = await bus_for(TELLER, database_url=await database())

    async with teller.work() as work:
        await work.emit(Counted(thing="a"))
    await wait_until(lambda: len(ledger.seen) == 2)
    await wait_until(lambda: _is_settled(url))

    assert [attempt for _, _, attempt in ledger.seen] == [1, 2]
    assert await rows(url) == [("a", 0)]


async def test_an_event_waits_on_the_rung_of_the_ladder_that_its_attempt_has_reached(
    bus_for: BusFactory, database: Database, ledger: Ledger, broker: BrokerView
) -> None:
    ledger.failures = [RuntimeError("again")] * 3
    await bus_for(listener_with(ledger), database_url=await database())
    names = broker.names
    for attempt, seconds in ((2, 5), (4, 120), (7, 600)):
        await broker.put(counted(uuid4(), b'{"thing": "a"}', attempt=attempt), queue=names.event_queue("listener"))

        waiting = await wait_until(partial(broker.take, names.retry_queue("listener", seconds)))

        assert waiting is not None
        headers = waiting.headers
        assert headers[envelope.ATTEMPT] == attempt + 1
        assert headers[envelope.REASON] == "error"
        assert headers[envelope.ERROR] == "RuntimeError"


@pytest.mark.parametrize("error", [PermanentError("never"), Conflict("never")])
async def test_an_error_that_no_repetition_heals_sends_the_event_to_the_dead_queue(
    bus_for: BusFactory, database: Database, ledger: Ledger, broker: BrokerView, error: Exception
) -> None:
    url = await database()
    ledger.failures = [error]
    await bus_for(listener_with(ledger), database_url=url)
    queue, dead = broker.names.event_queue("listener"), broker.names.dead_queue("listener")

    await broker.put(counted(uuid4(), b'{"thing": "a"}'), queue=queue)
    await wait_until(lambda: broker.count(dead))
    message = await broker.take(dead)

    assert message is not None
    assert message.body == b'{"thing": "a"}'
    assert message.headers[envelope.REASON] == "permanent"
    assert await rows(url) == []


async def test_an_event_that_failed_too_often_is_dead_lettered(
    bus_for: BusFactory, database: Database, ledger: Ledger, broker: BrokerView
) -> None:
    ledger.failures = [RuntimeError("still")]
    await bus_for(listener_with(ledger), database_url=await database())
    await broker.put(counted(uuid4(), b'{"thing": "a"}', attempt=10), queue=broker.names.event_queue("listener"))
    await wait_until(lambda: broker.count(broker.names.dead_queue("listener")))
    message = await broker.take(broker.names.dead_queue("listener"))

    assert message is not None
    assert message.headers[envelope.REASON] == "attempts-exhausted"


@pytest.mark.parametrize(
    "poison",
    [
        counted(uuid4(), b"\x00\xff not json"),
        counted(uuid4(), b'{"number": "many"}'),
        counted(None, b'{"thing": "a"}'),
        Message(b""),
    ],
    ids=["no json", "other members", "no id", "nothing"],
)
async def test_poison_goes_to_the_dead_queue_at_once_with_its_bytes_as_they_were(
    bus_for: BusFactory,
    database: Database,
    ledger: Ledger,
    broker: BrokerView,
    poison: Message,
) -> None:
    await bus_for(listener_with(ledger), database_url=await database())
    dead = broker.names.dead_queue("listener")

    await broker.put(poison, queue=broker.names.event_queue("listener"))
    await wait_until(lambda: broker.count(dead))
    message = await broker.take(dead)

    assert message is not None
    assert message.body == poison.body
    assert message.headers[envelope.REASON] == "undecodable"
    assert ledger.seen == []


async def test_an_event_type_that_this_version_does_not_know_waits_for_one_that_does(
    bus_for: BusFactory, database: Database, ledger: Ledger, broker: BrokerView
) -> None:
    await bus_for(listener_with(ledger), database_url=await database())

    await broker.put(counted(uuid4(), b"{}", kind="test.newer.v1"), queue=broker.names.event_queue("listener"))

    await wait_until(lambda: broker.count(broker.names.retry_queue("listener", 1)))


async def test_a_conflict_of_transactions_is_repeated_on_the_spot(
    bus_for: BusFactory, database: Database, ledger: Ledger
) -> None:
    url = await database()
    ledger.failures = [asyncpg.SerializationError("could not serialize"), asyncpg.DeadlockDetectedError("deadlock")]
    await bus_for(listener_with(ledger), database_url=url)
    teller = await bus_for(TELLER, database_url=await database())

    async with teller.work() as work:
        await work.emit(Counted(thing="a"))
    await wait_until(lambda: _is_settled(url))

    assert [attempt for _, _, attempt in ledger.seen] == [1, 1, 1]


async def test_events_of_one_thing_are_handled_in_their_order_while_others_overtake(
    bus_for: BusFactory, database: Database
) -> None:
    order: dict[str, list[int]] = defaultdict(list)
    most = running = 0
    side_by_side = asyncio.Event()

    async def handle(event: Counted, _: UnitOfWork) -> None:
        nonlocal most, running
        running += 1
        most = max(most, running)
        # The even ones wait until others run beside them, so without lanes the odd ones would overtake.
        if not event.number % 2 and most <= 2:
            await side_by_side.wait()
        if most > 2:
            side_by_side.set()
        for _turn in range(1 if event.number % 2 else 30):
            await asyncio.sleep(0)
        order[event.thing].append(event.number)
        running -= 1

    await bus_for(listener_with(handle), database_url=await database(), concurrency=6)
    teller = await bus_for(TELLER, database_url=await database())

    async with teller.work() as work:
        for number in range(10):
            for thing in "abcde":
                await work.emit(Counted(thing=thing, number=number), aggregate=thing)
    await wait_until(lambda: sum(map(len, order.values())) == 50)

    assert all(numbers == list(range(10)) for numbers in order.values())
    assert most > 2


class Batches:
    """A handler that holds the first event, so that the others gather, and notes in which transaction each was."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        self.begun: list[str] = []
        self.transactions: dict[str, int] = {}
        self.failing_once: dict[str, Exception] = {}
        self.failing: dict[str, Exception] = {}

    async def __call__(self, event: Counted, work: UnitOfWork) -> None:
        self.begun.append(event.thing)
        if event.thing == "first":
            await self.go_on.wait()
        await make_ledger(work.connection)
        await work.connection.execute("INSERT INTO ledger VALUES ($1, $2)", event.thing, event.number)
        self.transactions[event.thing] = await work.connection.fetchval("SELECT pg_current_xact_id()::text::bigint")
        if error := self.failing_once.pop(event.thing, None) or self.failing.get(event.thing):
            raise error
        await work.emit(Doubled(thing=event.thing))


async def gathered(
    broker: BrokerView, batches: Batches, things: str, *, twice: str = "", spoil: str = ""
) -> dict[str, UUID]:
    """Let events gather behind the first one; ``spoil`` names those that nobody can read."""
    queue = broker.names.event_queue("listener")
    ids = {thing: uuid4() for thing in things}
    await broker.put(counted(uuid4(), b'{"thing": "first"}'), queue=queue)
    await wait_until(lambda: batches.begun)
    for thing in things + twice:
        body = b"{" if thing in spoil else json.dumps({"thing": thing}).encode()
        await broker.put(counted(ids[thing], body), queue=queue)
    await wait_until(lambda: _count_is(broker, queue, 0))
    batches.go_on.set()
    return ids


def middle_with(
    handler: Callable[[Counted, UnitOfWork], Awaitable[None]],
    lock: Lock | Callable[[Counted], str | Lock] = Lock.AGGREGATE,
    lane: str | None = None,
) -> Topology:
    handlers = [EventHandler(Counted, handler, lock=lock, lane=lane)]
    return Topology(service="listener", handlers=handlers, emits=[Doubled], broadcasts=[Doubled])


async def test_events_that_wait_are_consumed_with_one_transaction(
    bus_for: BusFactory, database: Database, broker: BrokerView
) -> None:
    url = await database()
    batches = Batches()
    await bus_for(middle_with(batches), database_url=url, concurrency=1)

    await gathered(broker, batches, "abcd")
    await wait_until(lambda: _count_of(url, 5))

    assert len({batches.transactions[thing] for thing in "abcd"}) == 1
    assert batches.transactions["first"] != batches.transactions["a"]
    assert await _emitted(url) == ["a", "b", "c", "d", "first"]


async def test_events_of_one_lane_wait_for_each_other_outside_of_the_database_and_are_consumed_together_then(
    bus_for: BusFactory, database: Database, broker: BrokerView
) -> None:
    url = await database()
    batches = Batches()
    await bus_for(middle_with(batches, lambda _: "series", lane="series"), database_url=url, concurrency=4)

    await gathered(broker, batches, "abcd")
    assert batches.begun == ["first"]
    await wait_until(lambda: _count_of(url, 5))

    assert len({batches.transactions[thing] for thing in "abcd"}) == 1
    assert batches.begun == ["first", *"abcd"]
    assert await _emitted(url) == ["a", "b", "c", "d", "first"]


async def test_one_that_fails_in_a_lane_is_alone_in_it(
    bus_for: BusFactory, database: Database, broker: BrokerView
) -> None:
    url = await database()
    batches = Batches()
    batches.failing["b"] = PermanentError("never")
    await bus_for(middle_with(batches, lambda _: "series", lane="series"), database_url=url, concurrency=4)

    await gathered(broker, batches, "abcd", twice="c", spoil="d")
    await wait_until(lambda: _count_of(url, 3))

    assert await _emitted(url) == ["a", "c", "first"]
    dead = broker.names.dead_queue("listener")
    await wait_until(lambda: _count_is(broker, dead, 2))


async def test_one_that_fails_in_a_batch_does_not_hold_up_the_others(
    bus_for: BusFactory, database: Database, broker: BrokerView
) -> None:
    url = await database()
    batches = Batches()
    batches.failing["b"] = PermanentError("never")
    await bus_for(middle_with(batches), database_url=url, concurrency=1)
    dead = broker.names.dead_queue("listener")

    await gathered(broker, batches, "abcd")
    await wait_until(lambda: broker.count(dead))
    await wait_until(lambda: _count_of(url, 4))

    message = await broker.take(dead)
    assert message is not None
    assert message.body == b'{"thing": "b"}'
    assert await _emitted(url) == ["a", "c", "d", "first"]


async def test_poison_and_repetitions_in_a_batch_touch_none_of_the_others(
    bus_for: BusFactory, database: Database, broker: BrokerView
) -> None:
    url = await database()
    batches = Batches()
    await bus_for(middle_with(batches), database_url=url, concurrency=1)
    dead = broker.names.dead_queue("listener")

    await gathered(broker, batches, "abcd", twice="ac", spoil="b")
    await wait_until(lambda: broker.count(dead))
    await wait_until(lambda: _count_of(url, 4))

    message = await broker.take(dead)
    assert message is not None
    assert message.body == b"{"
    assert await _emitted(url) == ["a", "c", "d", "first"]
    assert sorted(batches.begun) == ["a", "c", "d", "first"]


async def test_a_connection_lost_while_a_batch_is_consumed_loses_and_doubles_none(
    bus_for: BusFactory, database: Database, broker: BrokerView
) -> None:
    url = await database()
    batches = Batches()
    await bus_for(middle_with(batches), database_url=url, concurrency=1)

    batches.failing_once["c"] = ConnectionResetError("gone")
    await gathered(broker, batches, "abcd")
    await wait_until(lambda: _count_of(url, 5))

    assert await _emitted(url) == ["a", "b", "c", "d", "first"]
    assert batches.begun.count("a") == 2


async def test_events_of_a_batch_are_handled_in_the_order_of_the_locks_that_they_take(
    bus_for: BusFactory, database: Database, broker: BrokerView
) -> None:
    url = await database()
    batches = Batches()
    topology = middle_with(batches, lock=lambda event: {"a": "3", "b": "1", "c": "", "d": "2"}.get(event.thing, ""))
    await bus_for(topology, database_url=url, concurrency=1)

    await gathered(broker, batches, "abcd")
    await wait_until(lambda: _count_of(url, 5))

    assert batches.begun == ["first", "c", "b", "d", "a"]


async def test_an_event_whose_lock_is_not_known_before_has_its_transaction_for_itself(
    bus_for: BusFactory, database: Database, broker: BrokerView
) -> None:
    url = await database()
    batches = Batches()
    topology = middle_with(batches, lock=lambda event: Lock.UNKNOWN if event.thing in "bd" else Lock.NOTHING)
    await bus_for(topology, database_url=url, concurrency=1)

    await gathered(broker, batches, "abcd")
    await wait_until(lambda: _count_of(url, 5))

    assert len({batches.transactions[thing] for thing in "abcd"}) == 3
    assert batches.transactions["a"] == batches.transactions["c"]


async def _count_of(url: str, expected: int) -> bool:
    return len(await rows(url)) == expected


async def _emitted(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        bodies = await connection.fetch("SELECT body FROM outbox")
        return sorted(json.loads(row["body"])["thing"] for row in bodies)
    finally:
        await connection.close()


async def _none_waiting(url: str) -> bool:
    return await outbox_waiting(url) == 0


async def test_an_event_that_nobody_is_bound_for_yet_is_kept_and_reaches_a_later_consumer(
    bus_for: BusFactory, database: Database, ledger: Ledger
) -> None:
    teller_url = await database()
    teller = await bus_for(TELLER, database_url=teller_url)
    async with teller.work() as work:
        await work.emit(Counted(thing="early"))
    await wait_until(lambda: _refused_once(teller_url))

    await bus_for(listener_with(ledger), database_url=await database())

    await wait_until(lambda: ledger.seen, timeout=15)
    await wait_until(lambda: _none_waiting(teller_url))


async def _refused_once(url: str) -> bool:
    connection = await asyncpg.connect(url)
    try:
        return bool(await connection.fetchval("SELECT max(refusals) > 0 FROM outbox"))
    finally:
        await connection.close()


async def test_a_broadcast_is_sent_even_when_nobody_listens(bus_for: BusFactory, database: Database) -> None:
    url = await database()
    teller = await bus_for(Topology(service="teller", emits=[Counted], broadcasts=[Counted]), database_url=url)

    async with teller.work() as work:
        await work.emit(Counted(thing="a"))

    await wait_until(lambda: _none_waiting(url))


async def test_an_event_over_the_size_limit_is_refused_where_it_is_made(
    bus_for: BusFactory, database: Database
) -> None:
    teller = await bus_for(TELLER, database_url=await database())

    with pytest.raises(MessageTooLarge):
        async with teller.work() as work:
            await work.emit(Counted(thing="x" * 300_000))


async def test_another_copy_takes_over_the_outbox_when_its_relay_is_gone(
    bus_for: BusFactory, database: Database, ledger: Ledger
) -> None:
    await bus_for(listener_with(ledger), database_url=await database())
    url = await database()
    first = await bus_for(TELLER, database_url=url, instance="first")
    assert first._relay is not None
    await wait_until(lambda: first._relay is not None and first._relay.is_active)
    second = await bus_for(TELLER, database_url=url, instance="second")
    assert second._relay is not None
    assert not second._relay.is_active

    await first.close()
    async with second.work() as work:
        await work.emit(Counted(thing="a"))

    await wait_until(lambda: ledger.seen)
    await wait_until(lambda: second._relay is not None and second._relay.is_active)


async def test_a_copy_without_the_relay_wakes_the_one_that_has_it(
    bus_for: BusFactory, database: Database, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.messaging.relay.POLL_SECONDS", 30.0)
    await bus_for(listener_with(ledger), database_url=await database())
    url = await database()
    first = await bus_for(TELLER, database_url=url, instance="first")
    await wait_until(lambda: first._relay is not None and first._relay.is_active)
    second = await bus_for(TELLER, database_url=url, instance="second")

    # More than a copy sends by itself.
    async with second.work() as work:
        for number in range(MOST_ROWS + 1):
            await work.emit(Counted(thing="a", number=number))

    await wait_until(lambda: len(set(ledger.seen)) == MOST_ROWS + 1)


async def test_a_drain_finishes_the_handlers_under_way_and_takes_no_more(
    bus_for: BusFactory, database: Database, broker: BrokerView
) -> None:
    url = await database()
    started: list[int] = []
    finished: list[int] = []

    go_on = asyncio.Event()

    async def slow(event: Counted, _: UnitOfWork) -> None:
        started.append(event.number)
        await go_on.wait()
        finished.append(event.number)

    listener = await bus_for(listener_with(slow), database_url=url, prefetch=2)
    queue = broker.names.event_queue("listener")
    for number in range(6):
        body = json.dumps({"thing": "a", "number": number}).encode()
        await broker.put(counted(uuid4(), body), queue=queue)
    await wait_until(lambda: len(started) >= 2)

    draining = asyncio.create_task(listener.drain())
    await wait_until(lambda: listener._draining)
    go_on.set()
    await draining
    await listener.close()

    assert sorted(finished) == sorted(started)
    await wait_until(lambda: _count_is(broker, queue, 6 - len(finished)))


async def _count_is(broker: BrokerView, queue: str, expected: int) -> bool:
    return await broker.count(queue) == expected


async def test_what_happens_to_events_is_counted(
    bus_for: BusFactory, database: Database, ledger: Ledger, broker: BrokerView
) -> None:
    def count(name: str, service: str) -> float:
        labels = {"service": service, "message": "test.counted.v1"}
        return REGISTRY.get_sample_value(f"thungan_bus_{name}_total", labels) or 0

    names = [("published", "teller"), ("confirmed", "teller")]
    names += [(name, "listener") for name in ("consumed", "retried", "dead", "inbox_duplicates")]
    before = {name: count(*name) for name in names}
    await bus_for(listener_with(ledger), database_url=await database())
    teller = await bus_for(TELLER, database_url=await database())
    queue, message_id = broker.names.event_queue("listener"), uuid4()

    async with teller.work() as work:
        await work.emit(Counted(thing="good"))
    await wait_until(lambda: ledger.seen)
    for _ in range(2):
        await broker.put(counted(message_id, b'{"thing": "twice"}'), queue=queue)
    await wait_until(lambda: count("inbox_duplicates", "listener") > before["inbox_duplicates", "listener"])
    ledger.failures = [RuntimeError("once")]
    await broker.put(counted(uuid4(), b'{"thing": "late"}'), queue=queue)
    await wait_until(lambda: count("retried", "listener") > before["retried", "listener"])
    await broker.put(counted(uuid4(), b'{"thing": 7}'), queue=queue)
    await wait_until(lambda: count("dead", "listener") > before["dead", "listener"])
    # The one that was put on the ladder comes back.
    await wait_until(lambda: ("late", 0, 2) in ledger.seen)
    await wait_until(lambda: count("consumed", "listener") - before["consumed", "listener"] == 6)

    assert {name: count(*name) - before[name] for name in names} == {
        ("published", "teller"): 1,
        ("confirmed", "teller"): 1,
        ("consumed", "listener"): 6,
        ("retried", "listener"): 1,
        ("dead", "listener"): 1,
        ("inbox_duplicates", "listener"): 1,
    }


def test_the_context_of_a_message_does_not_leak_out_of_its_handling() -> None:
    with correlated("inside"):
        assert context.current() is not None
    assert context.current() is None
