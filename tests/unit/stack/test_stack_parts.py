"""What the local stack decides before it starts anything."""

import json
import os
import re
import socket
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml

from ops import provision
from ops.system import SERVICES, find_system
from shared.messaging.accounts import account_name
from shared.messaging.topology import Names, Topology, event_queues, request_queue
from shared.placeholders import placeholders_in
from shared.settings import ServiceSettings
from stack import postgres, rabbitmq
from stack.addresses import SystemAddresses
from stack.broker_cleanup import queue_names
from stack.local import LocalStack
from stack.ports import free_ports
from stack.processes import StackError
from stack.services import LocalSystem
from stack.state import PROJECT, BrokerState, LocalFolder

GIVEN = {
    "THUNGAN_AMQP_URL": "amqp://broker.test/",
    "THUNGAN_POSTGRES_URL": "postgresql://admin:x@db.test:5432/postgres",
}
MEBIBYTE = 1024 * 1024


@pytest.fixture
def stack(tmp_path: Path) -> LocalStack:
    return LocalStack(LocalFolder(tmp_path / ".local"), GIVEN)


def test_the_newest_postgresql_is_used(tmp_path: Path) -> None:
    for version in ("9", "15", "17"):
        (tmp_path / version / "bin").mkdir(parents=True)
        (tmp_path / version / "bin" / "initdb").touch()
    (tmp_path / "18" / "lib").mkdir(parents=True)
    assert postgres.program_folder(root=tmp_path) == tmp_path / "17" / "bin"
    assert postgres.program_folder("15", root=tmp_path) == tmp_path / "15" / "bin"


def test_data_of_a_postgresql_that_is_gone_is_not_opened_by_another(tmp_path: Path) -> None:
    with pytest.raises(StackError, match=r"made by PostgreSQL 13.*dev reset"):
        postgres.program_folder("13", root=tmp_path)


def test_a_missing_server_is_named_with_its_package(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="apt-get install postgresql"):
        postgres.program_folder(root=tmp_path)
    with pytest.raises(StackError, match="apt-get install rabbitmq-server"):
        rabbitmq.scripts_folder(tmp_path)


@pytest.mark.parametrize("folder", ["usr/lib/rabbitmq/bin", "usr/lib/rabbitmq/lib/rabbitmq_server-4.0.5/sbin"])
def test_the_scripts_behind_the_system_wide_wrapper_are_found(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir(parents=True)
    (tmp_path / folder / "rabbitmq-server").touch()
    assert rabbitmq.scripts_folder(tmp_path) == tmp_path / folder


@pytest.mark.parametrize(("total", "limit"), [(1000, 400), (24 * 1024, 1024)])
def test_the_broker_leaves_memory_to_its_neighbours(total: int, limit: int) -> None:
    assert rabbitmq.memory_limit(total * MEBIBYTE) == limit * MEBIBYTE


def test_the_broker_listens_on_loopback_only() -> None:
    state = BrokerState(port=5001, distribution_port=5002, epmd_port=5003, password="secret")
    lines = rabbitmq.configuration(state, total_bytes=1024 * MEBIBYTE).splitlines()
    assert "listeners.tcp.default = 127.0.0.1:5001" in lines
    assert "default_pass = secret" in lines


def test_a_service_reaches_its_own_database_with_its_own_role() -> None:
    url = urlsplit(
        provision.database_url(
            "postgresql://admin:root@db.test:5433/postgres?sslmode=require", "demo", "billing", "p@ss/1"
        )
    )
    assert (url.username, unquote(url.password or ""), url.hostname, url.port) == (
        "demo_billing",
        "p@ss/1",
        "db.test",
        5433,
    )
    assert (url.path, url.query) == ("/demo_billing", "sslmode=require")


def test_every_lasting_queue_of_a_namespace_is_removed_with_it() -> None:
    topology = Topology(service="billing")
    names = Names("test")
    declared = {request_queue(topology, names).name, *(queue.name for queue in event_queues(topology, names))}
    assert declared <= set(queue_names("test"))
    assert all(name.startswith("test.") for name in queue_names("test"))


def test_given_addresses_are_used_as_they_are(stack: LocalStack) -> None:
    assert stack.environment() == GIVEN
    stack.start()
    assert stack.running() == []


def test_a_stack_that_was_never_started_says_how_to_start_it(tmp_path: Path) -> None:
    with pytest.raises(StackError, match=r"\./dev stack"):
        _ = LocalStack(LocalFolder(tmp_path), {}).amqp_url


def test_a_system_keeps_its_ports_and_passwords_from_one_run_to_the_next(stack: LocalStack) -> None:
    first = SystemAddresses.prepare(stack, "demo", ["gateway-0", "billing-0"])
    second = SystemAddresses.prepare(stack, "demo", ["gateway-0", "billing-0", "billing-1"])
    assert second.passwords == first.passwords
    assert {name: second.http_ports[name] for name in first.http_ports} == first.http_ports
    assert len(set(second.http_ports.values())) == 3
    assert SystemAddresses.load(stack, "demo") == second


def test_two_systems_share_neither_ports_nor_passwords(stack: LocalStack) -> None:
    one = SystemAddresses.prepare(stack, "one", ["gateway-0"])
    two = SystemAddresses.prepare(stack, "two", ["gateway-0"])
    assert one.passwords["billing"] != two.passwords["billing"]
    assert one.database_url("billing") != two.database_url("billing")


def test_the_gateway_gets_the_port_that_a_person_asked_for(stack: LocalStack) -> None:
    (port,) = free_ports(1)
    found = SystemAddresses.prepare(stack, "demo", ["gateway-0"], fixed={"gateway-0": port})
    assert found.http_url("gateway") == f"http://127.0.0.1:{port}"


def test_operators_find_every_copy_and_database_of_a_system_by_its_environment(stack: LocalStack) -> None:
    found = SystemAddresses.prepare(stack, "demo", ["gateway-0", "billing-0", "billing-1"])
    system = find_system(found.environment())
    assert (system.namespace, system.amqp_url) == ("demo", found.amqp_url)
    assert {system.database_url(service) for service in SERVICES} == {found.database_url(s) for s in SERVICES}
    assert system.http_urls() == {
        "gateway": found.http_url("gateway"),
        "billing-0": found.http_url("billing", 0),
        "billing-1": found.http_url("billing", 1),
    }


def test_what_the_stack_remembers_can_be_read_by_its_owner_only(stack: LocalStack) -> None:
    SystemAddresses.prepare(stack, "demo", ["gateway-0"])
    assert (stack.folder.root / "systems" / "demo.json").stat().st_mode & 0o777 == 0o600


def test_the_addresses_of_a_system_that_never_ran_are_refused(stack: LocalStack) -> None:
    with pytest.raises(StackError, match="has not been started here yet"):
        SystemAddresses.load(stack, "demo")


def test_provisioning_names_every_password_that_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert provision.main({"THUNGAN_POSTGRES_URL": "postgresql://db.test/", "THUNGAN_BILLING_PASSWORD": "x"}) == 2
    printed = capsys.readouterr().err
    assert "THUNGAN_GATEWAY_PASSWORD" in printed
    assert "THUNGAN_BILLING_PASSWORD" not in printed


def test_outside_development_nothing_is_provisioned_with_passwords_that_everybody_knows(
    capsys: pytest.CaptureFixture[str],
) -> None:
    passwords = {f"THUNGAN_{service.upper()}_PASSWORD": f"development-{service}" for service in SERVICES}
    passwords["THUNGAN_BILLING_PASSWORD"] = "wX3-oV9q"
    passwords["THUNGAN_MIGRATION_PASSWORD"] = "development-migration"
    address = "postgresql://thungan_admin:development@db.test/postgres"
    assert provision.main({"THUNGAN_POSTGRES_URL": address, **passwords}) == 2
    printed = capsys.readouterr().err
    assert "THUNGAN_POSTGRES_URL, THUNGAN_CUSTOMER_PASSWORD" in printed
    assert "THUNGAN_MIGRATION_PASSWORD" in printed
    assert "THUNGAN_BILLING_PASSWORD" not in printed


def test_compose_gives_every_service_the_database_that_is_provisioned_for_it() -> None:
    compose = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())["services"]
    provisioned = compose["provision"]["environment"]
    for service in SERVICES:
        password = provisioned[f"THUNGAN_{service.upper()}_PASSWORD"]
        url = f"postgresql://thungan_{service}:{password}@postgres:5432/{provision.database_name('thungan', service)}"
        for container in (service, f"{service}-migrate"):
            assert compose[container]["environment"]["THUNGAN_DATABASE_URL"] == url
        password = provisioned["THUNGAN_MIGRATION_PASSWORD"]
        owner = provision.migration_role("thungan", service)
        of_migration = compose[f"{service}-migrate"]["environment"]["THUNGAN_MIGRATION_DATABASE_URL"]
        assert of_migration == f"postgresql://{owner}:{password}@postgres:5432/thungan_{service}"
        for only_there in ("THUNGAN_MIGRATION_DATABASE_URL", "THUNGAN_MIGRATION_AMQP_URL"):
            assert only_there in compose[f"{service}-migrate"]["environment"]
            assert only_there not in compose[service]["environment"]
        account = account_name("thungan", service)
        password = provisioned[f"THUNGAN_{service.upper()}_PASSWORD"]
        assert compose[service]["environment"]["THUNGAN_AMQP_URL"] == f"amqp://{account}:{password}@rabbitmq:5672/"
        assert compose[service]["depends_on"][f"{service}-migrate"]["condition"] == "service_completed_successfully"
        assert "container_name" not in compose[service]
        assert service == "gateway" or "ports" not in compose[service]


def test_compose_gives_the_commands_of_operators_every_database_and_every_address() -> None:
    compose = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())["services"]
    system = find_system(compose["thungan"]["environment"])
    for service in SERVICES:
        assert system.database_url(service) == compose[service]["environment"]["THUNGAN_DATABASE_URL"]
    assert system.http_urls() == {service: f"http://{service}:8080" for service in SERVICES}
    password = compose["provision"]["environment"]["THUNGAN_BROKER_PASSWORD"]
    assert system.amqp_url == f"amqp://thungan:{password}@rabbitmq:5672/"
    assert system.namespace == compose["billing"]["environment"]["THUNGAN_NAMESPACE"]


def settings_of(service: str) -> type[ServiceSettings]:
    module = import_module(f"services.{service}.settings")
    [found] = [
        one
        for one in vars(module).values()
        if isinstance(one, type) and one.__module__ == module.__name__ and issubclass(one, ServiceSettings)
    ]
    return found


def environment_of(container: str, chosen: Mapping[str, str]) -> dict[str, str]:
    """Return the environment that Compose gives a container, when a person has chosen these variables."""
    compose = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())["services"]
    return {
        name: re.sub(r"\$\{(\w+):-([^}]*)\}", lambda found: chosen.get(found[1]) or found[2], value)
        for name, value in compose[container]["environment"].items()
    }


@pytest.mark.parametrize("service", SERVICES)
def test_compose_gives_a_service_no_setting_that_it_does_not_have(service: str) -> None:
    given = {name.removeprefix("THUNGAN_").lower() for name in environment_of(service, {})}
    assert given <= set(settings_of(service).model_fields)


CHOSEN_FOR_PRODUCTION = {
    "THUNGAN_ENVIRONMENT": "production",
    "THUNGAN_CHECK_URL": "https://thungan.dienluc-camau.vn",
    **{f"THUNGAN_{name}_PASSWORD": "8D6F2A" for name in ("BROKER", "MIGRATION", *map(str.upper, SERVICES))},
}


@pytest.mark.parametrize("chosen", [{}, CHOSEN_FOR_PRODUCTION], ids=["development", "production"])
@pytest.mark.parametrize("container", [*SERVICES, *(f"{service}-migrate" for service in SERVICES)])
def test_a_service_starts_with_what_compose_gives_it(
    container: str, chosen: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("THUNGAN_")]:
        monkeypatch.delenv(name)
    for name, value in environment_of(container, chosen).items():
        monkeypatch.setenv(name, value)
    settings = settings_of(container.removesuffix("-migrate"))()
    assert settings.environment == chosen.get("THUNGAN_ENVIRONMENT", "development")
    assert not chosen or list(placeholders_in(settings)) == []


def test_compose_sets_the_same_bank_account_for_documents_and_phones() -> None:
    compose = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())["services"]
    for name in ("BIN", "ACCOUNT", "ACCOUNT_NAME"):
        variable = f"THUNGAN_RECEIPT_BANK_{name}"
        assert {compose[one]["environment"][variable] for one in ("receipt", "gateway")} == {f"${{{variable}:-}}"}


def test_compose_gives_notify_the_file_of_sms_providers_with_the_secrets_beside_it_and_nobody_else() -> None:
    compose = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
    services, mount = compose["services"], "${THUNGAN_SMS_CONFIGURATION_FOLDER:-sms-providers}:/etc/thungan/sms:ro"
    assert services["notify"]["environment"]["THUNGAN_SMS_CONFIGURATION"] == "${THUNGAN_SMS_CONFIGURATION:-}"
    assert [name for name, one in services.items() if mount in one.get("volumes", [])] == ["notify"]
    assert "sms-providers" in compose["volumes"]


def test_the_broker_gets_an_account_for_each_service_and_one_for_the_administrator(tmp_path: Path) -> None:
    path = tmp_path / "definitions.json"
    provision.write_definitions(path, "thungan", dict.fromkeys(SERVICES, "secret"), "root")
    found = json.loads(path.read_text())
    accounts = {account_name("thungan", service) for service in SERVICES}
    assert {user["name"]: user["tags"] for user in found["users"]} == {
        **{account: [] for account in accounts},
        "thungan": ["administrator"],
    }
    assert {right["user"] for right in found["topic_permissions"]} == accounts
    assert {right["user"] for right in found["permissions"]} == {*accounts, "thungan"}
    assert "secret" not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o644


def test_servers_that_were_started_for_nothing_are_stopped_and_those_that_ran_before_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = LocalStack(LocalFolder(tmp_path / ".local"), {})
    ran = {stack.postgres: False, stack.rabbitmq: True}
    stopped = []

    def interrupt() -> bool:
        raise KeyboardInterrupt

    for server, before in ran.items():
        monkeypatch.setattr(server, "is_running", lambda before=before: before)
        monkeypatch.setattr(server, "stop", lambda server=server: stopped.append(server))
    monkeypatch.setattr(stack.postgres, "start", lambda: True)
    monkeypatch.setattr(stack.rabbitmq, "start", interrupt)
    with pytest.raises(KeyboardInterrupt), stack.in_use():
        pass
    assert stopped == [stack.postgres]


def test_a_port_that_a_person_asked_for_and_that_is_taken_is_refused(stack: LocalStack) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with (
            pytest.raises(StackError, match=f"port {port} is taken"),
            LocalSystem("taken", gateway_port=port, stack=stack),
        ):
            pass
