"""One HTTP client for all providers: what certainly did not leave, what may have, and what came back.

Redirects are not followed (a text with a debt goes where the configuration says and nowhere else), proxies of the
environment are not used, an answer is read up to a bound, cookies are not kept.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
from pydantic import Field

from services.notify.domain.outcome import Handover
from services.notify.providers.base import HandoverResult
from services.notify.providers.provider_settings import ProviderSettings
from shared.clock import Clock, now

LONGEST_ANSWER = 64 * 1024
"""Bytes of an answer that are read; a longer one cannot be read."""
_LONGEST_WAIT = timedelta(hours=1)
"""``Retry-After`` beyond this is not believed."""


class HttpProviderSettings(ProviderSettings):
    """What every provider with an HTTP interface has."""

    proxy: str | None = Field(default=None, pattern=r"^https?://")
    """Address of a proxy; those in the environment are not used."""


@dataclass(frozen=True)
class Answer:
    """What a provider answered."""

    status: int
    body: bytes
    retry_after: str | None = None

    def json(self) -> Any:
        """Return the body as JSON. Raises ValueError."""
        return json.loads(self.body)


class NotSent(Exception):
    """Nothing left: no name, refused, no TLS."""


class AnswerLost(Exception):
    """The request has left, at least in part, and no answer that can be read came back."""


class HttpClient:
    """Makes requests to one provider. It opens its connections when the first request is made."""

    def __init__(self, *, timeout_seconds: float, proxy: str | None = None) -> None:
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        json_body: Any = None,
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        """Make a request. Raises :class:`NotSent`, :class:`AnswerLost`.

        Each request has a connection of its own: one that was kept might be closed by the provider at the moment of
        writing, and then nobody knows whether the request was read.
        """
        progress = _Progress()
        try:
            async with self._opened().request(
                method,
                url,
                headers=headers,
                params=query,
                json=json_body,
                data=form,
                allow_redirects=False,
                proxy=self._proxy,
                trace_request_ctx=progress,
            ) as answer:
                body = await answer.content.read(LONGEST_ANSWER + 1)
                while len(body) <= LONGEST_ANSWER and (more := await answer.content.read(LONGEST_ANSWER)):
                    body += more
                if len(body) > LONGEST_ANSWER:
                    raise AnswerLost(f"HTTP {answer.status}, the answer is longer than {LONGEST_ANSWER} bytes")
                return Answer(answer.status, body, answer.headers.get("Retry-After"))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            if progress.connected:
                raise AnswerLost(type(error).__name__) from None
            raise NotSent(type(error).__name__) from None

    async def hand_over(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        json_body: Any = None,
        form: Mapping[str, str] | None = None,
    ) -> Answer | HandoverResult:
        """Make the request that hands an SMS over; without an answer, return what follows from that."""
        try:
            return await self.request(method, url, headers=headers, query=query, json_body=json_body, form=form)
        except NotSent as error:
            return HandoverResult(Handover.NOT_SENT, detail=str(error))
        except AnswerLost as error:
            return unknown(str(error))

    async def close(self) -> None:
        """Close what is open."""
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            trace = aiohttp.TraceConfig()
            trace.on_connection_create_start.append(_on_connection)
            trace.on_connection_create_end.append(_on_connected)
            self._session = aiohttp.ClientSession(
                timeout=self._timeout,
                trust_env=False,
                trace_configs=[trace],
                connector=aiohttp.TCPConnector(force_close=True, limit=0),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                headers={"Accept-Encoding": "identity"},
            )
        return self._session


class HttpProvider:
    """What all providers with an HTTP interface have."""

    def __init__(self, settings: HttpProviderSettings, clock: Clock) -> None:
        self.name = settings.name
        self._client = HttpClient(timeout_seconds=settings.timeout_seconds, proxy=settings.proxy)
        self._clock = clock

    async def close(self) -> None:
        """Close connections."""
        await self._client.close()


@dataclass
class _Progress:
    connected: bool = False


async def _on_connection(
    _session: aiohttp.ClientSession, context: Any, _parameters: aiohttp.TraceConnectionCreateStartParams
) -> None:
    # aiohttp makes a GET or PUT a second time by itself when its answer is lost. With a provider that takes SMS so,
    # that would be a second SMS.
    if context.trace_request_ctx.connected:
        raise AnswerLost("ServerDisconnectedError")


async def _on_connected(
    _session: aiohttp.ClientSession, context: Any, _parameters: aiohttp.TraceConnectionCreateEndParams
) -> None:
    # From here on bytes of the request may be on the way; TLS is up.
    context.trace_request_ctx.connected = True


def refused_by_status(answer: Answer, clock: Clock = now) -> HandoverResult | None:
    """Return what follows from an HTTP status alone; None: the body decides.

    5xx may come from a proxy in front of a provider that has the SMS already: unknown. So is a redirect, which nobody
    follows and no provider documents.
    """
    if answer.status == 429:
        return HandoverResult(Handover.THROTTLED, detail="HTTP 429", retry_at=retry_at(answer.retry_after, clock()))
    if answer.status in {401, 403, 407}:
        return HandoverResult(Handover.REJECTED_PROVIDER, detail=f"HTTP {answer.status}")
    if answer.status >= 300 and answer.status not in {400, 404, 405, 422}:
        return HandoverResult(Handover.UNKNOWN, detail=f"HTTP {answer.status}")
    return None


def retry_at(header: str | None, moment: datetime) -> datetime | None:
    """Return the moment that a ``Retry-After`` header names (RFC 9110 10.2.3): seconds, or a date."""
    if not header:
        return None
    if header.strip().isascii() and header.strip().isdigit():
        wait = timedelta(seconds=min(int(header.strip()[:9]), 10**8))
        return moment + min(wait, _LONGEST_WAIT)
    try:
        named = parsedate_to_datetime(header)
    except ValueError:
        return None
    named = named if named.tzinfo else named.replace(tzinfo=UTC)
    return min(max(named, moment), moment + _LONGEST_WAIT)


def unknown(detail: str) -> HandoverResult:
    """Return that it may or may not have been taken."""
    return HandoverResult(Handover.UNKNOWN, detail=detail)


def short(text: object) -> str:
    """Return a provider's own words for a person to read, on one line."""
    return " ".join(str(text).split())[:200]
