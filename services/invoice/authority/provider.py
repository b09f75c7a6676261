"""Who carries messages to the tax authority (T-VAN): what such a provider has to be able to do, and one over HTTP.

Providers differ in their interfaces, and none of them is law: :class:`HttpProvider` is written against the stand-in
(``simulation/tax_authority``), and another provider gets an adapter of its own with the same three methods.
"""

from collections.abc import Sequence
from typing import Protocol

import aiohttp

_LARGEST_ANSWER = 4 << 20
_REFUSED = {400, 413, 422}


class ProviderAway(Exception):
    """It is not known whether the message has arrived: it is sent again, under its code."""


class ProviderRefuses(Exception):
    """The message was not taken and will not be; the message says why."""


class NeverHeard(Exception):
    """The provider does not know the message that it was asked about."""


class Provider(Protocol):
    """Carries messages. It recognises the code of a message, so that one that is sent twice arrives once."""

    async def send(self, code: str, document: bytes) -> Sequence[bytes]:
        """Hand a message over; return answers that came at once. Raises ProviderAway, ProviderRefuses."""

    async def answers(self, code: str) -> Sequence[bytes]:
        """Return all answers to a message until now. Raises ProviderAway, NeverHeard."""

    async def aclose(self) -> None:
        """Close connections."""


class HttpProvider:
    """``PUT URL/messages/CODE`` hands over, ``GET URL/messages/CODE/answers`` asks; answers are JSON: a list of texts.

    Redirects are not followed and proxies of the environment not used: invoices go where the settings say.
    """

    def __init__(self, url: str, token: str, timeout_seconds: float) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        self._session: aiohttp.ClientSession | None = None

    async def send(self, code: str, document: bytes) -> Sequence[bytes]:
        """Hand a message over. Raises ProviderAway, ProviderRefuses."""
        status, answers = await self._asked("PUT", f"/messages/{code}", document)
        if status in _REFUSED:
            raise ProviderRefuses(f"HTTP {status}")
        if status not in {200, 202}:
            raise ProviderAway(f"HTTP {status}")
        return answers

    async def answers(self, code: str) -> Sequence[bytes]:
        """Return all answers to a message until now. Raises ProviderAway, NeverHeard."""
        status, answers = await self._asked("GET", f"/messages/{code}/answers", None)
        if status == 404:
            raise NeverHeard
        if status != 200:
            raise ProviderAway(f"HTTP {status}")
        return answers

    async def aclose(self) -> None:
        """Close connections."""
        if self._session is not None:
            await self._session.close()

    async def _asked(self, method: str, path: str, body: bytes | None) -> tuple[int, list[bytes]]:
        if self._session is None:
            connector = aiohttp.TCPConnector(force_close=True)
            self._session = aiohttp.ClientSession(timeout=self._timeout, connector=connector, trust_env=False)
        headers = self._headers | ({} if body is None else {"Content-Type": "application/xml"})
        try:
            async with self._session.request(
                method, self._url + path, data=body, headers=headers, allow_redirects=False
            ) as answer:
                if answer.status != 200:
                    return answer.status, []
                if (answer.content_length or 0) > _LARGEST_ANSWER:
                    raise ProviderAway("its answer is too large")
                found = await answer.json()
                return 200, [each.encode() for each in found]
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, TypeError, AttributeError) as error:
            raise ProviderAway(type(error).__name__) from error
