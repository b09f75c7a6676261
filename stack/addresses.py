"""Where the parts of a running system are: kept in `.local/systems/`, so that other commands find them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit, urlunsplit

from ops import broker_accounts, provision
from ops.system import SERVICES, database_variable, http_variable
from stack.local import LocalStack
from stack.ports import LOOPBACK, free_ports, is_free
from stack.processes import StackError
from stack.state import LocalFolder, new_password


@dataclass(frozen=True, kw_only=True)
class SystemAddresses:
    """Addresses of the services of one namespace; `http_ports` has a port for each copy, as in "billing-0"."""

    namespace: str
    amqp_url: str
    postgres_url: str
    http_ports: dict[str, int]
    passwords: dict[str, str]
    broker_passwords: dict[str, str] = field(default_factory=dict)
    """Of the services' accounts on the broker; empty where the broker is not ours, and one account serves all."""

    migration_password: str = ""
    """Of the roles that own the databases; empty in what an earlier version kept, until the next start."""

    def http_url(self, service: str, copy: int = 0) -> str:
        """HTTP address of one copy of a service, without a slash at the end."""
        return f"http://{LOOPBACK}:{self.http_ports[f'{service}-{copy}']}"

    def database_url(self, service: str) -> str:
        """URL of a service's database, with the service's own role."""
        return provision.database_url(self.postgres_url, self.namespace, service, self.passwords[service])

    def pooled_database_url(self, service: str, port: int) -> str:
        """URL of a service's database through a pooler on this machine, with the service's own role."""
        parts = urlsplit(self.database_url(service))
        account = parts.netloc.rpartition("@")[0]
        return urlunsplit(parts._replace(netloc=f"{account}@{LOOPBACK}:{port}", query=""))

    def migration_url(self, service: str) -> str:
        """URL of a service's database, with the role that owns its tables."""
        return provision.migration_url(self.postgres_url, self.namespace, service, self.migration_password)

    def service_amqp_url(self, service: str) -> str:
        """URL of the broker with the service's own account."""
        if not self.broker_passwords:
            return self.amqp_url
        return broker_accounts.service_url(self.amqp_url, self.namespace, service, self.broker_passwords[service])

    def environment(self) -> dict[str, str]:
        """Return the variables by which the operators' commands find this system."""
        found = {"THUNGAN_NAMESPACE": self.namespace, "THUNGAN_AMQP_URL": self.amqp_url}
        for service in SERVICES:
            found[database_variable(service)] = self.database_url(service)
            copies = [name for name in self.http_ports if name.rpartition("-")[0] == service]
            urls = [self.http_url(service, copy) for copy in range(len(copies))]
            found |= {http_variable(service): ",".join(urls)} if urls else {}
        return found

    @classmethod
    def prepare(
        cls, stack: LocalStack, namespace: str, copies: Sequence[str], fixed: Mapping[str, int] | None = None
    ) -> Self:
        """Choose passwords and ports for a system that is about to start; those of its last run where they can be.

        `fixed` gives ports that a person asked for.
        """
        kept = stack.folder.read(f"systems/{namespace}") or {"http_ports": {}, "passwords": {}}
        ports = {name: port for name, port in kept["http_ports"].items() if name in copies and is_free(port)}
        ports |= fixed or {}
        missing = [name for name in copies if name not in ports]
        ports |= dict(zip(missing, free_ports(len(missing), avoid=ports.values()), strict=True))
        passwords = {service: kept["passwords"].get(service) or new_password() for service in SERVICES}
        of_broker = kept.get("broker_passwords", {})
        found = cls(
            namespace=namespace,
            amqp_url=stack.amqp_url,
            postgres_url=stack.postgres_url,
            http_ports={name: ports[name] for name in copies},
            passwords=passwords,
            broker_passwords={service: of_broker.get(service) or new_password() for service in SERVICES}
            if stack.private_broker()
            else {},
            migration_password=kept.get("migration_password") or new_password(),
        )
        found.save(stack.folder)
        return found

    @classmethod
    def load(cls, stack: LocalStack, namespace: str = "thungan") -> Self:
        """Return the addresses of a system that was started. Raises StackError where there has been none."""
        kept = stack.folder.read(f"systems/{namespace}")
        if kept is None:
            raise StackError(f"the system {namespace!r} has not been started here yet: ./dev up")
        return cls(namespace=namespace, amqp_url=stack.amqp_url, postgres_url=stack.postgres_url, **kept)

    def save(self, folder: LocalFolder) -> None:
        """Keep what cannot be derived."""
        kept = {
            "http_ports": self.http_ports,
            "passwords": self.passwords,
            "broker_passwords": self.broker_passwords,
            "migration_password": self.migration_password,
        }
        folder.write(f"systems/{self.namespace}", kept)

    def move(self, folder: LocalFolder, copy: str, port: int) -> None:
        """Give one copy another port."""
        self.http_ports[copy] = port
        self.save(folder)

    def forget(self, folder: LocalFolder) -> None:
        """Remove what is kept."""
        folder.forget(f"systems/{self.namespace}")
