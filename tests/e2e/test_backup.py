"""A backup that was made while people pay is restored on empty servers; nothing starts on it before it is released."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from dev_tools.side_environments import backup_tool
from ops.backup.programs import BARMAN
from ops.backup.records import database_of
from ops.system import SERVICES
from shared.contracts.receipt import PaperKind
from shared.testing import wait_until
from simulation.command_line import thungan, thungan_json
from simulation.phone import VirtualPhone
from stack.local import LocalStack
from stack.ports import free_ports
from stack.postgres import unprivileged_account
from stack.processes import StackError
from stack.services import LocalSystem
from stack.state import DatabaseState, LocalFolder
from tests.e2e.small_system import people, small_system

SENT = "SELECT NOT EXISTS (SELECT FROM outbox WHERE published_at IS NULL)"
NOTED = "SELECT kind FROM backup_records WHERE clean ORDER BY record"
PAID = "SELECT payment_id::text FROM payments"
SIGNED = "SELECT payment_id::text FROM receipt WHERE kind = 'original'"


async def rows(stack: LocalStack, namespace: str, service: str, statement: str) -> list[object]:
    connection = await asyncpg.connect(database_of(stack.postgres_url, namespace, service))
    try:
        return [row[0] for row in await connection.fetch(statement)]
    finally:
        await connection.close()


@contextmanager
def empty_place() -> Iterator[Path]:
    """Give a folder that the account of the database server can enter."""
    folder = Path(tempfile.mkdtemp(prefix="thungan-test-", dir="/var/tmp"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def stack_on(restored: Path, folder: Path, namespace: str, password: str) -> LocalStack:
    """Return an empty broker and the restored server, as ``./dev up`` would find them."""
    stack = LocalStack(LocalFolder(folder), environment={})
    port, data = free_ports(1)[0], str(restored / "postgres")
    stack.folder.keep(DatabaseState(port=port, data=data, account=unprivileged_account(), password=password))
    for kind in ("keys", "witness"):
        shutil.copytree(restored / kind, folder / kind / namespace)
    return stack


async def pay_all(phone: VirtualPhone, owing: list[tuple[str, int]]) -> None:
    for customer_code, debt in owing:
        await phone.pay(customer_code, debt)


@pytest.mark.timeout(500)
async def test_a_backup_made_under_load_is_restored_without_the_broker_and_its_books_are_right(tmp_path: Path) -> None:
    os.environ.setdefault(BARMAN, str(await asyncio.to_thread(backup_tool)))
    backups, private = tmp_path / "backups", tmp_path / "private.asc"
    with empty_place() as place:
        async with (
            small_system("backup", tmp_path / "sample") as (system, collector),
            people(system, collector) as (_, phone),
        ):
            namespace, server_url = system.namespace, system.stack.postgres_url
            password = urlsplit(server_url).password or ""
            await phone.open_shift()
            stops = [stop.customer for stop in (await phone.route()).stops if stop.customer.debt > 0]
            first, lost, *others = [(customer.customer_code, customer.debt) for customer in stops]
            await phone.pay(*first)
            await phone.wait_for_printout(PaperKind.RECEIPT, customer_code=first[0])

            # Marked as sent, and in the broker only: which is gone with everything else.
            await asyncio.to_thread(system.stop, "receipt")
            await phone.pay(*lost)

            async def is_sent() -> bool:
                return bool((await rows(system.stack, namespace, "billing", SENT))[0])

            await wait_until(is_sent, 20)
            await thungan(system, "backup", "key", "--to", str(backups), "--private", str(private))
            paying = asyncio.create_task(pay_all(phone, others))
            made = await thungan_json(system, "backup", "--to", str(backups), THUNGAN_POSTGRES_URL=server_url)
            await paying
            await thungan(system, "backup", "verify", str(backups))
            drilled = await thungan_json(
                system, "backup", "drill", str(backups), "--key", str(private), THUNGAN_POSTGRES_URL=server_url
            )
            assert (drilled["wrong"], drilled["clean"], drilled["backup"]) == ([], True, made["backup"])
            assert await rows(system.stack, namespace, "billing", NOTED) == ["backup", "drill"]
            for service in SERVICES:
                system.kill(service)

        into = place / "restored"
        await thungan(system, "restore", str(backups), "--into", str(into), "--key", str(private))
        stack = stack_on(into, place / "local", namespace, password)
        try:
            stack.start()
            restored = LocalSystem(namespace, stack=stack)
            with pytest.raises(StackError, match="is not released: thungan restore release"):
                await restored.__aenter__()
            released = await thungan_json(
                restored, "restore", "release", expect=None, THUNGAN_POSTGRES_URL=stack.postgres_url
            )
            assert (released["wrong"], released["released"]) == ([], True)
            assert {"a payment has a receipt"} <= {found["rule"] for found in released["waiting"]}
            assert released["resent"] >= 1

            async with LocalSystem(namespace, stack=stack) as working:
                paid = set(await rows(stack, namespace, "billing", PAID))
                assert len(paid) >= 2

                async def all_are_signed() -> bool:
                    return set(await rows(stack, namespace, "receipt", SIGNED)) == paid

                await wait_until(all_are_signed, 60)
                report = await thungan_json(working, "audit", "--complete", "--wait", "30", expect=None)
                # That it was set back is what the audit after a restore is there to name.
                assert {each["rule"] for each in report["violations"]} <= {"a database goes on from where it stood"}
                assert report["figures"]["payments"] == report["figures"]["receipts"] == len(paid)
        finally:
            stack.reset()
        assert made["state"] == "DONE"
