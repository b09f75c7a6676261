"""What `deploy/` gives a pod is what the program in it reads; its resources have the shape that Kubernetes takes."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from pydantic import SecretStr

from dev_tools import broker_accounts
from ops.broker_accounts import topology_of
from ops.provision import main as provision
from ops.system import SERVICES, find_system
from services.invoice.settings import InvoiceSettings
from shared.messaging import Names
from shared.placeholders import placeholders_in
from tests.unit.ops.test_compose import settings_of, use

FOLDER = Path(__file__).resolve().parents[3] / "deploy" / "kubernetes"
BUILT_IN = ("v1", "apps/v1", "batch/v1", "policy/v1", "networking.k8s.io/v1")
OLDEST, NEWEST = "1.30", "1.37"
PODS = ("Deployment", "Job")


def resources() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each resource with the file that it is from."""
    for file in sorted(FOLDER.rglob("*.yaml")):
        if file.name != "kustomization.yaml":
            for resource in yaml.safe_load_all(file.read_text(encoding="utf-8")):
                yield str(file.relative_to(FOLDER)), resource


def pods() -> dict[str, dict[str, Any]]:
    """Return what runs, by the name of its deployment or job."""
    return {
        resource["metadata"]["name"]: resource["spec"]["template"]["spec"]
        for _, resource in resources()
        if resource["kind"] in PODS
    }


def environment_of(pod: dict[str, Any]) -> dict[str, str]:
    (container,) = pod["containers"]
    shared = {}
    if "envFrom" in container:
        (configuration,) = (resource["data"] for _, resource in resources() if resource["kind"] == "ConfigMap")
        shared = configuration
    return shared | {one["name"]: one.get("value", "a-pod") for one in container.get("env", [])}


def with_files(environment: dict[str, str], secrets: Path) -> dict[str, str]:
    """Return the environment with the files of secrets where the test has them."""
    return {key: value.replace("/run/secrets/thungan", str(secrets)) for key, value in environment.items()}


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    for name in ("admin", "migration", "broker", *SERVICES):
        (tmp_path / f"{name}_password").write_text(f"Zx9/{name}@\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_every_resource_of_kubernetes_own_kinds_is_of_the_shape_that_it_takes(version: str) -> None:
    checked = 0
    for file, resource in resources():
        if resource["apiVersion"] in BUILT_IN:
            try:
                kubernetes_validate.validate(resource, version, strict=True)
            except kubernetes_validate.ValidationError as error:
                pytest.fail(f"{file}: {resource['kind']} {resource['metadata']['name']}: {error.message}")
            checked += 1
    assert checked > 40


def test_every_file_is_named_by_the_list_beside_it_and_every_name_leads_somewhere() -> None:
    lists = sorted(FOLDER.rglob("kustomization.yaml"))
    for file in lists:
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
        named = [*found.get("resources", []), *found.get("components", [])]
        beside = {other.name for other in file.parent.glob("*.yaml")} - {"kustomization.yaml"}
        assert beside <= set(named), file
        for name in set(named) - beside:
            assert (file.parent / name / "kustomization.yaml").is_file(), (file, name)
    assert {file.parent for file in FOLDER.rglob("*.yaml")} == {file.parent for file in lists}


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("name", ["{}", "{}-migrate-pre", "{}-migrate-post"])
def test_every_service_reads_its_addresses_and_its_passwords_from_files(
    service: str, name: str, secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pod = pods()[name.format(service)]
    given = environment_of(pod)
    use(
        {key: value.replace("/run/secrets/thungan", str(secrets)) for key, value in given.items()}, monkeypatch, secrets
    )
    settings = settings_of(service)()
    quoted = f"Zx9%2F{service}%40"
    assert f"thungan-{service}:{quoted}@rabbitmq:5672" in settings.amqp_url.get_secret_value()
    assert f"thungan_{service}:{quoted}@postgres-rw:5432" in settings.database_url.get_secret_value()
    if name != "{}":
        assert settings.migration_database_url is not None
        assert settings.migration_amqp_url is not None
        assert f"thungan_{service}_migration:Zx9%2Fmigration%40@" in settings.migration_database_url.get_secret_value()
        assert "thungan:Zx9%2Fbroker%40@rabbitmq" in settings.migration_amqp_url.get_secret_value()
    # Nothing but the addresses that stand on paper is left to the overlay.
    assert {setting for setting, _ in placeholders_in(settings)} <= {"receipt_check_url", "invoice_lookup_url"}
    known = {f"THUNGAN_{field}".upper() for field in type(settings).model_fields}
    own = {one["name"] for one in pod["containers"][0]["env"]}
    assert {one for one in own if one.removesuffix("_FILE").replace("_PASSWORD", "_URL") not in known} == set()


def test_the_pin_of_an_hsm_and_the_token_of_the_tax_authoritys_provider_are_read_where_the_guide_says(
    secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    guide = (FOLDER.parent / "README.md").read_text(encoding="utf-8")
    named = dict(re.findall(r"`(THUNGAN_INVOICE_\w+_FILE)=(/etc/thungan/[\w/]+)`", guide))
    pod = pods()["invoice"]
    mounts = {one["mountPath"]: one["name"] for one in pod["containers"][0]["volumeMounts"]}
    volumes = {one["name"]: one["secret"] for one in pod["volumes"] if "secret" in one}
    for variable, path in named.items():
        folder, _, key = path.rpartition("/")
        assert volumes[mounts[folder]]["optional"], "whoever has neither needs no such secret"
        assert f"| `{volumes[mounts[folder]]['secretName']}`, optional | `{key}`" in guide
        (secrets / key).write_text(f"Zx9/{key}\n", encoding="utf-8")
        named[variable] = str(secrets / key)
    hsm = {"MODULE": "/usr/lib/softhsm/libsofthsm2.so", "TOKEN": "thungan", "KEY": "thungan"}
    given = with_files(environment_of(pod), secrets) | {f"THUNGAN_INVOICE_PKCS11_{name}": hsm[name] for name in hsm}
    use(given | named, monkeypatch, secrets)
    settings = InvoiceSettings()
    assert settings.invoice_pkcs11_pin == SecretStr("Zx9/pin")
    assert settings.invoice_authority_token == SecretStr("Zx9/token")


def test_operators_and_the_nightly_audit_find_every_part(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("thungan", "auditor"):
        environment = with_files(environment_of(pods()[name]), secrets)
        system = find_system(use(environment, monkeypatch, secrets))
        assert "thungan:Zx9%2Fbroker%40@rabbitmq" in system.amqp_url
        for service in SERVICES:
            assert f"thungan_{service}:Zx9%2F{service}%40@postgres-rw" in system.database_url(service)
    assert set(find_system(environment_of(pods()["thungan"])).http_urls()) == set(SERVICES)


def test_provisioning_finds_all_that_it_needs(capsys: pytest.CaptureFixture[str], secrets: Path) -> None:
    environment = with_files(environment_of(pods()["provision"]), secrets)
    unknown = environment | {"THUNGAN_POSTGRES_URL": "postgresql://postgres@127.0.0.1:1/postgres"}
    with pytest.raises(OSError, match=r"127\.0\.0\.1"):
        provision(unknown)
    assert capsys.readouterr().err == ""


def test_whoever_reads_a_secret_is_given_it_and_no_other() -> None:
    for name, pod in pods().items():
        read = {value for key, value in environment_of(pod).items() if key.endswith("_FILE")}
        (volume,) = (one for one in pod["volumes"] if one["name"] == "passwords")
        assert {f"/run/secrets/thungan/{item['path']}" for item in volume["secret"]["items"]} == read, name


def test_no_pod_has_more_rights_or_memory_than_it_needs() -> None:
    for name, pod in pods().items():
        (container,) = pod["containers"]
        assert pod["securityContext"]["runAsNonRoot"], name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert not pod["automountServiceAccountToken"], name
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }, name
        assert set(container["resources"]["requests"]) == {"cpu", "memory"}, name
        assert "memory" in container["resources"]["limits"], name
        mounted = {one["name"] for one in container["volumeMounts"]}
        assert mounted == {one["name"] for one in pod["volumes"]}, name


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_keeps_a_copy_while_nodes_are_emptied_and_is_asked_whether_it_is_ready(service: str) -> None:
    by_kind = {resource["kind"]: resource for file, resource in resources() if file == f"base/{service}.yaml"}
    assert set(by_kind) == {"Deployment", "Service", "PodDisruptionBudget"}
    label = {"app.kubernetes.io/name": service}
    assert by_kind["Deployment"]["spec"]["template"]["metadata"]["labels"] == label
    assert by_kind["Service"]["spec"]["selector"] == label
    assert by_kind["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == label
    assert by_kind["Deployment"]["spec"]["replicas"] >= 2
    assert by_kind["PodDisruptionBudget"]["spec"]["maxUnavailable"] == 1
    (container,) = by_kind["Deployment"]["spec"]["template"]["spec"]["containers"]
    assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"


def test_copies_are_added_by_queues_that_are_there_and_never_taken_away_altogether() -> None:
    names = Names("thungan")
    scaled = {
        resource["metadata"]["name"]: resource["spec"]
        for _, resource in resources()
        if resource["kind"] == "ScaledObject"
    }
    assert set(scaled) == set(SERVICES) - {"gateway"}
    for service, spec in scaled.items():
        topology = topology_of(service)
        queues = {names.event_queue(service)} if topology.consumes else set()
        queues |= {names.request_queue(service)} if topology.requests else set()
        assert {one["metadata"]["queueName"] for one in spec["triggers"]} == queues, service
        assert all(one["metadata"]["protocol"] == "http" for one in spec["triggers"]), service
        assert spec["minReplicaCount"] >= 1


def test_accounts_on_the_broker_may_do_what_the_services_do() -> None:
    assert broker_accounts.FILE.read_text(encoding="utf-8") == broker_accounts.accounts(), (
        "run: .venv/bin/python -m dev_tools.broker_accounts"
    )


def test_the_guide_names_every_folder_and_every_secret() -> None:
    guide = (FOLDER.parent / "README.md").read_text(encoding="utf-8")
    for folder in {file.parent.relative_to(FOLDER) for file in FOLDER.rglob("kustomization.yaml")}:
        assert f"`{folder}`" in guide, folder
    named = set()
    for pod in pods().values():
        named |= {one["secret"]["secretName"] for one in pod["volumes"] if "secret" in one}
    named |= set(re.findall(r"^ *(?:superuserSecret:\n *name: |secretName: )(\S+)$", _all_text(), re.MULTILINE))
    for name in named:
        assert f"`{name}`" in guide, name


def _all_text() -> str:
    return "\n".join(file.read_text(encoding="utf-8") for file in FOLDER.rglob("*.yaml"))
