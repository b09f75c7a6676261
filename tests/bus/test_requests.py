"""A request reaches its owner and the answer comes back, or the caller learns why not, and when."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, Concatenate
from uuid import uuid4

import pytest
from aio_pika import Message
from aio_pika.abc import AbstractIncomingMessage

from shared.contracts.actor import Actor, ActorKind, Proof
from shared.contracts.message import Reply, Request
from shared.messaging import Access, Bus, RequestHandler, Topology, UnitOfWork, correlated
from shared.problems import Conflict, InvalidRequest, Problem, TimedOut, Unavailable
from shared.testing import wait_until
from shared.testing.broker import BrokerView
from shared.testing.fixtures import BusFactory


class Echoed(Reply):
    text: str


class Echo(Request[Echoed]):
    """Say it again."""

    message_name = "test.echo"
    text: str


class Relayed(Request[Echoed]):
    """Have somebody else say it."""

    message_name = "test.relay"
    text: str


ASKER = Topology(service="asker")


def echo_with(handler: Callable[Concatenate[Echo, UnitOfWork, ...], Awaitable[Echoed]]) -> Topology:
    return Topology(service="echo", handlers=[RequestHandler(Echo, handler, access=Access.NO_DATABASE)])


def relay_with(handler: Callable[[Relayed, UnitOfWork], Awaitable[Echoed]]) -> Topology:
    return Topology(service="relay", handlers=[RequestHandler(Relayed, handler, access=Access.NO_DATABASE)])


async def echo(message: Echo, _: UnitOfWork) -> Echoed:
    return Echoed(text=message.text)


class Holding:
    """A handler that begins and does not go on before it may."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.go_on = asyncio.Event()

    async def __call__(self, message: Echo, _: UnitOfWork) -> Echoed:
        self.begun.append(message.text)
        await self.go_on.wait()
        return Echoed(text=message.text)


AN_HOUR = 3600.0
"""A deadline that no test lives to see: what fails before it has not waited for it."""


async def prefixed(message: Echo, _: UnitOfWork, *, prefix: str) -> Echoed:
    return Echoed(text=prefix + message.text)


def refusing(problem: Exception) -> Any:
    async def refuse(_: Echo, __: UnitOfWork) -> Echoed:
        raise problem

    return refuse


async def test_a_request_gets_the_typed_answer_of_its_owner(bus_for: BusFactory) -> None:
    await bus_for(echo_with(echo))
    asker = await bus_for(ASKER)

    reply = await asker.request(Echo(text="Nguyễn Văn Á"))

    assert reply == Echoed(text="Nguyễn Văn Á")


async def test_a_problem_of_the_owner_is_raised_at_the_caller_as_it_was(bus_for: BusFactory) -> None:
    problem = Conflict("Đã thu rồi", slug="already-paid", facts={"paid_by": "NV01"})
    await bus_for(echo_with(refusing(problem)))
    asker = await bus_for(ASKER)

    with pytest.raises(Problem) as raised:
        await asker.request(Echo(text="x"))

    assert raised.value.as_dict() == problem.as_dict()
    assert isinstance(raised.value, Conflict)


async def test_an_unexpected_error_shows_the_caller_nothing_of_the_inside(bus_for: BusFactory) -> None:
    await bus_for(echo_with(refusing(RuntimeError("password=hunter2"))))
    asker = await bus_for(ASKER)

    with pytest.raises(Problem) as raised:
        await asker.request(Echo(text="x"), correlation_id="c-1")

    assert (raised.value.slug, raised.value.status) == ("internal-error", 500)
    assert "hunter2" not in str(raised.value.as_dict())
    assert raised.value.facts == {"correlation_id": "c-1"}


async def test_a_service_that_nobody_runs_fails_at_once_and_not_at_the_deadline(bus_for: BusFactory) -> None:
    asker = await bus_for(ASKER)

    with pytest.raises(Unavailable):
        await asker.request(Echo(text="x"), timeout=AN_HOUR)


async def test_a_service_that_was_stopped_fails_at_once(bus_for: BusFactory) -> None:
    owner = await bus_for(echo_with(echo))
    asker = await bus_for(ASKER)
    await asker.request(Echo(text="x"))
    await owner.drain()
    await owner.close()

    with pytest.raises(Unavailable):
        await asker.request(Echo(text="x"), timeout=AN_HOUR)


async def test_a_request_to_a_slow_owner_times_out_at_the_deadline(bus_for: BusFactory) -> None:
    slow = Holding()
    await bus_for(echo_with(slow))
    asker = await bus_for(ASKER)

    with pytest.raises(TimedOut):
        await asker.request(Echo(text="x"), timeout=0.3)

    assert slow.begun == ["x"]
    slow.go_on.set()


async def test_twenty_slow_requests_run_side_by_side(bus_for: BusFactory) -> None:
    slow = Holding()
    await bus_for(echo_with(slow), concurrency=20)
    asker = await bus_for(ASKER)
    asked = [asyncio.create_task(asker.request(Echo(text=str(n)), timeout=AN_HOUR)) for n in range(20)]

    await wait_until(lambda: len(slow.begun) == 20)
    slow.go_on.set()

    assert [reply.text for reply in await asyncio.gather(*asked)] == [str(n) for n in range(20)]


async def test_a_cancelled_request_does_not_disturb_the_others(bus_for: BusFactory) -> None:
    slow = Holding()
    await bus_for(echo_with(slow))
    asker = await bus_for(ASKER)
    others = [asyncio.create_task(asker.request(Echo(text=str(n)))) for n in range(5)]
    before, sending, waiting = (asyncio.create_task(asker.request(Echo(text=f"x{n}"))) for n in range(3))
    before.cancel()
    await asyncio.sleep(0)  # it begins
    sending.cancel()
    await wait_until(lambda: "x2" in slow.begun)
    waiting.cancel()
    slow.go_on.set()

    replies = await asyncio.gather(*others)
    gone = await asyncio.gather(before, sending, waiting, return_exceptions=True)

    assert [reply.text for reply in replies] == ["0", "1", "2", "3", "4"]
    assert all(isinstance(error, asyncio.CancelledError) for error in gone)
    assert (await asker.request(Echo(text="still here"))).text == "still here"


async def test_copies_of_a_service_share_the_requests(bus_for: BusFactory) -> None:
    served: list[str] = []
    both = asyncio.Event()

    def copy(name: str) -> Any:
        async def handler(message: Echo, _: UnitOfWork) -> Echoed:
            served.append(name)
            if set(served) == {"a", "b"}:
                both.set()
            await both.wait()
            return Echoed(text=message.text)

        return handler

    for name in ("a", "b"):
        await bus_for(echo_with(copy(name)), concurrency=2, prefetch=2, instance=name)
    asker = await bus_for(ASKER)

    await asyncio.gather(*(asker.request(Echo(text="x")) for _ in range(12)))

    assert set(served) == {"a", "b"}


async def test_a_request_whose_deadline_has_passed_is_not_carried_out(bus_for: BusFactory) -> None:
    """It waited behind another; by the time of its turn nobody waits for it."""
    slow = Holding()
    await bus_for(echo_with(slow), concurrency=1)
    asker = await bus_for(ASKER)
    first = asyncio.create_task(asker.request(Echo(text="slow")))
    await wait_until(lambda: slow.begun == ["slow"])

    with pytest.raises(TimedOut):
        await asker.request(Echo(text="late"), timeout=0.1)
    slow.go_on.set()
    await first
    await asker.request(Echo(text="next"))

    assert slow.begun == ["slow", "next"]


async def test_what_a_handler_asks_of_others_ends_with_its_own_deadline(bus_for: BusFactory) -> None:
    deadlines: list[float | None] = []
    relay: Bus

    async def pass_on(message: Relayed, work: UnitOfWork) -> Echoed:
        deadlines.append(work.context.deadline)
        return await relay.request(Echo(text=message.text), timeout=60)

    async def note(message: Echo, work: UnitOfWork) -> Echoed:
        deadlines.append(work.context.deadline)
        return Echoed(text=message.text)

    await bus_for(echo_with(note))
    relay = await bus_for(relay_with(pass_on))
    asker = await bus_for(ASKER)

    await asker.request(Relayed(text="x"), timeout=2)

    assert deadlines[0] is not None
    assert deadlines == [deadlines[0]] * 2


async def test_correlation_travels_and_the_cause_is_the_request(bus_for: BusFactory) -> None:
    seen: list[tuple[str, str | None]] = []
    relay: Bus
    first_id: list[str] = []

    async def pass_on(message: Relayed, work: UnitOfWork) -> Echoed:
        first_id.append(str(work.context.message_id))
        return await relay.request(Echo(text=message.text))

    async def note(message: Echo, work: UnitOfWork) -> Echoed:
        seen.append((work.context.correlation_id, work.context.causation_id))
        assert work.context.sender == "relay"
        return Echoed(text=message.text)

    await bus_for(echo_with(note))
    relay = await bus_for(relay_with(pass_on))
    asker = await bus_for(ASKER)

    with correlated("one-act"):
        await asker.request(Relayed(text="x"))

    assert seen == [("one-act", first_id[0])]


async def test_a_request_names_who_asks_and_what_the_caller_outside_calls_it(bus_for: BusFactory) -> None:
    cashier = Actor(kind=ActorKind.DEVICE, id="d-1", reference="cashier", proven_by=Proof.TOKEN)
    seen: list[tuple[Actor, str, str | None]] = []

    async def note(message: Echo, work: UnitOfWork) -> Echoed:
        seen.append((work.actor, work.context.correlation_id, work.context.external_correlation_id))
        return Echoed(text=message.text)

    await bus_for(echo_with(note))
    asker = await bus_for(ASKER)

    with correlated("ours", external_correlation_id="theirs", actor=cashier):
        await asker.request(Echo(text="x"))

    assert seen == [(cashier, "ours", "theirs")]


async def test_a_message_that_is_no_request_of_ours_is_answered_with_a_problem(
    bus_for: BusFactory,
) -> None:
    """Another version's request, with a member that this one cannot read."""

    class Strange(Request[Echoed]):
        message_name = "test.echo"
        text: int

    await bus_for(echo_with(echo))
    asker = await bus_for(ASKER)

    with pytest.raises(InvalidRequest) as raised:
        await asker.request(Strange(text=5))

    assert "text: string_type" in raised.value.detail


async def test_each_dependency_of_a_handler_must_be_given(bus_for: BusFactory) -> None:
    with pytest.raises(ValueError, match="prefix of Echo"):
        await bus_for(echo_with(prefixed))


async def test_a_dependency_that_no_handler_takes_is_refused(bus_for: BusFactory) -> None:
    with pytest.raises(ValueError, match="suffix"):
        await bus_for(echo_with(prefixed), dependencies={"prefix": "<", "suffix": ">"})


async def test_a_handler_gets_its_dependencies_by_name(bus_for: BusFactory) -> None:
    await bus_for(echo_with(prefixed), dependencies={"prefix": "<"})
    asker = await bus_for(ASKER)

    assert (await asker.request(Echo(text="x"))).text == "<x"


def test_a_handler_must_take_the_message_that_it_is_declared_for() -> None:
    wrong: Any = echo
    with pytest.raises(TypeError, match="Relayed"):
        RequestHandler(Relayed, wrong)


async def test_a_handler_that_needs_a_database_is_refused_without_one(bus_for: BusFactory) -> None:
    with pytest.raises(ValueError, match="database"):
        await bus_for(Topology(service="echo", handlers=[RequestHandler(Echo, echo)]))


async def test_a_drained_service_has_answered_what_it_took(bus_for: BusFactory, broker: BrokerView) -> None:
    async def takes_no_more() -> bool:
        return not await broker.consumers(broker.names.request_queue("echo"))

    slow = Holding()
    owner = await bus_for(echo_with(slow))
    asker = await bus_for(ASKER)
    asked = [asyncio.create_task(asker.request(Echo(text=str(n)))) for n in range(5)]
    await wait_until(lambda: len(slow.begun) == 5)

    draining = asyncio.create_task(owner.drain())
    await wait_until(takes_no_more)
    slow.go_on.set()
    await draining

    assert [reply.text for reply in await asyncio.gather(*asked)] == ["0", "1", "2", "3", "4"]


async def test_a_caller_of_the_version_before_is_answered_at_the_address_it_gives(
    bus_for: BusFactory, broker: BrokerView
) -> None:
    await bus_for(echo_with(echo))
    async with broker.channel() as channel:
        replies = await channel.get_queue("amq.rabbitmq.reply-to", ensure=False)
        answers: asyncio.Queue[bytes] = asyncio.Queue()

        async def keep(message: AbstractIncomingMessage) -> None:
            answers.put_nowait(message.body)

        await replies.consume(keep, no_ack=True)
        question = Message(
            b'{"text": "hello"}',
            type="test.echo.v1",
            reply_to="amq.rabbitmq.reply-to",
            correlation_id="1",
            headers={"x-message-id": str(uuid4())},
        )
        exchange = await channel.get_exchange(broker.names.requests, ensure=False)
        await exchange.publish(question, "test.echo.v1")
        assert json.loads(await asyncio.wait_for(answers.get(), 20)) == {"text": "hello"}
