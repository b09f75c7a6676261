"""The broker itself refuses what a service has no business with: a forged event, another's queue, a request."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import aio_pika
import pytest
import pytest_asyncio
from aio_pika.abc import AbstractChannel, AbstractConnection
from aiormq.exceptions import ChannelAccessRefused, ChannelPreconditionFailed, ProbableAuthenticationError
from pydantic import SecretStr

from ops import broker_accounts
from ops.system import SERVICES
from shared.contracts.actor import Actor, ActorKind, Proof, service_actor
from shared.contracts.billing import BillsTold
from shared.contracts.message import Event, Reply, Request
from shared.contracts.registry import messages, owner
from shared.messaging import Access, EventHandler, Names, RequestHandler, Topology, UnitOfWork, correlated
from shared.messaging.accounts import account_name, definitions, rights_of
from shared.messaging.errors import PermanentError
from shared.messaging.provision import provision
from shared.problems import Problem
from shared.settings import ServiceSettings
from shared.testing import wait_until
from shared.testing.broker import BrokerView
from shared.testing.fixtures import BusFactory
from stack.local import LocalStack
from stack.rabbitmq import RabbitMQ

CASHIER = Actor(kind=ActorKind.DEVICE, id="d-1", reference="cashier", proven_by=Proof.TOKEN)
PASSWORDS = {service: f"of-{service}" for service in SERVICES}


@pytest.fixture(scope="module")
def private_broker() -> RabbitMQ:
    found = LocalStack().private_broker()
    if found is None:
        pytest.skip("accounts are made on a broker of our own only")
    return found


@pytest_asyncio.fixture(scope="module")
async def system(
    private_broker: RabbitMQ, broker_connection: AbstractConnection, amqp_url: str
) -> AsyncIterator[BrokerView]:
    """A namespace with the accounts of the six services and what their migrations declare."""
    view = BrokerView(broker_connection, f"test_{uuid4().hex[:12]}")
    namespace = view.names.namespace
    await asyncio.to_thread(private_broker.import_definitions, broker_accounts.broker_definitions(namespace, PASSWORDS))
    settings = ServiceSettings(
        namespace=namespace, amqp_url=SecretStr(amqp_url), database_url=SecretStr("postgresql://nobody@127.0.0.1:1/no")
    )
    for service in SERVICES:
        await provision(settings, broker_accounts.topology_of(service))
    yield view
    await view.clean_up(SERVICES)
    await asyncio.to_thread(private_broker.remove_accounts, [account_name(namespace, one) for one in SERVICES])


@pytest.fixture
def names(system: BrokerView) -> Names:
    return system.names


@pytest.fixture
def as_service(names: Names, amqp_url: str) -> Callable[[str], Any]:
    """A function: ``async with as_service("notify") as channel`` is a channel with the account of that service."""

    @asynccontextmanager
    async def connected(service: str) -> AsyncIterator[AbstractChannel]:
        url = broker_accounts.service_url(amqp_url, names.namespace, service, PASSWORDS[service])
        async with await aio_pika.connect(url) as connection:
            yield await connection.channel(on_return_raises=True)

    return connected


FORGED = aio_pika.Message(b'{"amount": 1000000}', type="payment.recorded.v1", app_id="billing")


@pytest.mark.parametrize("service", [service for service in SERVICES if service != "billing"])
async def test_a_payment_that_billing_did_not_record_is_refused_on_every_way(
    service: str, names: Names, system: BrokerView, as_service: Callable[[str], Any]
) -> None:
    ways = {
        "events": (names.events, "payment.recorded.v1"),
        "the receipt service's queue": ("", names.event_queue("receipt")),
        "its retries": ("", names.retry_queue("receipt", 1)),
    }
    if service != "receipt":
        ways["its own exchange"] = (names.own_exchange("receipt"), names.retry_queue("receipt", 1))
    for exchange, key in ways.values():
        async with as_service(service) as channel:
            target = await channel.get_exchange(exchange, ensure=False)
            with pytest.raises(ChannelAccessRefused):
                await target.publish(FORGED, key)
    assert await system.count(names.event_queue("receipt")) == 0


async def test_billing_itself_may_record_a_payment(
    names: Names, system: BrokerView, as_service: Callable[[str], Any]
) -> None:
    async with as_service("billing") as channel:
        await (await channel.get_exchange(names.events, ensure=False)).publish(FORGED, "payment.recorded.v1")
    await wait_until(lambda: _has_one(system, names.event_queue("receipt")))
    assert await system.take(names.event_queue("receipt")) is not None


async def _has_one(broker: BrokerView, queue: str) -> bool:
    return await broker.count(queue) == 1


async def test_each_event_may_be_published_by_its_owner_and_nobody_else(names: Names) -> None:
    rights = dict(zip(SERVICES, broker_accounts.rights(names.namespace), strict=True))
    for key, message in messages().items():
        if issubclass(message, Event):
            allowed = [service for service in SERVICES if key in rights[service].emits.replace("\\", "")]
            assert allowed == [owner(message)]


@pytest.mark.parametrize("service", ["notify", "receipt", "customer", "billing"])
async def test_only_the_gateway_sends_requests(service: str, names: Names, as_service: Callable[[str], Any]) -> None:
    for exchange, key in ((names.requests, "billing.record_payment.v1"), ("", names.request_queue("billing"))):
        async with as_service(service) as channel:
            with pytest.raises(ChannelAccessRefused):
                await (await channel.get_exchange(exchange, ensure=False)).publish(FORGED, key)


Deed = Callable[[AbstractChannel, Names], Awaitable[object]]


async def _bind_to_what_is_not_consumed(channel: AbstractChannel, names: Names) -> None:
    queue = await channel.get_queue(names.event_queue("notify"), ensure=False)
    await queue.bind(names.events, BillsTold.routing_key())


async def _read_anothers_queue(channel: AbstractChannel, names: Names) -> None:
    await (await channel.get_queue(names.event_queue("receipt"), ensure=False)).get(no_ack=True, fail=False)


async def _lead_events_into_ones_own(channel: AbstractChannel, names: Names) -> None:
    await (await channel.declare_queue(f"{names.namespace}.notify.tap", exclusive=True)).bind(names.events, "#")


DEEDS: dict[str, Deed] = {
    "bind": _bind_to_what_is_not_consumed,
    "tap": _lead_events_into_ones_own,
    "read": _read_anothers_queue,
    "delete a queue": lambda channel, names: channel.queue_delete(names.dead_queue("receipt")),
    "delete an exchange": lambda channel, names: channel.exchange_delete(names.events),
    "declare": lambda channel, names: channel.declare_queue(f"{names.namespace}.receipt.mine", durable=True),
}


@pytest.mark.parametrize("deed", DEEDS)
async def test_what_belongs_to_others_is_closed(deed: str, names: Names, as_service: Callable[[str], Any]) -> None:
    async with as_service("notify") as channel:
        with pytest.raises(ChannelAccessRefused):
            await DEEDS[deed](channel, names)


class Sum(Reply):
    """What was asked for."""

    value: int


class Add(Request[Sum]):
    """Add up."""

    message_name = "test.add"
    value: int


class Happened(Event):
    """Something happened."""

    message_name = "test.happened"


@pytest.mark.timeout(300)
async def test_a_service_does_all_of_its_work_with_its_own_account(
    private_broker: RabbitMQ,
    broker: BrokerView,
    amqp_url: str,
    bus_for: BusFactory,
    database: Callable[..., Awaitable[str]],
    settings_for: Callable[..., ServiceSettings],
) -> None:
    """Requests and answers, events, dead letters and wake-ups; nothing is declared by it that others share."""
    names = broker.names

    seen: list[Actor] = []

    async def add(request: Add, work: UnitOfWork) -> Sum:
        seen.append(work.actor)
        return Sum(value=request.value + 1)

    async def fail(_: Happened, __: UnitOfWork) -> None:
        raise PermanentError

    topologies = {
        "gateway": Topology(service="gateway", emits=[Happened]),
        "billing": Topology(
            service="billing",
            handlers=[RequestHandler(Add, add, access=Access.NO_DATABASE), EventHandler(Happened, fail)],
        ),
    }
    rights = [rights_of(topology, names, asks=service == "gateway") for service, topology in topologies.items()]
    passwords = {account_name(names.namespace, service): PASSWORDS[service] for service in topologies}
    await asyncio.to_thread(private_broker.import_definitions, definitions(rights, passwords))
    try:
        for topology in topologies.values():
            await provision(settings_for(), topology)
        woken: asyncio.Queue[bytes] = asyncio.Queue()
        buses = {}
        for service, topology in topologies.items():
            url = broker_accounts.service_url(amqp_url, names.namespace, service, PASSWORDS[service])
            buses[service] = await bus_for(topology, database_url=await database(), amqp_url=SecretStr(url))
        assert await buses["gateway"].request(Add(value=1)) == Sum(value=2)
        with correlated(actor=CASHIER):
            assert await buses["gateway"].request(Add(value=2)) == Sum(value=3)
        assert seen == [service_actor("gateway"), CASHIER]

        async with buses["gateway"].work() as work:
            assert work.actor == service_actor("gateway")
            await work.emit(Happened())
        await wait_until(lambda: _has_one(broker, names.dead_queue("billing")))

        await buses["gateway"].consume_transient("gateway.push.a1", woken.put)
        await buses["gateway"].publish_transient("gateway.push.a1", b"wake")
        assert await asyncio.wait_for(woken.get(), 20) == b"wake"
        await broker.delete_queue(names.instance_queue("gateway.push.a1"))

        # Another account that may send requests: an operator's, under the gateway's name.
        operator = await bus_for(Topology(service="gateway"), amqp_url=SecretStr(amqp_url))
        with correlated(actor=CASHIER), pytest.raises(Problem, match="actor-not-proven"):
            await operator.request(Add(value=1))
        assert len(seen) == 2
    finally:
        await asyncio.to_thread(private_broker.remove_accounts, list(passwords))


async def test_other_passwords_are_taken_over_by_the_broker_at_work_and_end_no_connection(
    private_broker: RabbitMQ, amqp_url: str
) -> None:
    namespace = f"test_{uuid4().hex[:12]}"

    def url(passwords: dict[str, str]) -> str:
        return broker_accounts.service_url(amqp_url, namespace, "billing", passwords["billing"])

    async def provisioned(passwords: dict[str, str]) -> None:
        found = broker_accounts.broker_definitions(namespace, passwords)
        await asyncio.to_thread(private_broker.import_definitions, found)

    others = {service: f"another/of-{service}@" for service in SERVICES}
    try:
        await provisioned(PASSWORDS)
        async with await aio_pika.connect(url(PASSWORDS)) as old_copy:
            await provisioned(others)
            async with await aio_pika.connect(url(others)) as new_copy:
                for copy in (old_copy, new_copy):
                    assert not (await copy.channel()).is_closed
            with pytest.raises(ProbableAuthenticationError):
                await aio_pika.connect(url(PASSWORDS))
    finally:
        accounts = [account_name(namespace, service) for service in SERVICES]
        await asyncio.to_thread(private_broker.remove_accounts, accounts)


async def test_the_broker_refuses_a_request_under_another_account(names: Names, amqp_url: str) -> None:
    forged = aio_pika.Message(b"{}", type="billing.record_payment.v1", user_id=account_name(names.namespace, "gateway"))
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        with pytest.raises(ChannelPreconditionFailed):
            await (await channel.get_exchange(names.requests, ensure=False)).publish(forged, "nobody")
