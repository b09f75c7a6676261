"""What leaves this machine is encrypted for a key whose private half lies elsewhere (OpenPGP, by GnuPG)."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ops.backup.programs import run
from ops.console import fail


class Keyring:
    """GnuPG with a folder of its own, so that the keys of whoever works here are neither used nor changed."""

    def __init__(self, home: Path) -> None:
        self._home = home

    @property
    def environment(self) -> dict[str, str]:
        """The environment in which programs find this keyring."""
        return {**os.environ, "GNUPGHOME": str(self._home), "LC_ALL": "C.UTF-8"}

    def take(self, file: Path) -> str:
        """Take the keys of a file; returns the fingerprint of the first. Ends the command where there is none."""
        self._gpg("--import", str(file))
        listed = self._gpg("--list-keys", "--with-colons")
        prints = [line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr:")]
        if not prints:
            fail(f"no key in {file}")
        # Whoever gave the file vouches for the key: there is nobody else to ask.
        self._gpg("--import-ownertrust", content=f"{prints[0]}:6:\n".encode())
        return prints[0]

    def make(self, name: str) -> tuple[bytes, bytes]:
        """Make a pair of keys; returns the public and the private half, as text that can be printed."""
        self._gpg("--passphrase", "", "--quick-generate-key", name, "future-default", "default", "never")
        public = self._gpg("--armor", "--export").encode()
        return public, self._gpg("--passphrase", "", "--armor", "--export-secret-keys").encode()

    def encrypt(self, source: Path, target: Path, fingerprint: str) -> None:
        """Encrypt a file."""
        self._gpg(
            "--compress-level", "0", "--recipient", fingerprint, "--output", str(target), "--encrypt", str(source)
        )

    def decrypt(self, source: Path, target: Path) -> None:
        """Decrypt a file. Ends the command where the key is missing or the file was changed."""
        self._gpg("--output", str(target), "--decrypt", str(source))

    def _gpg(self, *arguments: str, content: bytes | None = None) -> str:
        program = ["gpg", "--batch", "--yes", "--quiet", "--pinentry-mode", "loopback"]
        return run([*program, *arguments], environment=self.environment, content=content)


@contextmanager
def keyring() -> Iterator[Keyring]:
    """Open an empty keyring for the time of the block; its folder and its agent are gone afterwards."""
    if shutil.which("gpg") is None:
        fail("GnuPG is not installed: apt-get install gpg gpg-agent")
    # Below /tmp: the agent's socket lies in it, whose path may not be long.
    with tempfile.TemporaryDirectory(prefix="thungan-keys-", ignore_cleanup_errors=True) as home:
        try:
            yield Keyring(Path(home))
        finally:
            run(["gpgconf", "--homedir", home, "--kill", "all"], environment=_plain(os.environ))


def _plain(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name != "GNUPGHOME"}
