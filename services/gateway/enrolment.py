"""Enrolment of devices by one-time codes, and their revocation.

A code is short enough to be read out and typed, lives for minutes, works once, and is stored as a hash. A token is
random, shown once to the device that enrolled, and stored as a hash too. These functions work on the gateway's own
database alone, so that an operator can enrol the first supervisor before anything else runs.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec

from services.gateway.domain.devices import Device, Role
from services.gateway.store import collectors, staff
from services.gateway.store import devices as store
from shared.clock import Clock, now
from shared.contracts.actor import Actor, ActorKind, Proof
from shared.db import Connection
from shared.db.pool import connect
from shared.ids import new_id
from shared.messaging import context as contexts
from shared.messaging.acts import add_act
from shared.problems import Conflict, NotAllowed, NotFound, SameIdOtherContent

CODE_ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""Letters and digits that nobody confuses when they are read out: no I, L, O, U, 0, 1."""

CODE_LENGTH = 8
_DEVICES = {
    Role.COLLECTOR: "điện thoại của thu ngân viên",
    Role.COLLECTION_POINT: "máy của điểm thu",
    Role.CASHIER: "máy của thủ quỹ",
    Role.SUPERVISOR: "máy của người quản lý",
}
"""What a device is for, in refusals."""

TOKEN_PREFIX = "tn_"  # noqa: S105 a prefix that secret scanners can look for


class EnrolmentRefused(NotAllowed):
    """The one-time code is wrong, used or expired."""

    slug = "enrolment-refused"
    title = "The enrolment code cannot be used"


class InactiveCollector(Conflict):
    """A phone for a collector who does not work any more would have no route."""

    slug = "inactive-collector"
    title = "The collector is not active"
    usual_detail = "Thu ngân viên này không còn làm việc."


class InvalidPublicKey(Conflict):
    """The device's key looks like one and is none: no point of the curve P-256."""

    slug = "invalid-public-key"
    title = "Not an ES256 key"


@dataclass(frozen=True, slots=True)
class EnrolmentCode:
    """A code as it is shown once to whoever made it."""

    code_id: UUID
    code: str = field(repr=False)
    """Two groups of four, for example ``K7MR-2WQX``."""
    role: Role
    collector_code: str | None
    collection_point_code: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A device and the token that only it knows."""

    device: Device
    token: str = field(repr=False)


def hash_code(code: str) -> bytes:
    """Return the hash of a code, however it was typed: small letters, spaces and dashes do not matter."""
    plain = "".join(character for character in code.upper() if character.isalnum())
    return hashlib.sha256(plain.encode()).digest()


def hash_token(token: str) -> bytes:
    """Return what is stored of a token. It is 256 random bits, so one round of SHA-256 is enough."""
    return hashlib.sha256(token.encode()).digest()


def require_es256_key(key: dict[str, Any]) -> None:
    """Refuse a JWK that is not a point of the curve P-256. Raises :class:`InvalidPublicKey`."""
    try:
        x, y = (int.from_bytes(base64.urlsafe_b64decode(key[part] + "=")) for part in ("x", "y"))
        ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    except (KeyError, ValueError) as error:
        raise InvalidPublicKey("Khóa của thiết bị không hợp lệ.") from error


async def make_code(
    connection: Connection,
    *,
    role: Role,
    made_by: str,
    made_at: datetime,
    collector_code: str | None = None,
    collection_point_code: str | None = None,
    lifetime: timedelta = timedelta(minutes=15),
) -> EnrolmentCode:
    """Make a one-time code for a role. ``made_by`` names the supervisor's device or the operator."""
    while True:
        code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
        made = EnrolmentCode(
            code_id=new_id(),
            code=f"{code[:4]}-{code[4:]}",
            role=role,
            collector_code=collector_code,
            collection_point_code=collection_point_code,
            expires_at=made_at + lifetime,
        )
        if await store.save_code(
            connection,
            code_id=made.code_id,
            code_hash=hash_code(code),
            role=role,
            collector_code=collector_code,
            collection_point_code=collection_point_code,
            made_by=made_by,
            made_at=made_at,
            expires_at=made.expires_at,
        ):
            facts = {"role": role, "for": collector_code or collection_point_code}
            await _keep(connection, "enrolment_code.made", made.code_id, made_by, facts)
            return made


async def enrol(
    connection: Connection,
    *,
    code: str,
    device_id: UUID,
    device_name: str,
    public_key: dict[str, Any] | None,
    now: datetime,
    role: Role | None = None,
) -> Enrolment:
    """Turn a one-time code into a device with a token. Call inside a transaction.

    ``role`` is what the device is for, where it names one: a code for another role is not used up. A device whose
    answer was lost repeats the same code with the same ``device_id`` while the code lives, and gets a new token in
    place of the lost one. Raises :class:`EnrolmentRefused`, :class:`InactiveCollector` and
    :class:`~shared.problems.SameIdOtherContent`.
    """
    row = await store.lock_code(connection, hash_code(code))
    if row is None:
        raise EnrolmentRefused("Mã không đúng.", facts={"reason": "unknown"})
    if row["expires_at"] <= now:
        raise EnrolmentRefused("Mã đã hết hạn; hãy xin mã mới.", facts={"reason": "expired"})
    if row["device_id"] not in (None, device_id):
        raise EnrolmentRefused("Mã đã được dùng; hãy xin mã mới.", facts={"reason": "used"})
    made_for = Role(row["role"])
    if role not in (None, made_for):
        raise EnrolmentRefused(
            f"Mã này dùng cho {_DEVICES[made_for]}, không dùng cho {_DEVICES[role]}. Mã vẫn còn dùng được.",
            facts={"reason": "other_role", "role": made_for},
        )
    if row["collector_code"] is not None and await collectors.has_left(connection, row["collector_code"]):
        raise InactiveCollector(facts={"collector_code": row["collector_code"]})
    if public_key is not None:
        require_es256_key(public_key)
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    if row["device_id"] is not None:
        return await _enrol_again(connection, device_id, device_name, public_key, token, row["code_id"])
    device = Device(
        device_id=device_id,
        device_name=device_name,
        role=made_for,
        collector_code=row["collector_code"],
        collection_point_code=row["collection_point_code"],
        enrolled_at=now,
        public_key=public_key,
    )
    # Devices and people have their ids from outside, and stand beside each other wherever it is asked who acted.
    taken = await staff.is_known(connection, device_id)
    if taken or not await store.save_device(connection, device, hash_token(token), row["code_id"]):
        raise SameIdOtherContent("Mã thiết bị này đã được dùng.")
    await store.use_code(connection, row["code_id"], device_id, now)
    await _keep_enrolled(connection, device, row["code_id"])
    return Enrolment(device, token)


async def _enrol_again(
    connection: Connection,
    device_id: UUID,
    device_name: str,
    public_key: dict[str, Any] | None,
    token: str,
    code_id: UUID,
) -> Enrolment:
    device = await store.device(connection, device_id)
    if device is None or (device.device_name, device.public_key) != (device_name, public_key):
        raise SameIdOtherContent("Mã thiết bị này đã được dùng.")
    if device.revoked_at is not None:
        raise EnrolmentRefused("Thiết bị đã bị thu hồi.", facts={"reason": "revoked"})
    await store.replace_token(connection, device_id, hash_token(token))
    await _keep_enrolled(connection, device, code_id)
    return Enrolment(device, token)


async def _keep_enrolled(connection: Connection, device: Device, code_id: UUID) -> None:
    """Keep that a device was let in: by its code, whose own act names who made it."""
    actor = device.as_actor.model_copy(update={"proven_by": Proof.CODE})
    facts = {"code_id": str(code_id), "role": device.role, "for": device.collector_code or device.collection_point_code}
    await add_act(connection, "device.enrolled", str(device.device_id), facts, actor=actor)


async def _keep(connection: Connection, what: str, subject: UUID, by: str, facts: dict[str, Any]) -> None:
    # Without a proven actor this is a tool on the database, which names itself.
    named = Actor(kind=ActorKind.COMMAND_LINE, id=by, proven_by=Proof.NONE)
    await add_act(connection, what, str(subject), facts, actor=contexts.current_or_new().actor or named)


async def revoke(connection: Connection, device_id: UUID, *, by: str, reason: str, now: datetime) -> Device:
    """Revoke a device for good; open sockets are closed by every copy of the gateway within a second.

    Repeatable: the first revocation stands. Raises :class:`~shared.problems.NotFound`.
    """
    device = await store.revoke(connection, device_id, by=by, reason=reason, now=now)
    if device is None:
        raise NotFound("Không có thiết bị này.")
    await _keep(connection, "device.revoked", device_id, by, {"reason": reason})
    return device


async def make_code_in_database(
    database_url: str,
    role: Role | str,
    *,
    made_by: str = "operator",
    collector_code: str | None = None,
    collection_point_code: str | None = None,
    lifetime: timedelta = timedelta(minutes=15),
    clock: Clock = now,
) -> EnrolmentCode:
    """Make a code straight in the gateway's database, for the operator's command line."""
    connection = await connect(database_url, application_name="thungan operator")
    try:
        async with connection.transaction():
            return await make_code(
                connection,
                role=Role(role),
                made_by=made_by,
                made_at=clock(),
                collector_code=collector_code,
                collection_point_code=collection_point_code,
                lifetime=lifetime,
            )
    finally:
        await connection.close()


async def revoke_in_database(
    database_url: str, device_id: UUID, *, reason: str, by: str = "operator", clock: Clock = now
) -> Device:
    """Revoke a device straight in the gateway's database, for the operator's command line."""
    connection = await connect(database_url, application_name="thungan operator")
    try:
        async with connection.transaction():
            return await revoke(connection, device_id, by=by, reason=reason, now=clock())
    finally:
        await connection.close()
