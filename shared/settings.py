"""Settings that every service shares; each service adds its own in its ``settings.py``."""

import socket
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from shared.broker_addresses import nodes_of
from shared.placeholders import Credentials, Environment
from shared.secret_files import SecretsFromFiles


class ServiceSettings(BaseSettings):
    """Read from environment variables that start with ``THUNGAN_``; secrets also from files (``THUNGAN_…_FILE``)."""

    model_config = SettingsConfigDict(env_prefix="THUNGAN_", extra="ignore", frozen=True)

    namespace: str = Field(default="thungan", pattern=r"^[a-z][a-z0-9_]{0,30}$")
    """Prefix of every exchange and queue, so that several systems can share a broker."""

    environment: Environment = Environment.PRODUCTION
    """``development`` allows addresses that lead nowhere and well-known passwords."""

    require_tls: bool = False
    """Refuse to start with an address of broker or database that is not encrypted, or whose certificate is not checked.
    The encryption itself is part of the addresses: ``amqps://…?cafile=FILE``,
    ``postgresql://…?sslmode=verify-full&sslrootcert=FILE``."""

    amqp_url: Annotated[SecretStr, Credentials()]
    """AMQP address of RabbitMQ, with this service's own account and its password. It may name several nodes of one
    cluster, with commas between them: ``amqp://account:password@a:5672,b:5672,c:5672/``."""

    database_url: Annotated[SecretStr, Credentials()]
    """Address of this service's own PostgreSQL database, with this service's own role."""

    database_pool_url: Annotated[SecretStr | None, Credentials()] = None
    """Address of the same database through a pooler that lends connections by transaction (PgBouncer); None: there is
    none. What needs a session of its own (listening, locks that outlast a transaction) goes to ``database_url``."""

    migration_database_url: Annotated[SecretStr | None, Credentials()] = None
    """Address of the same database with the role that owns its tables, for ``migrate`` only; None: the service's own
    role owns them (a database that nobody provisioned)."""

    migration_amqp_url: Annotated[SecretStr | None, Credentials()] = None
    """Address of RabbitMQ with an account that may declare what the services share, for ``migrate`` only; None: the
    service's own account may."""

    migration_wait_seconds: float = Field(default=300.0, ge=0.0, le=86_400.0)
    """How long ``migrate`` waits for a database and a broker that are not there yet, each time that one is."""

    database_pool_size: int = Field(default=8, ge=2, le=100)
    """Connections to PostgreSQL that one copy of the service may hold."""

    retention_file: Path = Path(__file__).parent / "personal_data" / "retention.yaml"
    """For how long personal data is kept that has no setting of its own, by day."""

    http_host: str = "127.0.0.1"
    http_port: int = Field(default=0, ge=0, le=65535)
    """Where ``/healthz``, ``/readyz`` and ``/metrics`` are served; 0 picks a free port. The gateway has its API here,
    and its metrics elsewhere."""

    instance: str = Field(default_factory=lambda: socket.gethostname()[:40])
    """Name of this copy of the service in logs, metrics, connection names and lock owners."""

    clock_limit_seconds: float = Field(default=5.0, ge=0.5)
    """How far this machine's clock may be from the database's, or jump, before that is a fault; while it lasts, no
    receipt is signed."""

    hung_seconds: float = Field(default=60.0, ge=1.0)
    """For how long the process may do nothing but one thing before it counts as hung, and ends to be started anew."""

    prefetch: int = Field(default=64, ge=1, le=1000)
    """Unsettled messages that the broker may hand to one copy."""

    concurrency: int = Field(default=16, ge=1, le=1000)
    """Messages that one copy works on at the same time."""

    trace_file: Path | None = None
    """File that traces are appended to, for looking at one (``thungan trace``); None: no file."""

    otlp_endpoint: str | None = Field(default=None, pattern=r"^https?://")
    """Address of an OpenTelemetry collector (OTLP over HTTP), without ``/v1/traces``; None: traces go nowhere."""

    trace_ratio: float = Field(default=1.0, ge=0.0, le=1.0)
    """Share of what people do that is traced, where tracing is on."""

    @field_validator(
        *("trace_file", "otlp_endpoint", "database_pool_url", "migration_database_url", "migration_amqp_url"),
        mode="before",
    )
    @classmethod
    def _nothing_named(cls, value: object) -> object:
        # Compose files pass on what is not set as an empty text.
        return None if value == "" else value

    @field_validator("amqp_url", "migration_amqp_url")
    @classmethod
    def _names_nodes(cls, address: SecretStr | None) -> SecretStr | None:
        if address is not None:
            nodes_of(address.get_secret_value())
        return address

    @field_validator("amqp_url", "migration_amqp_url", "database_url", "database_pool_url", "migration_database_url")
    @classmethod
    def _is_encrypted(cls, address: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if address is not None and info.data.get("require_tls"):
            parts = urlsplit(address.get_secret_value())
            options = dict(parse_qsl(parts.query))
            if parts.scheme.startswith("amqp"):
                if parts.scheme != "amqps" or options.get("no_verify_ssl", "0") != "0":
                    raise ValueError("THUNGAN_REQUIRE_TLS is set: it must be amqps://, with the certificate checked")
            elif options.get("sslmode") != "verify-full":
                raise ValueError("THUNGAN_REQUIRE_TLS is set: it must have sslmode=verify-full")
        return address

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read secrets from files, too (``shared/secret_files.py``)."""
        files = SecretsFromFiles(settings_cls)
        return init_settings, files, env_settings, dotenv_settings, file_secret_settings

    def retention(self) -> dict[str, timedelta]:
        """Return for how long rows of tables in partitions are kept, where that is a setting (ADR 58)."""
        return {}

    log_level: str = "INFO"
    log_format: str = Field(default="json", pattern=r"^(json|console)$")
