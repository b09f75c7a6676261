"""What a person, or ``migrate``, does to the signing keys: in the register and in the folder (ADR 80)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.receipt.keys.registered import NOTICE
from services.receipt.settings import ReceiptSettings
from services.receipt.signatures.key_folder import ROTATION_OVERLAP, KeyFolder
from services.receipt.signatures.keyring import UnusableKeyError
from services.receipt.signatures.token import Algorithm
from services.receipt.store.series import database_identity
from services.receipt.store.signing_keys import (
    add_key,
    end_key,
    end_other_keys,
    has_receipts,
    keys_of_last_receipts,
    lock_keys,
    registered_keys,
)
from shared.clock import Clock, now
from shared.contracts.receipt import PublicKey
from shared.db import Connection, connect
from shared.misconfigured import Misconfigured


@dataclass(frozen=True, slots=True)
class Registered:
    """What a list of keys has changed in the register."""

    added: list[PublicKey]
    ended: list[PublicKey]


async def prepare_keys(settings: ReceiptSettings, *, clock: Clock = now) -> None:
    """Give a register that knows no key its first: the folder's, or a new one where nothing was signed yet.

    Raises :class:`~shared.misconfigured.Misconfigured` when receipts were signed with a key that is not here.
    """
    connection = await connect(settings.database_url, application_name="receipt migrate")
    try:
        await first_keys(connection, KeyFolder(settings.keys_folder(), settings.receipt_key_file), clock=clock)
    finally:
        await connection.close(timeout=5)


async def first_keys(connection: Connection, folder: KeyFolder, *, clock: Clock = now) -> None:
    """Do so on a connection; nothing is done where the register knows a key."""
    async with connection.transaction():
        await lock_keys(connection)
        if await registered_keys(connection):
            return
        try:
            if await has_receipts(connection):
                listed = folder.public_keys()
                await _require_signers(connection, folder, listed)
            else:
                _, database_time = await database_identity(connection)
                # A wrong clock must not put the first key into the future.
                folder.ensure_key(min(clock(), database_time))
                listed = folder.public_keys()
        except (OSError, UnusableKeyError) as error:
            raise Misconfigured(f"the signing keys cannot be read: {error}") from error
        for key in listed:
            await add_key(connection, key, "migrate")


async def _require_signers(connection: Connection, folder: KeyFolder, listed: Sequence[PublicKey]) -> None:
    missing = sorted(set(await keys_of_last_receipts(connection)) - {key.key_id for key in listed})
    if missing or not listed:
        raise Misconfigured(
            f"receipts exist, and {folder.place} does not list the key that signed them ({', '.join(missing)}): give "
            "`migrate` the folder of the signing keys, or tell the register of them with `thungan keys register`"
        )


async def rotate_key(
    connection: Connection, folder: KeyFolder, recorded_by: str, *, algorithm: Algorithm = Algorithm.EDDSA
) -> PublicKey:
    """Make a new key in the folder that signs soon; the others stay valid for a day more and then are retired.

    Where no key may sign now, it signs at once. Raises UnusableKeyError where the key is given as a file.
    """
    await lock_keys(connection)
    _, moment = await database_identity(connection)
    used = any(_in_use(key, moment) for key in await registered_keys(connection))
    return await rotate_at(connection, folder, moment + NOTICE if used else moment, recorded_by, algorithm=algorithm)


async def rotate_at(
    connection: Connection,
    folder: KeyFolder,
    moment: datetime,
    recorded_by: str,
    *,
    algorithm: Algorithm = Algorithm.EDDSA,
) -> PublicKey:
    """Make a new key that signs from ``moment`` on."""
    made = folder.rotate(moment, algorithm=algorithm)
    await add_key(connection, made, recorded_by)
    await end_other_keys(connection, made.key_id, moment + ROTATION_OVERLAP)
    return made


async def retire_key(connection: Connection, folder: KeyFolder | None, key_id: str) -> PublicKey:
    """End a key as soon as every copy knows of it. Raises UnusableKeyError when the register knows no such key."""
    await lock_keys(connection)
    _, moment = await database_identity(connection)
    return await retire_at(connection, folder, key_id, moment + NOTICE)


async def retire_at(connection: Connection, folder: KeyFolder | None, key_id: str, moment: datetime) -> PublicKey:
    """End a key at ``moment``."""
    await end_key(connection, key_id, moment)
    ended = next((key for key in await registered_keys(connection) if key.key_id == key_id), None)
    if ended is None or ended.not_after is None:
        raise UnusableKeyError(f"there is no key {key_id}")
    if folder is not None and any(key.key_id == key_id for key in folder.public_keys()):
        folder.retire(key_id, ended.not_after)
    return ended


async def register_keys(connection: Connection, keys: Sequence[PublicKey], recorded_by: str) -> Registered:
    """Tell the register keys and their ends that it does not know; what it knows of them is never taken back.

    Raises UnusableKeyError when another key has the id of one of them.
    """
    await lock_keys(connection)
    before = {key.key_id: key for key in await registered_keys(connection)}
    for key in keys:
        known = before.get(key.key_id)
        if known is not None and known.public_key_pem.split() != key.public_key_pem.split():
            raise UnusableKeyError(f"the register knows another key {key.key_id}")
        await add_key(connection, key, recorded_by)
        if key.not_after is not None:
            await end_key(connection, key.key_id, key.not_after)
    after = await registered_keys(connection)
    added = [key for key in after if key.key_id not in before]
    ended = [key for key in after if key.key_id in before and key.not_after != before[key.key_id].not_after]
    return Registered(added, ended)


async def start_of_new_key(connection: Connection) -> datetime:
    """Return from when a key may sign that the register is told now: when every copy knows it."""
    _, moment = await database_identity(connection)
    return moment + NOTICE if await registered_keys(connection) else moment


def _in_use(key: PublicKey, moment: datetime) -> bool:
    return key.not_before <= moment and (key.not_after is None or moment <= key.not_after)
