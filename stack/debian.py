"""Packages of another Debian release in a folder of their own: fetched and verified by apt, nothing is installed."""

from __future__ import annotations

import platform
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from stack.processes import StackError

ARCHIVE_KEYS = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
FETCH_SECONDS = 600.0


class Unavailable(StackError):
    """This machine offers no way to get it; the text is a sentence with the reason."""


def mirrors(codename: str) -> list[str]:
    """Return where this machine gets the main packages of its own release from, as apt understands its sources."""
    listed = _run(
        ["apt-get", "indextargets", "--no-release-info", "--format", "$(REPO_URI)|$(RELEASE)|$(COMPONENT)"],
        what="apt does not name the source of its packages",
    )
    rows = [line.split("|") for line in listed.splitlines()]
    found = [row[0] for row in rows if row[1:] == [codename, "main"]]
    return list(dict.fromkeys(found))


def unpack_release(suite: str, packages: Sequence[str], *, workspace: Path, into: Path) -> None:
    """Download packages of a Debian release from this machine's own mirror and unpack them into a folder.

    Works as any user. apt checks the release's signature with Debian's archive keys, and each package by it. Raises
    :class:`Unavailable`.
    """
    own = platform.freedesktop_os_release()
    if own.get("ID") != "debian" or not all(map(shutil.which, ("apt-get", "dpkg-deb"))):
        raise Unavailable("this machine is not Debian")
    found = mirrors(own.get("VERSION_CODENAME", ""))
    if not found:
        raise Unavailable("apt has no Debian mirror among its sources")
    shutil.rmtree(workspace, ignore_errors=True)
    for folder in ("state/lists/partial", "cache/archives/partial", "packages"):
        (workspace / folder).mkdir(parents=True)
    (workspace / "state" / "status").touch()
    (workspace / "debian.sources").write_text(_source(found[0], suite))
    (workspace / "apt.conf").write_text(_configuration(workspace))
    apt = ["apt-get", "--quiet", "--quiet", "--config-file", str(workspace / "apt.conf")]
    _run([*apt, "update", "--error-on=any"], what=f"{found[0]} does not offer Debian {suite}")
    _run([*apt, "download", *packages], what=f"downloading from {found[0]} failed", cwd=workspace / "packages")
    for package in sorted((workspace / "packages").glob("*.deb")):
        _run(["dpkg-deb", "--extract", str(package), str(into)], what=f"unpacking {package.name} failed")
    shutil.rmtree(workspace)


def unpack_packages(packages: Sequence[str], *, into: Path) -> None:
    """Download packages of this machine's own release and unpack them into a folder. Raises :class:`Unavailable`."""
    if not all(map(shutil.which, ("apt-get", "dpkg-deb"))):
        raise Unavailable("this machine has no apt")
    workspace = into.with_name(f"{into.name}.packages")
    shutil.rmtree(workspace, ignore_errors=True)
    workspace.mkdir(parents=True)
    try:
        apt = ["apt-get", "--quiet", "--quiet", "--option", "APT::Sandbox::User=", "download", *packages]
        _run(apt, what="downloading failed", cwd=workspace)
        for package in sorted(workspace.glob("*.deb")):
            _run(["dpkg-deb", "--extract", str(package), str(into)], what=f"unpacking {package.name} failed")
    finally:
        shutil.rmtree(workspace)


def _source(mirror: str, suite: str) -> str:
    signed_by = f"Signed-By: {ARCHIVE_KEYS}\n" if ARCHIVE_KEYS.exists() else ""
    return f"Types: deb\nURIs: {mirror}\nSuites: {suite}\nComponents: main\n{signed_by}"


def _configuration(workspace: Path) -> str:
    settings = {
        "Dir::State": workspace / "state",
        "Dir::State::status": workspace / "state" / "status",
        "Dir::Cache": workspace / "cache",
        "Dir::Etc::sourcelist": workspace / "debian.sources",
        "Dir::Etc::sourceparts": "-",
        "Acquire::Languages": "none",
        "Acquire::Retries": "2",
        "Acquire::http::Timeout": "20",
        "Acquire::https::Timeout": "20",
        # apt's own account cannot reach a folder below somebody's home.
        "APT::Sandbox::User": "",
    }
    # What the machine does after its own updates is no concern of ours.
    cleared = "#clear APT::Update::Post-Invoke;\n#clear APT::Update::Post-Invoke-Success;\n"
    return cleared + "".join(f'{name} "{value}";\n' for name, value in settings.items())


def _run(argv: Sequence[str], *, what: str, cwd: Path | None = None) -> str:
    try:
        done = subprocess.run(
            argv,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=FETCH_SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise Unavailable(f"there is no {argv[0]} on this machine") from None
    except subprocess.TimeoutExpired:
        raise Unavailable(f"{what}: not done after {FETCH_SECONDS:.0f} s") from None
    if done.returncode == 0:
        return done.stdout
    if "NO_PUBKEY" in done.stderr:
        raise Unavailable("this machine lacks the newer archive keys: apt-get install debian-archive-keyring")
    raise Unavailable(f"{what}: {' '.join(done.stderr.split())[:300]}")
