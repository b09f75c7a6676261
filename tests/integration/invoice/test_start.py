"""A copy of invoice whose settings are wrong ends with one line that says so, and is not started again for nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from services.invoice.signatures.key_file import CERTIFICATE_NAME, KEY_NAME, make_development_key
from shared.clock import now
from shared.runtime import EXIT_CONFIGURATION

RULE = "rules:\n  - {from: 2026-07-01, period: month, due_day: 40}\n"


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    make_development_key(tmp_path / "keys", now())
    return tmp_path / "keys"


def started(**settings: object) -> tuple[int, list[str]]:
    nowhere = {"AMQP_URL": "amqp://invoice:x@127.0.0.1:1/", "DATABASE_URL": "postgresql://invoice:x@127.0.0.1:1/none"}
    environment = {f"THUNGAN_{name}": str(value) for name, value in (nowhere | settings).items()}
    done = subprocess.run(
        [sys.executable, "-m", "services.invoice"],
        env=environment | {"THUNGAN_ENVIRONMENT": "development"},
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    lines = [line for line in done.stderr.splitlines() if "development_settings" not in line]
    return done.returncode, lines


def test_without_a_key_or_with_another_keys_certificate(keys: Path, tmp_path: Path) -> None:
    make_development_key(tmp_path / "others", now())
    (keys / CERTIFICATE_NAME).write_bytes((tmp_path / "others" / CERTIFICATE_NAME).read_bytes())

    for folder, reason in ((tmp_path / "none", "thungan invoices key"), (keys, f"not the certificate of {KEY_NAME}")):
        code, lines = started(INVOICE_KEY_FOLDER=folder)
        assert code == EXIT_CONFIGURATION
        assert len(lines) == 1
        assert reason in lines[0]


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "No such file"), ("rules: [", "while parsing"), (RULE, "rule 1: due_day: Input should be less than")],
)
def test_with_rules_of_the_tax_authority_that_cannot_be_read(
    keys: Path, tmp_path: Path, content: str | None, reason: str
) -> None:
    file = tmp_path / "rules.yaml"
    if content is not None:
        file.write_text(content)

    code, lines = started(INVOICE_KEY_FOLDER=keys, INVOICE_AUTHORITY_RULES=file)

    assert code == EXIT_CONFIGURATION
    assert len(lines) == 1
    assert str(file) in lines[0]
    assert reason in lines[0]


@pytest.mark.parametrize("address", ["ftp://hoadon.vn", "hoadon.vn", "https://hoadon.vn/tra-cuu", "https://a b"])
def test_with_an_address_on_every_invoice_that_nobody_could_open(keys: Path, address: str) -> None:
    code, lines = started(INVOICE_KEY_FOLDER=keys, INVOICE_LOOKUP_URL=address)

    assert code == EXIT_CONFIGURATION
    assert len(lines) == 1
    assert "THUNGAN_INVOICE_LOOKUP_URL" in lines[0]


@pytest.mark.parametrize(
    ("given", "missing"),
    [({"TOKEN": "secret"}, "RECEIVER"), ({"RECEIVER": "V1"}, "TOKEN"), ({"RECEIVER": "V1", "TOKEN": ""}, "TOKEN")],
)
def test_with_a_provider_that_would_refuse_whatever_it_is_sent(keys: Path, given: dict[str, str], missing: str) -> None:
    settings = {f"INVOICE_AUTHORITY_{name}": value for name, value in ({"URL": "https://tvan.example"} | given).items()}
    code, lines = started(INVOICE_KEY_FOLDER=keys, **settings)

    assert code == EXIT_CONFIGURATION
    assert len(lines) == 1
    assert f"…_{missing}" in lines[0]
    assert "secret" not in lines[0]
