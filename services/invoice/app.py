"""Wires the invoice service: the signing key, the provider, the bus, the workers, health."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta

from services.invoice.authority.answer_files import answer_layouts
from services.invoice.authority.messages import Addresses
from services.invoice.authority.provider import HttpProvider, Provider
from services.invoice.authority.rule_files import SHIPPED as RULES
from services.invoice.authority.rule_files import authority_rules
from services.invoice.authority.rules import AuthorityRule
from services.invoice.authority_sender import AuthoritySender, SenderOptions
from services.invoice.batch import BatchOptions
from services.invoice.format.files import load_fields
from services.invoice.format.values import FormatOptions
from services.invoice.metrics import SIGNER_STARTS, watch_backlog
from services.invoice.settings import InvoiceSettings
from services.invoice.signatures.key_file import FileSigner
from services.invoice.signatures.pkcs11_signer import Pkcs11Signer, TokenKey
from services.invoice.signatures.signer import Signer
from services.invoice.topology import TOPOLOGY
from services.invoice.worker import Worker, WorkerOptions
from shared.clock import Clock, now
from shared.health import serve_health
from shared.runtime import Running, open_parts


@asynccontextmanager
async def service(
    settings: InvoiceSettings, *, signer: Signer | None = None, clock: Clock = now
) -> AsyncIterator[Running]:
    """Run invoice; ``signer`` and ``clock`` replace those of the settings and the machine.

    Raises KeyFileError without a key: nobody else's is taken, and none is made.
    """
    rules = authority_rules(settings.invoice_authority_rules or RULES)
    async with (
        signer_of(settings, signer) as signing,
        provider_of(settings) as provider,
        open_parts(settings, TOPOLOGY) as parts,
    ):
        clock = parts.clock.of(clock)
        worker = Worker(parts.pool, parts.bus, signing, _worker_options(settings), clock)
        sender = AuthoritySender(parts.pool, signing, provider, _sender_options(settings), clock)
        await parts.bus.start(dependencies={"wake": worker.wake, "options": _options(settings, rules), "clock": clock})
        async with (
            parts.bus.background("worker", worker.run()),
            parts.bus.background("authority", sender.run()),
            parts.bus.background("backlog", watch_backlog(parts.pool, clock, rules, signing.certificate.certificate)),
            serve_health(parts.checks, host=settings.http_host, port=settings.http_port) as port,
        ):
            yield Running(parts.bus, port)


@asynccontextmanager
async def signer_of(settings: InvoiceSettings, signer: Signer | None = None) -> AsyncIterator[Signer]:
    """Give what signs: an HSM where the settings name one, else a key in a file. An HSM may be away at the start."""
    if signer is not None:
        yield signer
    elif settings.invoice_pkcs11_module is None:
        yield FileSigner(settings.key_folder())
    else:
        assert settings.invoice_pkcs11_pin is not None  # noqa: S101 - checked by the settings
        key = TokenKey(
            settings.invoice_pkcs11_module,
            settings.invoice_pkcs11_token,
            settings.invoice_pkcs11_key,
            settings.invoice_pkcs11_pin,
        )
        async with aclosing(Pkcs11Signer(settings.key_folder(), key, on_start=SIGNER_STARTS.inc)) as signing:
            yield signing


@asynccontextmanager
async def provider_of(settings: InvoiceSettings) -> AsyncIterator[Provider | None]:
    """Give who carries messages to the tax authority; None where nobody was named."""
    if not settings.invoice_authority_url:
        yield None
        return
    assert settings.invoice_authority_token is not None  # noqa: S101 - checked by the settings
    token = settings.invoice_authority_token.get_secret_value()
    timeout = settings.invoice_authority_timeout_seconds
    async with aclosing(HttpProvider(settings.invoice_authority_url, token, timeout)) as provider:
        yield provider


def _worker_options(settings: InvoiceSettings) -> WorkerOptions:
    return WorkerOptions(
        settings.invoice_poll_seconds,
        timedelta(seconds=settings.invoice_ask_seconds),
        settings.invoice_sign_seconds,
        settings.lookup_address(),
        settings.invoice_per_second,
    )


def _sender_options(settings: InvoiceSettings) -> SenderOptions:
    return SenderOptions(
        Addresses(settings.invoice_authority_sender, settings.invoice_authority_receiver),
        settings.invoice_authority_poll_seconds,
        timedelta(seconds=settings.invoice_authority_retry_seconds),
        timedelta(seconds=settings.invoice_authority_ask_seconds),
        settings.invoice_sign_seconds,
        answer_layouts(),
    )


def _options(settings: InvoiceSettings, rules: Sequence[AuthorityRule]) -> BatchOptions:
    table = load_fields()
    written = FormatOptions(
        version=table.version,
        solution_tax_code=settings.invoice_solution_tax_code,
        lookup_address=settings.lookup_address(),
    )
    return BatchOptions(table, written, settings.invoice_most_lines, settings.invoice_first_suffix, rules)
