"""What Compose gives each container is what the program in it reads."""

import re
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import yaml
from pydantic import SecretStr

from ops.system import SERVICES, find_system
from services.invoice.settings import InvoiceSettings
from shared.placeholders import placeholders_in
from shared.settings import ServiceSettings

_PROJECT = Path(__file__).resolve().parents[3]
_VARIABLE = re.compile(r"\$\{(\w+)(?::([-+])([^}]*))?\}")
_PASSWORDS = ("admin", "migration", "broker", *SERVICES)
_SOMETIMES = {
    "THUNGAN_INVOICE_PKCS11_PIN_FILE": "invoice_pkcs11_pin",
    "THUNGAN_INVOICE_AUTHORITY_TOKEN_FILE": "invoice_authority_token",
}
"""Variables that name files of secrets which not everybody has, and the secrets."""


def composed(*files: str, variables: Mapping[str, str] = MappingProxyType({})) -> dict[str, dict[str, str]]:
    """Return the environment of each container, with these variables set and later files over earlier ones."""
    environments: dict[str, dict[str, str]] = {}
    for file in files:
        for name, container in yaml.safe_load((_PROJECT / file).read_text(encoding="utf-8"))["services"].items():
            given: Mapping[str, Any] = container.get("environment") or {}
            environments.setdefault(name, {}).update(
                {key: _expanded(str(value), variables) for key, value in given.items()}
            )
    return environments


def _expanded(text: str, variables: Mapping[str, str]) -> str:
    """Return a text with its variables as Compose fills them in: ``${NAME}``, ``${NAME:-else}``, ``${NAME:+then}``."""

    def value(found: re.Match[str]) -> str:
        given, sign, other = variables.get(found.group(1), ""), found.group(2), found.group(3) or ""
        if sign == "+":
            return other if given else ""
        return given or other

    return _VARIABLE.sub(value, text)


def settings_of(service: str) -> type[ServiceSettings]:
    """Return the class that reads the settings of a service."""
    found: type[ServiceSettings] = getattr(import_module(f"services.{service}.settings"), f"{service.title()}Settings")
    return found


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    for name in _PASSWORDS:
        (tmp_path / f"{name}_password").write_text(f"Zx9/{name}@\n", encoding="utf-8")
    return tmp_path


def use(environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch, secrets: Path) -> dict[str, str]:
    given = {key: value.replace("/run/secrets", str(secrets)) for key, value in environment.items()}
    for key, value in given.items():
        monkeypatch.setenv(key, value)
    return given


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("container", ["{}", "{}-migrate"])
def test_every_service_gets_its_passwords_from_files_and_no_well_known_one_is_left(
    service: str, container: str, secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = composed("docker-compose.yml", "docker-compose.secrets.yml")[container.format(service)]
    use(environment, monkeypatch, secrets)
    settings = settings_of(service)()
    quoted = f"Zx9%2F{service}%40"
    assert f"thungan-{service}:{quoted}@rabbitmq" in settings.amqp_url.get_secret_value()
    assert f"thungan_{service}:{quoted}@postgres" in settings.database_url.get_secret_value()
    if container.endswith("migrate"):
        assert settings.migration_database_url is not None
        assert settings.migration_amqp_url is not None
        owner = f"thungan_{service}_migration:Zx9%2Fmigration%40@postgres"
        assert owner in settings.migration_database_url.get_secret_value()
        assert "thungan:Zx9%2Fbroker%40@rabbitmq" in settings.migration_amqp_url.get_secret_value()
    assert [name for name, fault in placeholders_in(settings) if "password" in fault] == []


def test_operators_get_their_passwords_from_files(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environments = composed("docker-compose.yml", "docker-compose.secrets.yml")
    for container in ("thungan", "auditor", "readings"):
        system = find_system(use(environments[container], monkeypatch, secrets))
        assert "thungan:Zx9%2Fbroker%40@rabbitmq" in system.amqp_url
        for service in SERVICES:
            assert f"thungan_{service}:Zx9%2F{service}%40@postgres" in system.database_url(service)


def test_whoever_gets_a_password_from_a_file_is_given_that_file() -> None:
    overlay = yaml.safe_load((_PROJECT / "docker-compose.secrets.yml").read_text(encoding="utf-8"))
    for name, container in overlay["services"].items():
        mounted = {f"/run/secrets/{secret}" for secret in container["secrets"]}
        read = {
            _expanded(value, _SOMETIMES) for key, value in container["environment"].items() if key.endswith("_FILE")
        }
        assert mounted == read, name
    assert set(overlay["secrets"]) == {f"{name}_password" for name in _PASSWORDS} | set(_SOMETIMES.values())


def test_the_pin_of_an_hsm_and_the_token_of_the_tax_authoritys_provider_come_from_files(
    secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = {
        "THUNGAN_INVOICE_PKCS11_MODULE": "/usr/lib/softhsm/libsofthsm2.so",
        "THUNGAN_INVOICE_PKCS11_TOKEN": "thungan",
        "THUNGAN_INVOICE_PKCS11_KEY": "thungan",
        "THUNGAN_INVOICE_AUTHORITY_URL": "https://tvan.example",
        "THUNGAN_INVOICE_AUTHORITY_RECEIVER": "V0101",
    }
    for variable, secret in _SOMETIMES.items():
        (secrets / secret).write_text(f"Zx9/{secret}@\n", encoding="utf-8")
        variables[variable] = f"./secrets/{secret}"
    files = ("docker-compose.yml", "docker-compose.secrets.yml")
    use(composed(*files, variables=variables)["invoice"], monkeypatch, secrets)
    settings = InvoiceSettings()
    assert settings.invoice_pkcs11_pin == SecretStr("Zx9/invoice_pkcs11_pin@")
    assert settings.invoice_authority_token == SecretStr("Zx9/invoice_authority_token@")


def test_without_an_hsm_and_a_provider_no_file_is_needed(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(composed("docker-compose.yml", "docker-compose.secrets.yml")["invoice"], monkeypatch, secrets)
    settings = InvoiceSettings()
    assert (settings.invoice_pkcs11_pin, settings.invoice_authority_token) == (None, None)
    overlay = yaml.safe_load((_PROJECT / "docker-compose.secrets.yml").read_text(encoding="utf-8"))
    for secret in _SOMETIMES.values():
        assert _expanded(overlay["secrets"][secret]["file"], {}) == "/dev/null"


@pytest.mark.parametrize("service", SERVICES)
def test_without_files_every_service_gets_what_it_reads_from_variables(
    service: str, monkeypatch: pytest.MonkeyPatch, secrets: Path
) -> None:
    use(composed("docker-compose.yml")[service], monkeypatch, secrets)
    assert f"thungan_{service}:development-{service}@" in settings_of(service)().database_url.get_secret_value()
