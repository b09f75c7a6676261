"""What is a good password."""

import asyncio

import pytest

from services.gateway.passwords import Passwords, WeakPassword, require_strong
from shared.problems import Busy


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("ngắn quá", "too_short"),
        ("a" * 201, "too_long"),
        ("đây là lan.tran nhé", "has_login_name"),
        ("Matkhau12345", "common"),
        ("passwordpassword", "common"),
        ("123456789012", "common"),
        ("qwertyuiop123", "common"),
        ("abababababab", "common"),
        ("zyxwvutsrqponm", "common"),
    ],
)
def test_a_password_that_is_guessed_first_is_refused(password: str, reason: str) -> None:
    with pytest.raises(WeakPassword) as refused:
        require_strong(password, "lan.tran")
    assert refused.value.facts["reason"] == reason


@pytest.mark.parametrize("password", ["con mèo uống nước dừa", "K7#mQ2!vX9@p", "correct horse battery"])
def test_a_good_password_is_taken(password: str) -> None:
    require_strong(password, "lan.tran")


async def test_a_password_fits_however_its_accents_are_composed_and_nobodys_fits_nobody() -> None:
    passwords = Passwords()
    stored = await passwords.hashed("con m\u00e8o u\u1ed1ng n\u01b0\u1edbc")
    assert stored.startswith("$argon2id$")
    assert await passwords.fits(stored, "con me\u0300o u\u00f4\u0301ng n\u01b0\u01a1\u0301c")
    assert not await passwords.fits(stored, "con m\u00e8o")
    assert not await passwords.fits(None, "con m\u00e8o")
    assert not await passwords.fits("no hash", "con m\u00e8o")


async def test_of_a_flood_of_passwords_what_has_no_place_is_refused_at_once_and_later_there_is_one() -> None:
    passwords = Passwords(most_waiting=0)
    found = await asyncio.gather(*(passwords.hashed("con mèo") for _ in range(3)), return_exceptions=True)
    assert [isinstance(one, Busy) for one in found] == [False, False, True]
    assert await passwords.fits(str(found[0]), "con mèo")
