"""Writes down the databases of a system, as this version leaves them, for the test of the next versions' upgrade.

``python -m dev_tools.earlier_databases SYSTEM KEYS`` after ``./dev demo --keep``, with the address of the database
server in ``THUNGAN_POSTGRES_URL`` (``./dev env``): SYSTEM is ``demo``, and KEYS the public keys that the demo wrote.
The customers are made up. Which state that is belongs into ``tests/data/earlier/README.md``.
"""

import gzip
import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from ops.provision import database_name
from ops.system import SERVICES
from stack.state import PROJECT

FOLDER = PROJECT / "tests" / "data" / "earlier"
PUBLIC_KEYS = FOLDER / "public-keys.json"
_COMMANDS_OF_PSQL = (b"\\restrict", b"\\unrestrict")


def file_of(service: str) -> Path:
    """Return where a service's database is written down."""
    return FOLDER / f"{service}.sql.gz"


def write_down(server_url: str, system: str, keys: Path) -> None:
    """Write the databases of a system, and the public keys that its receipts are verified by.

    Raises ``CalledProcessError`` where a database cannot be read.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    for service in SERVICES:
        url = urlunsplit(urlsplit(server_url)._replace(path=f"/{database_name(system, service)}"))
        program = ["pg_dump", "--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=200", f"--dbname={url}"]
        dumped = subprocess.run(program, check=True, stdout=subprocess.PIPE).stdout
        lines = [line for line in dumped.splitlines(keepends=True) if not line.startswith(_COMMANDS_OF_PSQL)]
        file_of(service).write_bytes(gzip.compress(b"".join(lines), mtime=0))
    shutil.copyfile(keys, PUBLIC_KEYS)


if __name__ == "__main__":
    write_down(os.environ["THUNGAN_POSTGRES_URL"], sys.argv[1], Path(sys.argv[2]))
