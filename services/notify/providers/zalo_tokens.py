"""Zalo's access token: taken from the database, renewed by one copy for all, never lost without a name.

``POST https://oauth.zaloapp.com/v4/oa/access_token`` with the header ``secret_key`` and the form fields ``app_id``,
``grant_type=refresh_token`` and ``refresh_token`` answers ``access_token``, ``refresh_token`` and ``expires_in``
(seconds); a refresh token that was used before is answered -14014 (public code of Zalo's customers and the npm package
@warriorteam/redai-zalo-sdk, read on 2026-11-28; developers.zalo.me could not be read).
"""

import asyncio
import hashlib
from datetime import datetime, timedelta

import structlog
from asyncpg import Pool

from services.notify.domain.outcome import Handover
from services.notify.providers.base import HandoverResult
from services.notify.providers.http import AnswerLost, HttpClient, NotSent, short
from services.notify.store.zalo_tokens import (
    begin_renewal,
    end_renewal,
    give_back_renewal,
    read_tokens,
    seed_tokens,
)
from shared.clock import Clock, now
from shared.db.transaction import is_connection_lost

log = structlog.get_logger()

_BEFORE_IT_ENDS = timedelta(minutes=10)
_WAIT_FOR_ANOTHER_COPY = 3.0
_POLL = 0.1
_TRY_AGAIN = timedelta(seconds=15)
_STORE_TRIES = 60
_STORE_PAUSE = 0.5
_LIFETIME = timedelta(hours=1)
"""Of an access token whose answer names none that can be read."""


class ZaloTokenStore:
    """The tokens of one official account."""

    def __init__(
        self,
        pool: Pool,
        client: HttpClient,
        *,
        provider: str,
        oauth_url: str,
        app_id: str,
        secret_key: str,
        refresh_token: str,
        patience_seconds: float,
        clock: Clock = now,
    ) -> None:
        """``patience_seconds``: whoever needs a token waits for it so long at most."""
        self._pool = pool
        self._client = client
        self._provider = provider
        self._oauth_url = oauth_url
        self._app_id = app_id
        self._secret_key = secret_key
        self._refresh_token = refresh_token
        self._patience = patience_seconds
        self._clock = clock
        self._seeded = False
        self._no_wait_until = 0.0
        self._refusal: HandoverResult | None = None
        self._refused_until = 0.0
        self._one_at_a_time = asyncio.Lock()
        self._tasks: set[asyncio.Task[str | HandoverResult]] = set()

    async def access_token(self, refused: str | None = None) -> str | HandoverResult:
        """Return a token that holds, and not the ``refused`` one; what follows where there is none."""
        # Whoever waits may be cut off; a renewal that has begun goes on to its end, or its pair would be lost.
        task = asyncio.create_task(self._access_token(refused))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        done, _ = await asyncio.wait({task}, timeout=self._patience)
        if not done:
            # A sender that is cut off while it waits would count the message as one that may have left.
            return self._later("the access token is not there in time")
        try:
            return task.result()
        except Exception as error:
            if is_connection_lost(error) or isinstance(error, TimeoutError):
                return HandoverResult(Handover.NOT_SENT, detail=f"no access token: {type(error).__name__}")
            raise

    async def close(self) -> None:
        """Wait for a renewal that has begun."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _access_token(self, refused: str | None) -> str | HandoverResult:
        async with self._one_at_a_time:
            await self._seed()
            async with self._pool.acquire() as connection:
                stored = await read_tokens(connection, self._provider)
            if stored is None or stored.expires_at is None or stored.access_token is None:
                return await self._renewed(stored.access_token if stored else None)
            if stored.access_token == refused or stored.expires_at <= self._clock() + _BEFORE_IT_ENDS:
                return await self._renewed(stored.access_token)
            return stored.access_token

    async def _seed(self) -> None:
        if not self._seeded:
            seed = hashlib.sha256(self._refresh_token.encode()).hexdigest()
            async with self._pool.acquire() as connection:
                await seed_tokens(connection, self._provider, seed, self._refresh_token)
            self._seeded = True

    async def _renewed(self, old: str | None) -> str | HandoverResult:
        if self._refusal is not None and asyncio.get_running_loop().time() < self._refused_until:
            return self._refusal  # those behind the one who was refused do not ask the same again
        async with self._pool.acquire() as connection:
            ours = await begin_renewal(connection, self._provider, self._clock(), old)
        if ours is None:
            return await self._of_another_copy(old)
        refresh_token, died_at = ours
        if died_at is not None:
            log.warning("zalo_renewal_interrupted", provider=self._provider, began_at=died_at.isoformat())
        return await self._renew(refresh_token)

    async def _of_another_copy(self, old: str | None) -> str | HandoverResult:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _WAIT_FOR_ANOTHER_COPY
        while True:
            async with self._pool.acquire() as connection:
                stored = await read_tokens(connection, self._provider)
            if stored is not None and stored.access_token not in {None, old}:
                return str(stored.access_token)
            if loop.time() < self._no_wait_until:
                break
            if loop.time() >= deadline:
                self._do_not_wait_for_a_while()
                break
            await asyncio.sleep(_POLL)
        return self._later("another copy renews the access token, or died while it did")

    def _do_not_wait_for_a_while(self) -> None:
        """Let those behind this one not wait as well: one after the other, they would all be cut off."""
        self._no_wait_until = asyncio.get_running_loop().time() + _TRY_AGAIN.total_seconds()

    def _later(self, detail: str) -> HandoverResult:
        return HandoverResult(Handover.THROTTLED, detail=detail, retry_at=self._clock() + _TRY_AGAIN)

    async def _renew(self, refresh_token: str) -> str | HandoverResult:
        asked_at = self._clock()
        form = {"app_id": self._app_id, "grant_type": "refresh_token", "refresh_token": refresh_token}
        headers = {"secret_key": self._secret_key}
        try:
            answer = await self._client.request("POST", self._oauth_url, headers=headers, form=form)
            found = dict(answer.json())
        except NotSent as error:
            await self._give_back(refresh_token)
            return HandoverResult(Handover.NOT_SENT, detail=f"renewal of the token: {error}")
        except (AnswerLost, ValueError, TypeError):
            # The refresh token may be used up. The mark stays; after a minute some copy tries it once more and learns.
            log.exception("zalo_renewal_lost", provider=self._provider)
            self._do_not_wait_for_a_while()
            return self._later("renewal of the token: answer lost")
        if not (found.get("access_token") and found.get("refresh_token")):
            await self._give_back(refresh_token)
            code = short(found.get("error", f"HTTP {answer.status}"))
            # A person has to authorise the official account anew: docs/runbooks/sms-providers.md.
            log.error("zalo_refresh_token_refused", provider=self._provider, code=code)
            detail = f"renewal of the token refused: {code}; authorise the account anew"
            self._refusal = HandoverResult(Handover.REJECTED_PROVIDER, detail=detail)
            self._refused_until = asyncio.get_running_loop().time() + _TRY_AGAIN.total_seconds()
            return self._refusal
        expires_at = asked_at + lifetime(found.get("expires_in"))
        await self._store(refresh_token, str(found["access_token"]), expires_at, str(found["refresh_token"]))
        log.info("zalo_token_renewed", provider=self._provider, expires_at=expires_at.isoformat())
        return str(found["access_token"])

    async def _store(self, used: str, access_token: str, expires_at: datetime, successor: str) -> None:
        """Store a pair, again while the database is away: it exists nowhere else."""
        for tried in range(_STORE_TRIES):
            try:
                async with self._pool.acquire() as connection:
                    await end_renewal(connection, self._provider, used, access_token, expires_at, successor)
            except Exception as error:
                lost = is_connection_lost(error) or isinstance(error, TimeoutError)
                if not lost or tried == _STORE_TRIES - 1:
                    log.exception("zalo_token_not_stored", provider=self._provider)
                    raise
                await asyncio.sleep(_STORE_PAUSE)
            else:
                return

    async def _give_back(self, refresh_token: str) -> None:
        async with self._pool.acquire() as connection:
            await give_back_renewal(connection, self._provider, refresh_token)


def lifetime(expires_in: object) -> timedelta:
    """Return for how long an access token holds; whatever is written there, the pair is not lost over it."""
    try:
        found = timedelta(seconds=float(str(expires_in)))
    except (ValueError, OverflowError):
        return _LIFETIME
    return found if timedelta() < found < timedelta(days=365) else _LIFETIME
