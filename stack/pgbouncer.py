"""A private PgBouncer before the private PostgreSQL: it lends connections by transaction, as before a large server."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from stack import processes
from stack.local import LocalStack
from stack.ports import LOOPBACK, free_ports, is_free
from stack.postgres import unprivileged_account
from stack.processes import StackError
from stack.state import write_private

START_SECONDS = 20.0

# What docs/runbooks/pooler.md tells people to write, with few connections, so that many who ask share them.
SETTINGS = """\
[databases]
* = host={host} port={port} auth_user={administrator} connect_query='{connect_query}'
[pgbouncer]
listen_addr = {loopback}
listen_port = {own_port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {accounts}
auth_query = SELECT usename, passwd FROM pg_shadow WHERE usename = $1
admin_users = {administrator}
pool_mode = transaction
default_pool_size = 3
max_client_conn = 500
server_tls_sslmode = prefer
"""

CONNECT_QUERY = (
    "SET timezone = UTC; SET statement_timeout = 12000; SET lock_timeout = 8000; "
    "SET idle_in_transaction_session_timeout = 30000; SET jit = off"
)


def program() -> Path:
    """Find PgBouncer's program. Raises StackError where there is none."""
    found = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', os.defpath)}{os.pathsep}/usr/sbin")
    if found is None:
        raise StackError("PgBouncer is not installed: apt-get install pgbouncer")
    return Path(found)


@contextmanager
def pgbouncer(stack: LocalStack, *, connect_query: str = CONNECT_QUERY) -> Iterator[str]:
    """Run a PgBouncer before the stack's databases for the time of the block; gives its address as an administrator."""
    server = urlsplit(stack.postgres_url)
    password, (port,) = unquote(server.password or ""), free_ports(1)
    account = unprivileged_account()
    with tempfile.TemporaryDirectory(prefix="thungan-pgbouncer-") as name:
        folder = Path(name)
        accounts, settings, record = folder / "accounts.txt", folder / "pgbouncer.ini", folder / "process.json"
        write_private(accounts, f'"{server.username}" "{password}"\n')
        text = SETTINGS.format(
            host=server.hostname,
            port=server.port,
            administrator=server.username,
            connect_query=connect_query,
            loopback=LOOPBACK,
            own_port=port,
            accounts=accounts,
        )
        write_private(settings, text)
        if account:
            for path in (folder, accounts, settings):
                shutil.chown(path, account)
        log = stack.folder.logs / "pgbouncer.log"
        running = processes.spawn(
            [program(), settings], env=dict(os.environ), cwd=folder, log=log, record=record, user=account
        )
        try:
            processes.wait_until(
                lambda: not is_free(port), what="PgBouncer", record=running, log=log, seconds=START_SECONDS
            )
            yield f"postgresql://{server.username}:{server.password}@{LOOPBACK}:{port}"
        finally:
            processes.stop(record)
