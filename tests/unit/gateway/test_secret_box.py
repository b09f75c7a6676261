"""Secrets of second factors: only the keys of the file open them, and only for the account that they were made for."""

import base64
from pathlib import Path
from uuid import UUID

import pytest

from services.gateway.secret_box import SecretBox, SecretsUnreadable, box_of

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
LAN, HOA = UUID(int=1), UUID(int=2)
SECRET = "JBSWY3DPEHPK3PXP"


def test_what_was_sealed_is_opened_for_its_account_alone() -> None:
    box = SecretBox([NEW])
    stored = box.seal(SECRET, LAN)
    assert SECRET not in stored
    assert box.open(stored, LAN) == SECRET
    assert box.seal(SECRET, LAN) != stored
    with pytest.raises(SecretsUnreadable, match="changed in the database"):
        box.open(stored, HOA)


def test_a_changed_secret_is_not_opened() -> None:
    box = SecretBox([NEW])
    mark, key_id, text = box.seal(SECRET, LAN).split(":")
    raw = bytearray(base64.b64decode(text))
    raw[-1] ^= 1
    with pytest.raises(SecretsUnreadable):
        box.open(f"{mark}:{key_id}:{base64.b64encode(raw).decode()}", LAN)


def test_an_earlier_key_still_opens_and_the_first_one_seals() -> None:
    stored = SecretBox([OLD]).seal(SECRET, LAN)
    both = SecretBox([NEW, OLD])
    assert both.open(stored, LAN) == SECRET
    assert not both.is_up_to_date(stored)
    assert both.is_up_to_date(both.seal(SECRET, LAN))
    with pytest.raises(SecretsUnreadable, match="no key"):
        SecretBox([NEW]).open(stored, LAN)


def test_without_keys_secrets_are_stored_as_they_are_and_sealed_ones_are_not_opened() -> None:
    box = SecretBox()
    assert box.open(box.seal(SECRET, LAN), LAN) == SECRET == box.seal(SECRET, LAN)
    assert box.is_up_to_date(SECRET)
    assert not SecretBox([NEW]).is_up_to_date(SECRET)
    with pytest.raises(SecretsUnreadable):
        box.open(SecretBox([NEW]).seal(SECRET, LAN), LAN)


def test_a_file_has_a_key_a_line_the_one_to_seal_with_first(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    lines = (base64.b64encode(key).decode() for key in (NEW, OLD))
    file.write_text("# of 2026\n\n" + "\n".join(lines) + "\n", encoding="ascii")
    box = box_of(file)
    assert box.is_up_to_date(SecretBox([NEW]).seal(SECRET, LAN))
    assert box.open(SecretBox([OLD]).seal(SECRET, LAN), LAN) == SECRET


@pytest.mark.parametrize("text", ["", "# nothing\n", "short\n", base64.b64encode(b"x" * 31).decode(), "not base64!\n"])
def test_a_file_without_a_key_or_with_a_wrong_one_is_refused_at_the_start(tmp_path: Path, text: str) -> None:
    file = tmp_path / "keys"
    file.write_text(text, encoding="ascii")
    with pytest.raises(SecretsUnreadable):
        box_of(file)
