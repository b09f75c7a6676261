"""Signs with the private halves that this copy holds, by the list of keys that the register has (ADR 80).

The list is read again every few seconds, beside the work: issuing a receipt asks neither the database nor the folder.
Every change of the list takes effect :data:`NOTICE` after it was made, and a copy whose list is older than that signs
nothing, so that no copy signs with a key that has ended, and every copy knows a key before another signs with it.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import asyncpg
import structlog
from asyncpg import Pool

from services.receipt.signatures.key_folder import KeyFolder, PrivateKey, signature_with, youngest_in_use
from services.receipt.signatures.keyring import Keyring, UnusableKeyError
from services.receipt.signatures.signer import NoSigningKey
from services.receipt.signatures.token import Algorithm
from services.receipt.store.signing_keys import registered_keys
from shared.contracts.receipt import PublicKey
from shared.db.pool import ACQUIRE_SECONDS
from shared.messaging.backoff import Backoff
from shared.messaging.database_session import DATABASE_AWAY
from shared.misconfigured import Misconfigured

NOTICE = timedelta(seconds=30)
"""How long before it takes effect a change of the keys is made."""

LOOK_SECONDS = 5.0
"""How often the list is read again."""

log = structlog.get_logger(__name__)


class RegisteredKeys:
    """A Signer of one copy."""

    def __init__(self, folder: KeyFolder) -> None:
        self._folder = folder
        self._records: Sequence[PublicKey] = ()
        self._private: Mapping[bytes, PrivateKey] = {}
        self._keyring = Keyring([])
        self._unusable: str | None = None
        self._known_until = float("-inf")

    async def start(self, pool: Pool) -> None:
        """Read the list for the first time; wait for a database that is away.

        Raises :class:`~shared.misconfigured.Misconfigured` when this copy could not sign, or would sign with a key
        that no other copy knows.
        """
        backoff = Backoff()
        while True:
            try:
                async with pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
                    records = await registered_keys(connection)
                break
            except asyncpg.UndefinedTableError as error:
                raise Misconfigured("the database is not up to date: run `migrate` of the receipt service") from error
            except DATABASE_AWAY as error:
                log.warning("signing_keys_not_read", error=type(error).__name__)
                await asyncio.sleep(backoff.delay())
        self._require(records)
        self.take(records)

    async def run(self, pool: Pool) -> None:
        """Read the list again and again; never returns."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self.look(pool)

    async def look(self, pool: Pool) -> None:
        """Read the list again."""
        asked = time.monotonic()
        try:
            async with pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
                records = await registered_keys(connection)
        except DATABASE_AWAY as error:
            log.warning("signing_keys_not_read", error=type(error).__name__)
            return
        self.take(records, asked)

    def key_for(self, moment: datetime) -> tuple[bytes, Algorithm]:
        """Return the youngest key of the register that may sign at ``moment`` and whose private half is here."""
        if self._unusable is not None:
            raise UnusableKeyError(self._unusable)
        if time.monotonic() > self._known_until:
            raise NoSigningKey("Danh sách khóa ký số đã cũ; biên nhận sẽ được ký khi đọc lại được.")
        return youngest_in_use(self._records, self._private, moment)

    def sign(self, key_id: bytes, message: bytes) -> bytes:
        """Sign with the key that :meth:`key_for` named."""
        return signature_with(self._private, key_id, message)

    def public_keys(self) -> list[PublicKey]:
        """Return all public keys of the register, the oldest first."""
        return list(self._records)

    def keyring(self) -> Keyring:
        """Return all public keys of the register, ready to verify with."""
        return self._keyring

    def _require(self, records: Sequence[PublicKey]) -> None:
        known = {record.key_id for record in records}
        try:
            listed, held = self._folder.public_keys(), self._folder.private_keys()
        except (OSError, UnusableKeyError) as error:
            raise Misconfigured(f"the signing keys cannot be read: {error}") from error
        if not known:
            raise Misconfigured(
                "the register has no signing key: `migrate` makes the first one, where there is no receipt yet"
            )
        strangers = sorted({record.key_id for record in listed} - known)
        if strangers:
            raise Misconfigured(
                f"the register does not know the signing key {', '.join(strangers)} of {self._folder.place}: it is "
                "another register's, or the database was set back; then `thungan keys register` tells it"
            )
        if not known & {key_id.hex() for key_id in held}:
            raise Misconfigured(
                f"{self._folder.place} holds no signing key that the register knows ({', '.join(sorted(known))}): "
                "bring the keys here, tell the register of this one (`thungan keys register`), or make a new one "
                "(`thungan keys rotate`)"
            )

    def take(self, records: Sequence[PublicKey], asked: float | None = None) -> None:
        """Take note of the list, and of the private halves that lie here now."""
        if list(records) != list(self._records):
            self._keyring = Keyring.from_records(records)
            self._records = records
        try:
            self._private = self._folder.private_keys()
        except (OSError, UnusableKeyError) as error:
            if self._unusable is None:
                log.warning("signing_keys_unusable", error=str(error))
            self._unusable = str(error)
        else:
            self._unusable = None
        self._known_until = (time.monotonic() if asked is None else asked) + NOTICE.total_seconds()
