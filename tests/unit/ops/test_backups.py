"""What a backup consists of, how it is verified, and how the server's address reaches the programs."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ops.backup.barman import Copy, connection_string, password_line
from ops.backup.encryption import keyring
from ops.backup.files import archived_at, copy_files, newest_archive, sources, unpack
from ops.backup.place import Place
from ops.backup.verification import faults, gaps, write_digests
from ops.console import CommandError

COPY = Copy(
    "20261129T020000",
    "DONE",
    ended_at=datetime(2026, 11, 29, 2, tzinfo=UTC),
    first_segment=f"{1:08X}{0:08X}{7:08X}",
    last_segment=f"{1:08X}{0:08X}{9:08X}",
)


def segment(number: int, timeline: int = 1) -> str:
    return f"{timeline:08X}{number // 256:08X}{number % 256:08X}"


@pytest.fixture
def backed_up(tmp_path: Path) -> Place:
    """Return a folder with one backup whose log has three segments."""
    place = Place(tmp_path)
    base, log = place.bases / COPY.id / "data", place.log / segment(0)[:16]
    for folder in (base, log, place.files, place.digests):
        folder.mkdir(parents=True)
    (base / "base.tar.gz.gpg").write_bytes(b"files")
    for number in (7, 8, 9):
        (log / segment(number)).write_bytes(b"log")
    archive = place.files / "20261129T020000.000000Z.tar.gz.gpg"
    archive.write_bytes(b"keys")
    write_digests(place, COPY, archive)
    return place


def test_a_backup_that_is_what_was_written_has_no_faults(backed_up: Place) -> None:
    assert list(faults(backed_up, COPY)) == []


def test_a_file_that_was_changed_is_named(backed_up: Place) -> None:
    (backed_up.bases / COPY.id / "data" / "base.tar.gz.gpg").write_bytes(b"filet")
    assert list(faults(backed_up, COPY)) == [f"barman/main/base/{COPY.id}/data/base.tar.gz.gpg was changed"]


def test_a_segment_of_the_log_that_is_missing_is_named_with_what_comes_before_it(backed_up: Place) -> None:
    (backed_up.log / segment(0)[:16] / segment(8)).unlink()
    found = list(faults(backed_up, COPY))
    assert any(fault.endswith(f"{segment(8)} is missing") for fault in found)
    assert f"the log lacks what comes after {segment(7)}" in found


def test_what_later_backups_have_received_of_the_log_may_begin_later(backed_up: Place) -> None:
    (backed_up.log / segment(0)[:16] / segment(20)).write_bytes(b"log")
    assert list(faults(backed_up, COPY)) == []


def test_a_log_that_ends_before_the_backup_does_is_named(backed_up: Place) -> None:
    (backed_up.log / segment(0)[:16] / segment(9)).unlink()
    assert f"the log does not have {segment(9)}, with which {COPY.id} ends" in list(faults(backed_up, COPY))


def test_a_backup_that_was_interrupted_is_none(backed_up: Place) -> None:
    assert list(faults(backed_up, Copy(COPY.id, "FAILED"))) == [f"{COPY.id} was not finished (FAILED)"]
    (backed_up.digests / f"{COPY.id}.json").unlink()
    assert len(list(faults(backed_up, COPY))) == 1


def test_a_log_goes_on_over_the_end_of_a_file_of_256_segments_and_over_a_new_timeline() -> None:
    names = [segment(254), segment(255), segment(256), segment(256, 2), segment(257, 2)]
    assert list(gaps(names)) == []
    assert list(gaps([segment(254), segment(256)])) == [segment(254)]


def test_the_servers_password_is_in_no_connection_string_and_its_other_options_are() -> None:
    url = "postgresql://lan:p%3Aw@db.example:5433/postgres?sslmode=verify-full"
    assert connection_string(url) == "host='db.example' port='5433' user='lan' sslmode='verify-full'"
    assert password_line(url) == "*:*:*:*:p\\:w\n"


def test_signing_keys_and_witness_come_back_from_their_archive_as_they_were(tmp_path: Path) -> None:
    place, home = Place(tmp_path / "backups"), tmp_path / "system"
    for folder in (place.files, home / "keys", home / "witness"):
        folder.mkdir(parents=True)
    (home / "keys" / "1.json").write_text("{}")
    (home / "keys" / "1.key.pem").write_text("secret")
    (home / "keys" / "1.key.pem").chmod(0o600)
    (home / "witness" / "latest.txt").write_text("checkpoint")
    environment = {
        "THUNGAN_RECEIPT_KEYS_FOLDER": str(home / "keys"),
        "THUNGAN_RECEIPT_WITNESS_FOLDER": str(home / "witness"),
        "THUNGAN_SMS_FOLDER": str(home / "none"),
    }
    private = tmp_path / "private.asc"
    with keyring() as ring:
        public, secret = ring.make("test")
        place.key.write_bytes(public)
        private.write_bytes(secret)
    with keyring() as ring:
        archive = copy_files(place, ring, ring.take(place.key), sources(environment))
    assert newest_archive(place) == archive
    assert archived_at(archive).tzinfo is UTC
    assert b"secret" not in archive.read_bytes()

    back = tmp_path / "back"
    with keyring() as ring:
        ring.take(place.key)
        with pytest.raises(CommandError, match="gpg ended with"):
            unpack(archive, ring, back)
    with keyring() as ring:
        ring.take(private)
        unpack(archive, ring, back)
    assert (back / "keys" / "1.key.pem").read_text() == "secret"
    assert (back / "keys" / "1.key.pem").stat().st_mode & 0o777 == 0o600
    assert (back / "witness" / "latest.txt").read_text() == "checkpoint"


def test_no_backup_is_made_without_signing_keys(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no signing keys"):
        sources({"THUNGAN_RECEIPT_KEYS_FOLDER": str(tmp_path)})


def test_a_folder_is_for_one_system_and_needs_a_key(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with pytest.raises(CommandError, match="thungan backup key"):
        place.begin("thungan", "lan")
    place.key.write_text("key")
    place.begin("thungan", "lan")
    assert json.loads((tmp_path / "thungan-backup.json").read_text())["namespace"] == "thungan"
    with pytest.raises(CommandError, match="of the system thungan, not of other"):
        place.begin("other", "lan")


def test_two_backups_at_a_time_are_refused(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with place.held("backup", "one is being made"):
        assert place.is_held("backup")
        with pytest.raises(CommandError, match="one is being made"), place.held("backup", "one is being made"):
            pass
    assert not place.is_held("backup")
