"""``./dev thungan`` works on the local system unless the environment names another one."""

import pytest

from dev_tools.thungan import local_environment


def test_what_is_set_already_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THUNGAN_NAMESPACE", "never_started")
    monkeypatch.setenv("THUNGAN_SMS_FOLDER", "/somewhere/else")
    monkeypatch.delenv("THUNGAN_RECEIPT_KEYS_FOLDER", raising=False)
    found = local_environment()
    assert "THUNGAN_SMS_FOLDER" not in found
    assert found["THUNGAN_RECEIPT_KEYS_FOLDER"].endswith("/keys/never_started")


def test_a_system_that_was_never_started_has_folders_and_no_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THUNGAN_NAMESPACE", "never_started")
    assert all(name.endswith(("FOLDER", "BOOK", "ENVIRONMENT")) for name in local_environment())
