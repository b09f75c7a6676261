"""Signs what was ordered for the tax authority, hands it to the provider, and asks what became of it.

An attempt is committed before anything leaves. What may have left is sent again under the same code until the provider
has said that it has it (999); after that it is asked, and sent again only if it has never heard of the message.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NoReturn

import structlog
from asyncpg import Pool

from services.invoice.authority.answers import AnswerError, AnswerLayout, read_answer
from services.invoice.authority.messages import Addresses, Envelope, SignedContent, message_document
from services.invoice.authority.provider import NeverHeard, Provider, ProviderAway, ProviderRefuses
from services.invoice.format.files import ENVELOPE, load_fields
from services.invoice.format.table import FieldError
from services.invoice.signatures.signer import Signer, SignerAway, require_in_force
from services.invoice.signatures.xml_signature import read_certificate, to_sign
from services.invoice.store import authority_messages
from services.invoice.store.authority_messages import ToSend
from services.invoice.told import order_single_invoices
from shared.clock import Clock
from shared.db import acquired
from shared.db.transaction import is_connection_lost
from shared.problems import Unavailable

AT_ONCE = 10
SINGLE_AT_ONCE = 200
_LEASE = timedelta(minutes=2)
"""Longer than an attempt takes."""
_LONGEST_PAUSE = timedelta(hours=1)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SenderOptions:
    """How often, and under which codes."""

    addresses: Addresses
    poll_seconds: float
    retry: timedelta
    """After which time a message is sent again; twice as long after each further attempt, at most an hour."""
    ask: timedelta
    """After which time it is asked what became of a message."""
    sign_seconds: float
    layouts: Mapping[str, AnswerLayout]


class AuthoritySender:
    """One in each copy: a message belongs to whoever has taken it, for a while."""

    def __init__(
        self, pool: Pool, signer: Signer, provider: Provider | None, options: SenderOptions, clock: Clock
    ) -> None:
        """Without a provider nothing is sent: messages wait."""
        self._pool = pool
        self._signer = signer
        self._provider = provider
        self._options = options
        self._clock = clock

    async def run(self) -> NoReturn:
        """Send and ask again and again; never returns."""
        while True:
            if self._provider is None or not await self._went_on(self._provider):
                await asyncio.sleep(self._options.poll_seconds)

    async def _went_on(self, provider: Provider) -> bool:
        try:
            async with acquired(self._pool) as connection, connection.transaction():
                await order_single_invoices(connection, self._options.addresses, self._clock(), SINGLE_AT_ONCE)
            async with acquired(self._pool) as connection, connection.transaction():
                taken = await authority_messages.take(connection, _LEASE, AT_ONCE)
            for message in taken:
                await self._step(provider, message)
        except Exception as error:
            if isinstance(error, Unavailable) or is_connection_lost(error):
                log.warning("authority_postponed", error=type(error).__name__)
            else:
                log.exception("authority_failed")
            return False
        return len(taken) == AT_ONCE

    async def _step(self, provider: Provider, message: ToSend) -> None:
        """Do what a message's turn is for, and keep what became of it."""
        try:
            if message.state == "received":
                try:
                    answers = await provider.answers(message.message_code)
                except NeverHeard:
                    answers = await self._send(provider, message)
            else:
                answers = await self._send(provider, message)
        except SignerAway as error:
            await self._keep(message, str(error), left=False)
        except (ProviderRefuses, FieldError) as error:
            async with acquired(self._pool) as connection, connection.transaction():
                await authority_messages.refuse(connection, message.message_id, str(error))
            log.warning("message_refused", kind=message.kind, reason=str(error))
        except ProviderAway as error:
            await self._keep(message, str(error), left=True)
            log.warning("provider_away", kind=message.kind, reason=str(error))
        else:
            await self._keep(message, "", left=True)
            await self._note(answers)

    async def _send(self, provider: Provider, message: ToSend) -> Sequence[bytes]:
        content = await self._signed(message)
        envelope = Envelope(message.message_code, message.kind, message.seller_tax_code, message.count)
        document = message_document(load_fields(ENVELOPE), envelope, self._options.addresses, content)
        return await provider.send(message.message_code, document)

    async def _signed(self, message: ToSend) -> SignedContent:
        if message.signed_at is not None and message.signature is not None and message.certificate is not None:
            return SignedContent(
                message.data, message.signed_at, message.signature, read_certificate(message.certificate)
            )
        moment = self._clock().replace(microsecond=0)
        require_in_force(self._signer.certificate, moment)
        try:
            async with asyncio.timeout(self._options.sign_seconds):
                [signature] = await self._signer.sign([to_sign(message.data, moment)])
        except TimeoutError:
            raise SignerAway(f"no signature within {self._options.sign_seconds:g} s") from None
        certificate = self._signer.certificate
        async with acquired(self._pool) as connection, connection.transaction():
            await authority_messages.add_signature(connection, message.message_id, moment, signature, certificate)
        return SignedContent(message.data, moment, signature, certificate)

    async def _keep(self, message: ToSend, problem: str, *, left: bool) -> None:
        wait = self._options.ask
        if problem:
            wait = min(self._options.retry * 2 ** min(message.attempts - 1, 10), _LONGEST_PAUSE)
        async with acquired(self._pool) as connection, connection.transaction():
            if left:
                await authority_messages.may_have_arrived(connection, message.message_id, wait, problem)
            else:
                await authority_messages.postpone(connection, message.message_id, wait, problem)

    async def _note(self, answers: Sequence[bytes]) -> None:
        for each in answers:
            try:
                answer = read_answer(each, self._options.layouts)
            except AnswerError as error:
                log.warning("answer_not_read", reason=str(error))
                continue
            async with acquired(self._pool) as connection, connection.transaction():
                is_ours = await authority_messages.note_answer(connection, answer)
            if not is_ours or not answer.is_good:
                log.warning("answer", kind=answer.kind, is_good=answer.is_good, is_ours=is_ours)
