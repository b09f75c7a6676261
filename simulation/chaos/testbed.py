"""Where a chaos run happens: a broker, a database server and services of its own, every connection through a proxy."""

from __future__ import annotations

import asyncio
import fcntl
import shutil
import signal
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import aiohttp
import asyncpg

from ops import provision
from ops.system import SERVICES, RunningSystem
from services.receipt.signatures.key_folder import KeyFolder
from services.receipt.signatures.keyring import Keyring
from simulation.chaos import bank_webhooks, late_debt_rules, partner_keys
from simulation.chaos.invoice_parties import InvoiceParties
from simulation.chaos.proxies import FaultProxy
from simulation.chaos.sms_providers import SmsProviders
from simulation.demo.sms_provider import report_address
from stack import processes
from stack.addresses import SystemAddresses
from stack.local import LocalStack
from stack.processes import StackError
from stack.rabbitmq import RabbitMQ
from stack.rabbitmq4 import unpacked_programs
from stack.services import OWN_FOLDERS, LocalSystem
from stack.state import LocalFolder, default_folder

NAMESPACE = "chaos"
HOME = default_folder() / "chaos"
COPIES: Mapping[str, int] = {"billing": 2, "receipt": 2, "gateway": 2}

SETTINGS: Mapping[str, Mapping[str, str]] = {
    # A run may be at night; and every visit has to get its SMS, however often a customer is visited.
    "notify": {
        "THUNGAN_SMS_OPENS": "00:00",
        "THUNGAN_SMS_CLOSES": "23:59:59.999999",
        "THUNGAN_SMS_PER_PHONE_AND_DAY": "100",
    },
    # What only makes good a lost wake-up or a silent phone, so that a run need not wait for minutes at its end.
    "gateway": {
        "THUNGAN_POLL_INTERVAL": "3",
        "THUNGAN_PRINTING_TIMEOUT": "20",
        "THUNGAN_PRESENCE_LEASE": "15",
    },
    # So often is the register compared, and what was signed goes into the newest checkpoint.
    "receipt": {"THUNGAN_RECEIPT_WITNESS_SECONDS": "1"},
}


class ChaosTestbed:
    """Use it with `async with`: it clears away what an earlier run left, and stops everything at the end.

    The databases stay as they are for whoever wants to look into them, until the next run.
    Only one run at a time can be on a folder. ``commands`` replaces the command line of services. With a ``namespace``
    of its own, a run uses a broker and a database server that may run already, and removes what is its own at the end.
    ``broker4`` takes RabbitMQ 4, which is fetched where it is missing, in place of the machine's. ``seed`` is of what
    the providers of SMS do. With ``invoicing`` an HSM in software signs invoices, and a stand-in for the tax authority
    is told of them; without it a file signs, and nobody is told.
    """

    def __init__(
        self,
        home: Path = HOME,
        *,
        copies: Mapping[str, int] | None = None,
        commands: Mapping[str, Sequence[str]] | None = None,
        namespace: str | None = None,
        broker4: bool = False,
        seed: int = 1,
        invoicing: bool = False,
    ) -> None:
        self.copies = {service: (copies or COPIES).get(service, 1) for service in SERVICES}
        if unknown := set(copies or {}) - set(SERVICES):
            raise StackError(f"no such service: {', '.join(sorted(unknown))}")
        self.home = home
        self.folder = LocalFolder(home)
        self.stack = LocalStack(self.folder, environment={})
        if broker4:
            programs = unpacked_programs(LocalFolder(), fetch=True)
            self.stack.rabbitmq = RabbitMQ(self.folder, programs=programs)
        self.broker: dict[str, FaultProxy] = {}
        """Service → its connections to the broker."""
        self.database: dict[str, FaultProxy] = {}
        """Service → its connections to its database."""
        self.gateways: list[FaultProxy] = []
        """One for each copy of the gateway: the phones' connections."""
        self.held_down: set[tuple[str, int]] = set()
        """Copies that a fault keeps from being started again."""
        self.restarts = 0
        """How often a copy had ended without the run having done it."""
        self._commands = commands or {}
        self.namespace = namespace or NAMESPACE
        self.sms = SmsProviders(self.folder.root / "sms-providers" / self.namespace)
        self.invoicing = InvoiceParties(self.folder.root / "invoicing" / self.namespace) if invoicing else None
        self._seed = seed
        self._fresh = namespace is None
        self._held = AsyncExitStack()
        self._system: LocalSystem | None = None
        self._http: aiohttp.ClientSession | None = None
        self._supervisor: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        try:
            await self._open()
        except BaseException:
            await self._held.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._supervisor is not None:
            self._supervisor.cancel()
        self.restore_connections()
        await self._held.aclose()

    async def _open(self) -> None:
        lock = self._held.enter_context((self.folder.root / "run.lock").open("w"))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StackError(f"another chaos run is under way in {self.home}") from error
        await asyncio.to_thread(self._clear)
        in_use = self.stack.in_use()
        await asyncio.to_thread(in_use.__enter__)
        self._held.push_async_callback(asyncio.to_thread, in_use.__exit__, None, None, None)
        await _remove_earlier_databases(self.stack.postgres_url)
        names = [f"{service}-{copy}" for service, count in self.copies.items() for copy in range(count)]
        addresses = SystemAddresses.prepare(self.stack, self.namespace, names)
        settings = {service: dict(SETTINGS.get(service, {})) for service in SERVICES}
        await self.sms.start(self._held, seed=self._seed)
        settings["notify"] |= self.sms.settings
        settings["gateway"]["THUNGAN_BANK_WEBHOOKS"] = str(bank_webhooks.configure(self.home / "bank"))
        settings["billing"] |= late_debt_rules.configure(self.home / "late debts")
        settings["notify"] |= late_debt_rules.configure_dunning(self.home / "late debts")
        settings["billing"]["THUNGAN_PARTNER_TERMS_FILE"] = str(partner_keys.configure(self.home / "partner"))
        if self.invoicing is not None:
            settings["invoice"] |= await self.invoicing.start(self._held)
        for service in SERVICES:
            self.broker[service] = await self._proxy(addresses.service_amqp_url(service))
            self.database[service] = await self._proxy(addresses.database_url(service))
            settings[service]["THUNGAN_AMQP_URL"] = self.broker[service].url(addresses.service_amqp_url(service))
            settings[service]["THUNGAN_DATABASE_URL"] = self.database[service].url(addresses.database_url(service))
        system = LocalSystem(self.namespace, self.copies, settings=settings, stack=self.stack, commands=self._commands)
        self._system = await self._held.enter_async_context(system)
        self.gateways = [await self._proxy(system.http_url("gateway", copy)) for copy in system.copies("gateway")]
        await self.sms.report_to(report_address(self.gateway_url(0)))
        timeout = aiohttp.ClientTimeout(total=3)
        self._http = await self._held.enter_async_context(aiohttp.ClientSession(timeout=timeout))
        self._supervisor = asyncio.create_task(self._supervise())

    def _clear(self) -> None:
        """Clear away what an earlier run left running, and its files."""
        if self._fresh:
            self.stack.stop()
            # Quicker than to delete a queue after the other, and an alarm or a half-made queue goes with it.
            self.stack.rabbitmq.erase()
        leftovers = sorted((self.folder.root / "run").glob("*/*.json"))
        processes.stop_all(leftovers, first=signal.SIGKILL)
        for kind in (*OWN_FOLDERS, "logs", "sms-providers"):
            shutil.rmtree(self.folder.root / kind / self.namespace, ignore_errors=True)

    async def _proxy(self, url: str) -> FaultProxy:
        return await self._held.enter_async_context(FaultProxy.in_front_of(url))  # type: ignore[arg-type]

    # --- addresses

    @property
    def system(self) -> LocalSystem:
        """The services' processes."""
        assert self._system is not None  # noqa: S101 - set on entering
        return self._system

    def addresses(self) -> SystemAddresses:
        """Return where everything is now, past the proxies."""
        return SystemAddresses.load(self.stack, self.namespace)

    def operators_view(self) -> RunningSystem:
        """Return the system as the operators' commands see it, past the proxies."""
        return RunningSystem(self.namespace, self.addresses().environment())

    def database_urls(self) -> dict[str, str]:
        """Return the address of each service's database, past the proxies."""
        addresses = self.addresses()
        return {service: addresses.database_url(service) for service in SERVICES}

    def gateway_url(self, number: int) -> str:
        """Return an address of the API for a phone; phones take turns over the gateway's copies."""
        return f"http://127.0.0.1:{self.gateways[number % len(self.gateways)].port}"

    def keyring(self) -> Keyring:
        """Return the public keys of the receipts."""
        return KeyFolder(self.folder.root / "keys" / self.namespace).keyring()

    def witness_folder(self) -> Path:
        """Return the folder with the checkpoints of the register."""
        return self.folder.root / "witness" / self.namespace

    def require_invoicing(self) -> InvoiceParties:
        """Return what signs invoices and whom they are told to. Raises StackError where the run has neither."""
        if self.invoicing is None:
            raise StackError("this run has neither an HSM nor a tax authority")
        return self.invoicing

    # --- life

    def restore_connections(self) -> None:
        """Let everything pass again, to where the servers are now."""
        for proxy in (*self.broker.values(), *self.database.values(), *self.gateways):
            proxy.restore()

    def follow(self) -> None:
        """Lead the proxies to where broker and database listen now; a restart may have moved them."""
        addresses = self.addresses()
        for service in SERVICES:
            self.broker[service].redirect(addresses.amqp_url)
            self.database[service].redirect(addresses.database_url(service))

    async def _supervise(self) -> None:
        """Start again what has ended, as systemd or Docker would."""
        while True:
            await asyncio.sleep(0.25)
            for service, count in self.copies.items():
                for copy in range(count):
                    if (service, copy) in self.held_down or self.system.is_running(service, copy):
                        continue
                    self.restarts += 1
                    await self.launch(service, copy)

    async def launch(self, service: str, copy: int, environment: Mapping[str, str] | None = None) -> None:
        """Start a copy and do not wait for it."""
        await asyncio.to_thread(self.system.start, service, copy, wait=False, environment=environment)

    async def not_ready(self) -> list[str]:
        """Return the copies that are not ready, with their reasons."""
        names = [(service, copy) for service, count in self.copies.items() for copy in range(count)]
        answers = await asyncio.gather(*(self._ready(service, copy) for service, copy in names))
        return [answer for answer in answers if answer]

    async def says(self, service: str, copy: int, word: str) -> bool:
        """Return whether a copy that is not ready says so with a word."""
        return word in (await self._ready(service, copy))

    async def _ready(self, service: str, copy: int) -> str:
        assert self._http is not None  # noqa: S101 - set on entering
        try:
            async with self._http.get(f"{self.system.http_url(service, copy)}/readyz") as answer:
                return "" if answer.status == 200 else f"{service}-{copy}: {(await answer.text())[:300]}"
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            return f"{service}-{copy}: {type(error).__name__}"


async def _remove_earlier_databases(administrator_url: str) -> None:
    """Remove what earlier runs left: after a crash the server looks at each file of each database, used or not."""
    connection = await asyncpg.connect(administrator_url, timeout=10)
    try:
        found = await connection.fetch(
            "SELECT DISTINCT regexp_replace(datname, '_[a-z]+$', '') AS name FROM pg_database WHERE datname LIKE $1",
            f"{NAMESPACE}%",
        )
    finally:
        await connection.close()
    for row in found:
        await provision.remove(administrator_url, row["name"], SERVICES)
