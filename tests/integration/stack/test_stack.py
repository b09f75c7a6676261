"""The private broker and database start, survive, and go without a trace; systems of services run on them."""

import os
import shutil
import signal
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import aio_pika
import asyncpg
import pytest
from rich.console import Console

from ops.system import SERVICES
from shared.messaging.topology import Names
from shared.testing import wait_until
from stack.broker_cleanup import remove_namespace
from stack.disk import room_fault
from stack.local import LocalStack
from stack.processes import StackError
from stack.services import LocalSystem
from stack.state import LocalFolder
from stack.supervisor import Looks, mend

# Stands for a service: what counts here is how its process is started, watched and stopped.
SERVICE = """
import asyncio, http.server, os, signal, sys
import asyncpg

async def migrate():
    connection = await asyncpg.connect(os.environ["THUNGAN_MIGRATION_DATABASE_URL"])
    await connection.execute("CREATE TABLE IF NOT EXISTS migrated (name text)")
    await connection.execute("GRANT SELECT ON migrated TO PUBLIC")  # as a service's rights.toml gives its role
    await connection.execute("INSERT INTO migrated VALUES ($1)", os.environ["THUNGAN_NAMESPACE"])
    await connection.close()

class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/readyz" else 404)
        self.end_headers()

if sys.argv[1:] == ["migrate"]:
    if code := os.environ.get("MIGRATION_ENDS_WITH"):
        sys.exit(int(code))
    asyncio.run(migrate())
elif os.environ.get("CRASH") or os.path.exists(os.environ.get("CRASHES_WHILE", "")):
    sys.exit("the tariff file is missing")
else:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    address = (os.environ["THUNGAN_HTTP_HOST"], int(os.environ["THUNGAN_HTTP_PORT"]))
    if (lost := os.environ.get("LOSES_ITS_PORT_TO")) and not os.path.exists(lost):
        open(lost, "w").close()
        taken = http.server.HTTPServer(address, Ready)
    http.server.HTTPServer(address, Ready).serve_forever()
"""


KEPT = Names("kept").event_queue("billing")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """Return a stack of its own, in a folder that only its owner may enter."""
    stack = LocalStack(LocalFolder(tmp_path_factory.mktemp("checkout") / ".local"), {})
    stack.start()
    yield stack
    data = stack.folder.database()
    stack.reset()
    assert stack.running() == []
    assert data is not None
    assert not Path(data.data).exists()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    for service in SERVICES:
        package = folder / "services" / service
        package.mkdir(parents=True)
        (package / "__init__.py").touch()
        (package / "__main__.py").write_text(SERVICE)
    (folder / "services" / "__init__.py").touch()
    return folder


async def test_starting_what_runs_already_changes_nothing(stack: LocalStack) -> None:
    before = stack.running()
    stack.start()
    assert stack.running() == before
    assert {name for name, _ in before} == {"epmd", "postgres", "rabbitmq"}


async def _written_to_directory(stack: LocalStack, queue: bytes) -> None:
    """RabbitMQ 3.10 writes the directory of quorum queues half a second late: one killed before has lost the queue."""
    directories = list((stack.folder.root / "rabbitmq").glob("**/names.dets"))
    await wait_until(lambda: any(queue in file.read_bytes() for file in directories), 20)


async def test_what_was_committed_and_confirmed_outlives_a_power_cut(stack: LocalStack) -> None:
    database = await asyncpg.connect(stack.postgres_url)
    await database.execute("CREATE TABLE kept (amount bigint)")
    await database.execute("INSERT INTO kept VALUES (125000)")
    await database.close(timeout=5)
    async with await aio_pika.connect(stack.amqp_url) as broker, broker.channel(on_return_raises=True) as channel:
        await channel.declare_queue(KEPT, durable=True, arguments={"x-queue-type": "quorum"})
        await channel.default_exchange.publish(aio_pika.Message(b"125000"), KEPT)
    await _written_to_directory(stack, KEPT.encode())

    stack.postgres.kill()
    stack.rabbitmq.kill()
    assert stack.running() == []
    stack.start()

    database = await asyncpg.connect(stack.postgres_url)
    assert await database.fetchval("SELECT amount FROM kept") == 125000
    await database.close()
    async with await aio_pika.connect(stack.amqp_url) as broker, broker.channel() as channel:
        assert (await (await channel.get_queue(KEPT)).get(no_ack=True)).body == b"125000"

    await remove_namespace(stack.amqp_url, "kept")
    assert KEPT not in stack.rabbitmq.control("list_queues", "name")


async def test_a_stack_that_somebody_uses_stays_until_the_last_user_leaves(stack: LocalStack) -> None:
    with stack.in_use():
        pass
    assert len(stack.running()) == 3, "it was started to stay"

    stack.folder.write("temporary", value=True)
    with stack.in_use():
        with LocalStack(stack.folder, {}).in_use():
            pass
        assert len(stack.running()) == 3, "another user is left"
        stack.folder.write("temporary", value=False)


async def test_no_service_can_reach_the_database_of_another(stack: LocalStack, project: Path) -> None:
    async with LocalSystem("apart", stack=stack, project=project, keep=False) as system:
        own = await asyncpg.connect(system.database_url("billing"))
        assert await own.fetchval("SELECT name FROM migrated") == "apart"
        await own.close()
        foreign = system.database_url("billing").removesuffix("apart_billing") + "apart_customer"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(foreign)
        search = await asyncpg.connect(system.database_url("customer"))
        assert await search.fetchval("SELECT unaccent('Đặng Thị Thu Hà')") == "Dang Thi Thu Ha"
        await search.close()
    server = await asyncpg.connect(stack.postgres_url)
    assert await server.fetch("SELECT FROM pg_database WHERE datname LIKE 'apart%'") == []
    assert await server.fetch("SELECT FROM pg_roles WHERE rolname LIKE 'apart%'") == []
    await server.close()


async def test_one_copy_can_be_killed_and_started_while_the_others_go_on(stack: LocalStack, project: Path) -> None:
    async with LocalSystem("many", {"billing": 2}, stack=stack, project=project, keep=False) as system:
        assert len({system.http_url("billing", copy) for copy in system.copies("billing")}) == 2
        system.kill("billing", 1)
        assert not system.is_running("billing", 1)
        assert system.is_ready("billing", 0)
        system.start("billing", 1)
        assert system.is_ready("billing", 1)
        with pytest.raises(StackError, match="already runs"), LocalSystem("many", stack=stack, project=project):
            pass
        assert system.signal("gateway", signal.SIGCONT)
    assert not [name for name, _ in stack.running() if name.startswith("many/")]


async def test_a_service_that_crashes_at_its_start_is_named_with_the_end_of_its_log(
    stack: LocalStack, project: Path
) -> None:
    crash = {"receipt": {"CRASH": "1"}}
    with pytest.raises(StackError, match=r"(?s)receipt-0 ended while it started.*the tariff file is missing"):
        async with LocalSystem("crash", settings=crash, stack=stack, project=project, keep=False):
            pass
    assert not [name for name, _ in stack.running() if name.startswith("crash/")]


async def test_what_ends_while_it_is_started_again_is_tried_again_and_leaves_the_others_running(
    stack: LocalStack, project: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    settings = {"receipt": {"CRASHES_WHILE": str(broken)}}
    said = StringIO()
    async with LocalSystem("mended", settings=settings, stack=stack, project=project, keep=False) as system:
        broken.touch()
        system.kill("receipt")
        assert not mend(system, Console(file=said))
        assert system.is_ready("billing")
        assert "the tariff file is missing" in said.getvalue()
        broken.unlink()
        assert mend(system, Console(file=said))
        assert system.is_ready("receipt")


async def test_a_copy_that_hangs_is_killed_and_started_again(stack: LocalStack, project: Path) -> None:
    said = Console(file=StringIO())
    async with LocalSystem("hung", stack=stack, project=project, keep=False) as system:
        looks = Looks(system, said, silent_seconds=0)
        system.signal("notify", signal.SIGSTOP)

        looks.look()

        assert not system.is_running("notify")
        assert all(system.is_running(service) for service in SERVICES if service != "notify")
        assert mend(system, said)
        assert system.is_ready("notify")


def test_a_disk_that_is_nearly_full_is_named_before_anything_starts(
    stack: LocalStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = LocalFolder(stack.folder.root / "full")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=150 * 1024 * 1024))

    with pytest.raises(StackError, match=r"nearly full: 150 MB are free.*disk alarm"):
        LocalStack(folder, environment={}).start()

    assert room_fault(folder.root) is not None


async def test_a_service_gets_another_port_when_its_own_was_taken_for_a_moment_while_it_started(
    stack: LocalStack, project: Path, tmp_path: Path
) -> None:
    settings = {"receipt": {"LOSES_ITS_PORT_TO": str(tmp_path / "lost")}}
    async with LocalSystem("lost", settings=settings, stack=stack, project=project, keep=False) as system:
        assert (tmp_path / "lost").exists()
        assert system.is_ready("receipt")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has another account run the database")
def test_root_has_an_unprivileged_account_run_the_database_where_that_account_can_reach(
    stack: LocalStack,
) -> None:
    state = stack.folder.database()
    assert state is not None
    assert state.account in {"postgres", "nobody"}
    assert Path(state.data).stat().st_uid != 0
    assert Path(state.data).stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("codes", "ends_with"), [({"notify": "78"}, 78), ({"notify": "78", "billing": "1"}, 1), ({"receipt": "70"}, 1)]
)
def test_wrong_settings_end_the_start_with_their_own_exit_code(
    stack: LocalStack, project: Path, codes: dict[str, str], ends_with: int
) -> None:
    settings = {service: {"MIGRATION_ENDS_WITH": code} for service, code in codes.items()}
    system = LocalSystem("wrong", stack=stack, project=project, settings=settings, keep=False)
    with pytest.raises(StackError, match="migrating") as refused, system:
        pass
    assert refused.value.exit_code == ends_with
