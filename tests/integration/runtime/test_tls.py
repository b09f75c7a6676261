"""Broker and database over TLS, with an authority made for the occasion: whoever cannot be checked is refused."""

import gc
import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from itertools import takewhile
from pathlib import Path

import asyncpg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from shared.db import connect
from shared.messaging.connection import close_quietly, open_connection
from shared.messaging.errors import BrokerGone
from stack.ports import free_ports
from stack.postgres import PostgreSQL, unprivileged_account
from stack.rabbitmq import RabbitMQ
from stack.state import PROJECT, LocalFolder


@dataclass(frozen=True)
class Encrypted:
    """A broker and a database server that speak TLS, and two authorities: theirs, and one that they do not know."""

    amqp_url: str
    postgres_url: str
    authority: Path
    unknown: Path


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(
    subject: str, key: ec.EllipticCurvePrivateKey, issuer: str, signer: ec.EllipticCurvePrivateKey, *, authority: bool
) -> bytes:
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if not authority:
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _authority(path: Path) -> ec.EllipticCurvePrivateKey:
    key = ec.generate_private_key(ec.SECP256R1())
    path.write_bytes(_certificate(path.stem, key, path.stem, key, authority=True))
    return key


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Encrypted]:
    """Start both servers with a certificate for 127.0.0.1."""
    base = tmp_path_factory.mktemp("tls")
    of_pytest = takewhile(lambda folder: folder.name.startswith(("pytest-", "popen-")), base.parents)
    for folder in (base, *of_pytest):
        folder.chmod(0o755)  # the account of the database server reads its certificate here
    authority, unknown = base / "authority.pem", base / "unknown.pem"
    signer = _authority(authority)
    _authority(unknown)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate, secret = base / "server.pem", base / "server.key"
    certificate.write_bytes(_certificate("server", key, "authority", signer, authority=False))
    secret.write_bytes(_pem(key))
    secret.chmod(0o600)
    of_database = base / "database.key"
    of_database.write_bytes(_pem(key))
    of_database.chmod(0o600)
    if account := unprivileged_account():
        shutil.chown(of_database, account)
    (port,) = free_ports(1)
    local = LocalFolder(base / ".local")
    rabbitmq = RabbitMQ(
        local,
        settings={
            "listeners.ssl.default": f"127.0.0.1:{port}",
            "ssl_options.cacertfile": str(authority),
            "ssl_options.certfile": str(certificate),
            "ssl_options.keyfile": str(secret),
            "ssl_options.versions.1": "tlsv1.2",
        },
    )
    postgres = PostgreSQL(
        local, settings={"ssl": "on", "ssl_cert_file": str(certificate), "ssl_key_file": str(of_database)}
    )
    try:
        rabbitmq.start()
        postgres.start()
        plain = rabbitmq.url
        yield Encrypted(
            amqp_url=f"amqps://{plain.partition('://')[2].rpartition(':')[0]}:{port}/",
            postgres_url=postgres.url,
            authority=authority,
            unknown=unknown,
        )
    finally:
        rabbitmq.erase()
        postgres.erase()


async def test_the_database_is_reached_over_tls_when_its_certificate_is_good(encrypted: Encrypted) -> None:
    good = f"{encrypted.postgres_url}?sslmode=verify-full&sslrootcert={encrypted.authority}"
    connection = await connect(good, application_name="test")
    try:
        assert await connection.fetchval("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()") is True
    finally:
        await connection.close()
    for bad in (
        f"{encrypted.postgres_url}?sslmode=verify-full&sslrootcert={encrypted.unknown}",
        # The certificate is for 127.0.0.1.
        good.replace("127.0.0.1", "localhost"),
    ):
        with pytest.raises(ssl.SSLError):
            await connect(bad, application_name="test")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_the_broker_is_reached_over_tls_when_its_certificate_is_good(encrypted: Encrypted) -> None:
    connection = await open_connection(SecretStr(f"{encrypted.amqp_url}?cafile={encrypted.authority}"), name="test")
    await close_quietly(connection)
    for bad in (
        f"{encrypted.amqp_url}?cafile={encrypted.unknown}",
        encrypted.amqp_url,
        # The certificate is for 127.0.0.1.
        f"{encrypted.amqp_url}?cafile={encrypted.authority}".replace("127.0.0.1", "localhost"),
    ):
        with pytest.raises(BrokerGone, match="certificate is refused: "):
            await open_connection(SecretStr(bad), name="test")
    # The library leaves a coroutine behind for each connection that it could not open; not in another test.
    gc.collect()


def _migrate(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("THUNGAN_")}
    return subprocess.run(
        [sys.executable, "-m", "services.notify", "migrate"],
        cwd=PROJECT,
        env=inherited | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_service_does_its_work_over_tls(encrypted: Encrypted) -> None:
    done = _migrate(
        {
            "THUNGAN_ENVIRONMENT": "development",
            "THUNGAN_REQUIRE_TLS": "true",
            "THUNGAN_AMQP_URL": f"{encrypted.amqp_url}?cafile={encrypted.authority}",
            "THUNGAN_DATABASE_URL": f"{encrypted.postgres_url}?sslmode=verify-full&sslrootcert={encrypted.authority}",
        }
    )
    assert done.returncode == 0, done.stderr
    assert "queues_declared" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("amqp", "database", "variable"),
    [
        ("amqp://h/", "postgresql://h/d?sslmode=verify-full", "THUNGAN_AMQP_URL"),
        ("amqps://h/?no_verify_ssl=1", "postgresql://h/d?sslmode=verify-full", "THUNGAN_AMQP_URL"),
        ("amqps://h/", "postgresql://h/d", "THUNGAN_DATABASE_URL"),
        ("amqps://h/", "postgresql://h/d?sslmode=require", "THUNGAN_DATABASE_URL"),
    ],
)
def test_where_tls_is_required_nothing_else_is_accepted(amqp: str, database: str, variable: str) -> None:
    done = _migrate({"THUNGAN_REQUIRE_TLS": "true", "THUNGAN_AMQP_URL": amqp, "THUNGAN_DATABASE_URL": database})
    assert done.returncode == 78
    assert done.stderr.startswith(f"notify: {variable}: ")
    assert "THUNGAN_REQUIRE_TLS" in done.stderr


async def test_a_server_without_tls_is_refused(postgres_url: str, encrypted: Encrypted) -> None:
    plain = f"{postgres_url}?sslmode=verify-full&sslrootcert={encrypted.authority}"
    with pytest.raises((asyncpg.PostgresError, ConnectionError)):
        await connect(plain, application_name="test")
