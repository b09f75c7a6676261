"""Addresses that lead nowhere and well-known secrets are named, and nothing else is."""

from importlib import import_module
from typing import Any

import pytest
from pydantic import SecretStr

from shared.placeholders import Credentials, PublicAddress, address_fault, credentials_fault, placeholders_in
from shared.settings import ServiceSettings

SERVICES = ("billing", "customer", "gateway", "invoice", "notify", "receipt")
GOOD: dict[str, Any] = {
    "amqp_url": SecretStr("amqp://thungan:wX3-oV9q@rabbitmq:5672/"),
    "database_url": SecretStr("postgresql://thungan_receipt:wX3-oV9q@postgres/thungan_receipt"),
}


def settings_of(service: str) -> type[ServiceSettings]:
    module = import_module(f"services.{service}.settings")
    [found] = [
        one
        for one in vars(module).values()
        if isinstance(one, type) and one.__module__ == module.__name__ and issubclass(one, ServiceSettings)
    ]
    return found


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080",
        "https://thungan.example",
        "https://localhost",
        "https://pcmu.localhost:8443",
        "http://gateway:8080",
        "https://10.1.2.3",
        "https://192.168.1.10:8080",
        "http://0.0.0.0:8080",
        "http://169.254.0.1",
        "https://bienlai.example.com",
        "https://thungan.test",
        "https://pos.local",
        "https://pos.localdomain",
        "https://127.1",
        "https://0x7f.0.0.1:8443",
    ],
)
def test_an_address_that_customers_cannot_reach_is_called_so(url: str) -> None:
    assert address_fault(url)


@pytest.mark.parametrize("url", ["https://bienlai.pcmu.evnspc.vn", "https://113.160.92.202:8443", "https://a.vn"])
def test_an_address_that_they_may_reach_is_not(url: str) -> None:
    assert address_fault(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://thungan_receipt:development-receipt@postgres/thungan_receipt",
        "postgresql://thungan_receipt:thungan_receipt@postgres/thungan_receipt",
        "postgresql://postgres:postgres@postgres/x",
        "amqp://thungan:development@rabbitmq:5672/",
        "amqp://guest:guest@rabbitmq/",
        "amqp://rabbitmq/",
        "amqp://thungan:changeme@rabbitmq/",
    ],
)
def test_a_password_that_everybody_knows_is_called_so(url: str) -> None:
    assert credentials_fault(url)


@pytest.mark.parametrize(
    "url",
    [
        *(value.get_secret_value() for value in GOOD.values()),
        "postgresql://thungan_receipt@/thungan_receipt?host=/run/postgresql",
        "amqps://thungan:k8%2Fq@rabbitmq/",
    ],
)
def test_another_password_or_none_that_stands_in_the_address_is_not(url: str) -> None:
    assert credentials_fault(url) is None


@pytest.mark.parametrize("service", SERVICES)
def test_every_address_among_the_settings_is_marked_as_public_or_as_holding_a_password(service: str) -> None:
    unmarked = [
        name
        for name, field in settings_of(service).model_fields.items()
        if name.endswith("_url") and not any(isinstance(mark, PublicAddress | Credentials) for mark in field.metadata)
    ]
    assert unmarked == []


def test_a_setting_is_named_with_what_is_wrong_with_it() -> None:
    values: dict[str, Any] = {**GOOD, "amqp_url": SecretStr("amqp://guest:guest@rabbitmq/")}
    found = dict(placeholders_in(settings_of("receipt")(**values)))
    assert set(found) == {"amqp_url", "receipt_check_url"}
    assert "thungan.example" in found["receipt_check_url"]
    assert "guest:" not in found["amqp_url"]


@pytest.mark.parametrize("service", SERVICES)
def test_a_system_of_which_everything_is_set_has_no_placeholder(service: str) -> None:
    others: dict[str, Any] = {}
    if service == "receipt":
        others["receipt_check_url"] = "https://bienlai.pcmu.evnspc.vn"
    if service == "invoice":
        others["invoice_lookup_url"] = "https://hoadon.pcmu.evnspc.vn"
    assert list(placeholders_in(settings_of(service)(**GOOD, **others))) == []
