"""Secrets come from files as well as from the environment, for every service and command, and never from both."""

from pathlib import Path

import pytest

from ops import provision
from ops.console import CommandError
from ops.system import find_system
from services.receipt.settings import ReceiptSettings
from shared.misconfigured import Misconfigured
from shared.secret_files import address_in, secret_in
from shared.settings import ServiceSettings


@pytest.fixture
def mounted(tmp_path: Path) -> str:
    """A file with a password that an address cannot hold as it is."""
    file = tmp_path / "password"
    file.write_text("p@ss/word:1\n", encoding="utf-8")
    return str(file)


def test_a_secret_is_the_text_of_its_file_without_the_end_of_the_line(mounted: str) -> None:
    assert secret_in({"X_FILE": mounted}, "X") == "p@ss/word:1"
    assert secret_in({"X_FILE": mounted, "X": ""}, "X") == "p@ss/word:1"
    assert secret_in({"X": "given", "X_FILE": ""}, "X") == "given"
    assert secret_in({}, "X") is None


def test_a_secret_that_is_given_twice_is_refused_and_not_told(mounted: str) -> None:
    for environment in (
        {"X_URL": "amqp://a@b/", "X_URL_FILE": mounted},
        {"X_URL": "amqp://a@b/", "X_PASSWORD": "secret-1", "X_PASSWORD_FILE": mounted},
        {"X_URL": "amqp://a:secret-1@b/", "X_PASSWORD_FILE": mounted},
    ):
        with pytest.raises(Misconfigured, match="give one of them") as refused:
            address_in(environment, "X_URL")
        assert "secret-1" not in str(refused.value)
        assert "p@ss" not in str(refused.value)


def test_a_file_that_is_away_or_empty_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"X_FILE: .*none cannot be read: FileNotFoundError"):
        secret_in({"X_FILE": str(tmp_path / "none")}, "X")
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(Misconfigured, match=r"X_FILE: .*empty is empty"):
        secret_in({"X_FILE": str(tmp_path / "empty")}, "X")
    with pytest.raises(Misconfigured, match="names no account"):
        address_in({"X_URL": "amqp://b/", "X_PASSWORD": "y"}, "X_URL")


def test_a_service_takes_every_secret_from_a_file(
    mounted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tmp_path / "address"
    whole.write_text("postgresql://thungan_receipt:x1@db/thungan_receipt\n")
    for name, value in {
        "AMQP_URL": "amqp://thungan-receipt@broker/",
        "AMQP_PASSWORD_FILE": mounted,
        "DATABASE_URL_FILE": str(whole),
        "RECEIPT_WITNESS_BUCKET_SECRET_FILE": mounted,
    }.items():
        monkeypatch.setenv(f"THUNGAN_{name}", value)
    settings = ReceiptSettings()
    assert settings.amqp_url.get_secret_value() == "amqp://thungan-receipt:p%40ss%2Fword%3A1@broker/"
    assert settings.database_url.get_secret_value() == "postgresql://thungan_receipt:x1@db/thungan_receipt"
    assert settings.receipt_witness_bucket_secret.get_secret_value() == "p@ss/word:1"
    monkeypatch.setenv("THUNGAN_DATABASE_URL", "postgresql://a:b@c/d")
    with pytest.raises(Misconfigured, match="THUNGAN_DATABASE_URL and THUNGAN_DATABASE_URL_FILE are both set"):
        ServiceSettings()


def test_commands_take_addresses_in_the_same_ways(mounted: str) -> None:
    system = find_system(
        {
            "THUNGAN_AMQP_URL": "amqp://thungan@broker/",
            "THUNGAN_AMQP_PASSWORD_FILE": mounted,
            "THUNGAN_BILLING_DATABASE_URL_FILE": mounted,
            "THUNGAN_BILLING_DATABASE_URL": "postgresql://a:b@c/d",
        }
    )
    assert system.amqp_url == "amqp://thungan:p%40ss%2Fword%3A1@broker/"
    with pytest.raises(CommandError, match="both set"):
        system.database_url("billing")


def test_provisioning_names_what_neither_variable_nor_file_gives(
    mounted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = {"THUNGAN_BILLING_PASSWORD_FILE": mounted, "THUNGAN_POSTGRES_URL_FILE": mounted}
    assert provision.main(environment) == 2
    said = capsys.readouterr().err
    assert "THUNGAN_CUSTOMER_PASSWORD" in said
    assert "THUNGAN_BILLING_PASSWORD" not in said
    assert provision.main({**environment, "THUNGAN_BILLING_PASSWORD": "x"}) == 2
    assert "both set" in capsys.readouterr().err
