"""Passwords of people: what is a good one, and how they are kept (Argon2id)."""

import asyncio
import secrets
import unicodedata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from shared.problems import Busy, Conflict

SHORTEST, LONGEST = 12, 200
_FEWEST_DIFFERENT = 5
_AT_ONCE = 2
"""Each takes 64 MiB and a core for a while: a flood of sign-ins must not take the gateway's memory."""
_MOST_WAITING = 40
"""Whoever comes after so many is answered at once, and not when nobody waits for the answer any more."""

_COMMON = frozenset(
    {
        "123123123123",
        "1234567890",
        "0123456789",
        "admin",
        "administrator",
        "anhyeuem",
        "camau",
        "changeme",
        "dienluc",
        "dienluccamau",
        "dragon",
        "evnspc",
        "football",
        "iloveyou",
        "khongbiet",
        "letmein",
        "matkhau",
        "monkey",
        "p@ssw0rd",
        "passw0rd",
        "password",
        "princess",
        "qazwsx",
        "qazwsxedc",
        "qwerty",
        "qwertyuiop",
        "sunshine",
        "superman",
        "thungan",
        "tiendien",
        "toiyeubanhieu",
        "vietnam",
        "welcome",
        "xinchao",
    }
)
"""What people make passwords of; digits and signs around it, and twice the same, make it no better."""

_SEQUENCES = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb",
)


class WeakPassword(Conflict):
    """The password would be guessed: ``facts.reason``."""

    slug = "weak-password"
    title = "The password is too easy to guess"
    usual_detail = "Mật khẩu dễ đoán. Hãy chọn mật khẩu khác."


def require_strong(password: str, login_name: str) -> None:
    """Refuse a password that is short, common or the login name. Raises :class:`WeakPassword`."""
    text = _normal(password)
    if len(text) < SHORTEST:
        raise WeakPassword(
            f"Mật khẩu phải có ít nhất {SHORTEST} ký tự.", facts={"reason": "too_short", "least": SHORTEST}
        )
    if len(text) > LONGEST:
        raise WeakPassword(f"Mật khẩu dài quá {LONGEST} ký tự.", facts={"reason": "too_long", "most": LONGEST})
    plain = text.casefold()
    if login_name.casefold() in plain:
        raise WeakPassword("Mật khẩu không được chứa tên đăng nhập.", facts={"reason": "has_login_name"})
    core = plain.strip("0123456789!@#$%^&*()-_=+.,?~ ")
    halves = core[: len(core) // 2], core[len(core) // 2 :]
    common = core in _COMMON or (halves[0] == halves[1] and halves[0] in _COMMON) or not core
    in_a_row = any(plain in row or plain in row[::-1] for row in _SEQUENCES)
    if common or in_a_row or len(set(plain)) < _FEWEST_DIFFERENT:
        raise WeakPassword(facts={"reason": "common"})


class Passwords:
    """Hashes and verifies passwords, a few at a time and outside of the event loop."""

    def __init__(self, most_waiting: int = _MOST_WAITING) -> None:
        self._hasher = PasswordHasher()
        self._at_once = asyncio.Semaphore(_AT_ONCE)
        self._room = most_waiting + _AT_ONCE
        self._nobodys: str | None = None

    async def hashed(self, password: str) -> str:
        """Return what is stored of a password. Raises :class:`~shared.problems.Busy`."""
        async with self._place():
            return await asyncio.to_thread(self._hasher.hash, _normal(password))

    async def fits(self, stored: str | None, password: str) -> bool:
        """Whether a password is the stored one; takes as long where nothing is stored. Raises ``Busy`` as well."""
        if stored is None and self._nobodys is None:
            self._nobodys = await self.hashed(secrets.token_urlsafe(16))
        async with self._place():
            good = await asyncio.to_thread(self._verified, stored or self._nobodys or "", _normal(password))
        return good and stored is not None

    def is_dated(self, stored: str) -> bool:
        """Whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        if not self._room:
            raise Busy
        self._room -= 1
        try:
            async with self._at_once:
                yield
        finally:
            self._room += 1

    def _verified(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False


def _normal(password: str) -> str:
    # Accents come composed or not, by the keyboard.
    return unicodedata.normalize("NFKC", password)
