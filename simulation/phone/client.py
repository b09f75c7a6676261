"""A client of the gateway's HTTP API that repeats what got no answer, always under the same id."""

import asyncio
import json
import random
from collections.abc import Mapping
from typing import Any, Self, TypeVar
from uuid import UUID

import aiohttp
from pydantic import BaseModel

from shared.ids import new_id
from shared.problems import Problem, TimedOut

ModelT = TypeVar("ModelT", bound=BaseModel)

_REPEATABLE = frozenset({408, 429, 502, 503, 504})
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0


def open_session() -> aiohttp.ClientSession:
    """Open an HTTP session without a limit on connections, for many phones to share."""
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), auto_decompress=False)


class NoAnswer(TimedOut):
    """The connection broke, or time was up: it may have been done."""


class ApiClient:
    """An enrolled device, or one that is about to enrol. Use it as an async context manager, or call :meth:`close`."""

    def __init__(
        self,
        base_url: str,
        *,
        name: str = "virtual device",
        token: str | None = None,
        session: aiohttp.ClientSession | None = None,
        patience: float = 30.0,
        request_timeout: float = 10.0,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.name = name
        self.token = token
        self.device: dict[str, Any] = {}
        """The device as the gateway described it at enrolment or by :meth:`me`."""
        self.patience = patience
        """Seconds for which a request that gets no answer is repeated."""
        self.repeats = 0
        """How many requests had to be repeated so far."""
        self._request_timeout = aiohttp.ClientTimeout(total=request_timeout)
        self._own_session = session is None
        self._session = session

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def session(self) -> aiohttp.ClientSession:
        """The HTTP session; opened when first needed, inside the running loop."""
        if self._session is None:
            self._session = open_session()
        return self._session

    @property
    def device_id(self) -> UUID:
        """The id of this device; it must be enrolled."""
        return UUID(self.device["device_id"])

    async def close(self) -> None:
        """Close the session, if it is this client's own."""
        if self._own_session and self._session is not None:
            await self._session.close()

    async def enrol(
        self,
        code: str,
        *,
        public_key: Mapping[str, str] | None = None,
        device_id: UUID | None = None,
        role: str | None = None,
    ) -> dict[str, Any]:
        """Turn a one-time code into this device's token. Raises :class:`~shared.problems.Problem`."""
        body: dict[str, Any] = {"code": code, "device_name": self.name}
        if public_key:
            body["public_key"] = dict(public_key)
        if role:
            body["role"] = role
        answer = await self.call("POST", "/v1/enrolments", body=body, key=device_id or new_id())
        self.token = answer["token"]
        self.device = answer["device"]
        return self.device

    async def me(self) -> dict[str, Any]:
        """Read the device that the token belongs to."""
        self.device = await self.call("GET", "/v1/me")
        return self.device

    async def read(self, model: type[ModelT], path: str, query: Mapping[str, str | int] | None = None) -> ModelT:
        """GET something and return it as a message."""
        return model.model_validate_json(await self.send("GET", path, query=query))

    async def write(
        self, model: type[ModelT], method: str, path: str, body: Mapping[str, Any], key: UUID | None = None
    ) -> ModelT:
        """POST or PUT something and return the answer as a message."""
        return model.model_validate_json(await self.send(method, path, body=body, key=key))

    async def call(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        key: UUID | None = None,
        query: Mapping[str, str | int] | None = None,
    ) -> dict[str, Any]:
        """Send a request and return the JSON object that comes back."""
        answer: dict[str, Any] = json.loads(await self.send(method, path, body=body, key=key, query=query))
        return answer

    async def send(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        key: UUID | None = None,
        query: Mapping[str, str | int] | None = None,
        accept: str | None = None,
    ) -> bytes:
        """Send a request and return the body of the answer.

        No answer, 408, 429, 502, 503 and 504 mean: repeat, with the same body and key, until ``patience`` runs out.
        Raises :class:`~shared.problems.Problem` for whatever the gateway refuses.
        """
        headers = {}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        if key is not None:
            headers["Idempotency-Key"] = str(key)
        if accept is not None:
            headers["Accept"] = accept
        loop = asyncio.get_running_loop()
        give_up = loop.time() + self.patience
        pause = _FIRST_PAUSE
        while True:
            problem = await self._attempt(method, path, headers, body, query)
            if isinstance(problem, bytes):
                return problem
            if problem.status not in _REPEATABLE or loop.time() > give_up:
                raise problem
            self.repeats += 1
            await asyncio.sleep(random.uniform(pause / 2, pause))
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _attempt(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: Mapping[str, Any] | None,
        query: Mapping[str, str | int] | None,
    ) -> bytes | Problem:
        try:
            async with self.session.request(
                method,
                self.base_url + path,
                headers=headers,
                json=body,
                params=query,
                timeout=self._request_timeout,
            ) as response:
                content = await response.read()
                if response.status < 400:
                    return content
                return await _problem(response, content)
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            return NoAnswer(type(error).__name__)


async def _problem(response: aiohttp.ClientResponse, content: bytes) -> Problem:
    if response.content_type == "application/problem+json":
        return Problem.from_dict(json.loads(content))
    return Problem(slug="not-a-problem", status=response.status, detail=f"HTTP {response.status}")
