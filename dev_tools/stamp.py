"""Making something once, and again only where what it is made from has changed."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from stack.state import PROJECT, LocalFolder, installation_folder


def digest(files: Iterable[Path], *, root: Path = PROJECT) -> str:
    """Return one hash of the names (from ``root`` on) and the contents of files."""
    found = hashlib.sha256()
    for file in sorted(files):
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        found.update(f"{content}  {file.relative_to(root)}\n".encode())
    return found.hexdigest()


@dataclass(frozen=True)
class Stamp:
    """A file that holds the digest of the sources from which something was made."""

    path: Path
    sources: str
    works: Callable[[], bool] = lambda: True
    """Whether what was made is still there and can be used."""

    def is_current(self) -> bool:
        """Whether it was made from the sources as they are."""
        return self.path.is_file() and self.path.read_text().strip() == self.sources and self.works()

    def renew(self, make: Callable[[], None], *, lock: str, local: LocalFolder | None = None) -> None:
        """Call ``make`` unless the stamp is current; of two commands at once, the second waits and finds it so."""
        if self.is_current():
            return
        with (local or installation_folder()).locked(lock):
            if self.is_current():
                return
            self.path.unlink(missing_ok=True)
            make()
            self.path.write_text(f"{self.sources}\n")
