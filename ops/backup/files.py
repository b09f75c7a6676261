"""What a system has beside its databases: signing keys, the witness's checkpoints, files. Copied whole, encrypted."""

import os
import tarfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from ops.backup.encryption import Keyring
from ops.backup.place import Place
from ops.console import fail
from ops.system import keys_folder, sms_folder, witness_folder
from shared.clock import now

_NAMES = "%Y%m%dT%H%M%S.%fZ"
_SUFFIX = ".tar.gz.gpg"

OTHERS = {
    "decisions": "THUNGAN_DECISIONS_FOLDER",
    "dead-letters": "THUNGAN_DEAD_LETTER_BOOK",
    "readings": "THUNGAN_READINGS_FOLDER",
}
"""Name in the archive → variable that names a file or folder, where there is one."""


def sources(environment: Mapping[str, str] = os.environ, also: tuple[Path, ...] = ()) -> dict[str, Path]:
    """Return what is copied, by its name in the archive; what does not exist is left out.

    Ends the command where there are no signing keys: a backup without them cannot sign, and old receipts cannot be
    checked with it.
    """
    keys = keys_folder(environment)
    if not any(keys.glob("*.json")):
        fail(
            f"no signing keys in {keys}: THUNGAN_RECEIPT_KEYS_FOLDER names their folder (docs/runbooks/signing-keys.md)"
        )
    found = {"keys": keys, "witness": witness_folder(environment), "sms": sms_folder(environment)}
    found |= {name: Path(environment[variable]) for name, variable in OTHERS.items() if environment.get(variable)}
    found |= {f"also/{path.name}": path for path in also}
    return {name: path for name, path in found.items() if path.exists()}


def copy_files(place: Place, ring: Keyring, fingerprint: str, found: Mapping[str, Path]) -> Path:
    """Put everything into one encrypted archive of the folder; returns its file.

    Files may be written meanwhile: each is replaced in one step, and read once.
    """
    name = now().astimezone(UTC).strftime(_NAMES) + _SUFFIX
    with TemporaryDirectory(prefix="thungan-files-") as work:
        archive = Path(work, "files.tar.gz")
        with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
            for inside, source in sorted(found.items()):
                _add(tar, inside, source)
        draft = place.files / f".{name}"
        ring.encrypt(archive, draft, fingerprint)
        with draft.open("rb") as written:
            os.fsync(written.fileno())
        return draft.replace(place.files / name)


def _add(tar: tarfile.TarFile, inside: str, source: Path) -> None:
    for path in [source, *sorted(source.rglob("*"))] if source.is_dir() else [source]:
        if not (path.is_file() or path.is_dir()):
            continue  # a socket, or a file that was replaced meanwhile
        target = inside if path == source else f"{inside}/{path.relative_to(source)}"
        try:
            tar.add(path, target, recursive=False)
        except FileNotFoundError:
            continue  # a draft that has become its file


def newest_archive(place: Place) -> Path:
    """Return the newest archive; ends the command where there is none."""
    found = sorted(place.files.glob(f"[0-9]*{_SUFFIX}"))
    if not found:
        fail(f"no keys and files in {place.files}")
    return found[-1]


def archived_at(archive: Path) -> datetime:
    """Return when an archive was begun (UTC)."""
    return datetime.strptime(archive.name.removesuffix(_SUFFIX), _NAMES).replace(tzinfo=UTC)


def unpack(archive: Path, ring: Keyring, target: Path) -> None:
    """Decrypt an archive and unpack it into a folder. Ends the command where it was changed or the key is another."""
    with TemporaryDirectory(prefix="thungan-files-") as work:
        plain = Path(work, "files.tar.gz")
        ring.decrypt(archive, plain)
        with tarfile.open(plain) as tar:
            # Python 3.11.2, which Debian 12 has, knows no filters.
            tar.extraction_filter = getattr(tarfile, "data_filter", lambda member, _: member)
            members = tar.getmembers()
            if outside := [each.name for each in members if each.name.startswith("/") or ".." in Path(each.name).parts]:
                fail(f"{archive.name} holds what does not belong into it: {outside[0]}")
            tar.extractall(target, members)  # noqa: S202 - its names were looked at


def prune(place: Place, keep: int) -> None:
    """Remove all but the newest archives."""
    for archive in sorted(place.files.glob(f"[0-9]*{_SUFFIX}"))[:-keep]:
        archive.unlink()
