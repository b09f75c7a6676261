"""Who may sign: a key is made once, every copy knows all of them, and one that could not sign does not start."""

import asyncio
import json
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from yarl import URL

from ops.operators import operator
from services.receipt.keys.changes import prepare_keys, register_keys, rotate_key
from services.receipt.keys.registered import NOTICE
from services.receipt.signatures.key_folder import KeyFolder
from services.receipt.store.signing_keys import registered_keys
from shared.contracts.receipt import GetPublicKeys, PublicKey
from shared.misconfigured import Misconfigured
from shared.runtime import EXIT_CONFIGURATION
from tests.integration.receipt.receipt_service import ReceiptSystem
from tests.integration.receipt.test_commands import Command, thungan
from tests.integration.receipt.test_requests import one_receipt, receipt_by

__all__ = ["thungan"]


async def keys_of(system: ReceiptSystem) -> list[PublicKey]:
    async with system.pool.acquire() as connection:
        return await registered_keys(connection)


async def test_a_copy_with_an_empty_key_folder_does_not_start_and_makes_no_key(
    system: ReceiptSystem, tmp_path: Path
) -> None:
    await system.start()
    await one_receipt(system)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)

    with pytest.raises(Misconfigured, match="holds no signing key that the register knows"):
        await system.start(receipt_keys_folder=elsewhere)

    assert list(elsewhere.iterdir()) == []
    assert len(await keys_of(system)) == 1


async def test_a_copy_with_the_key_of_another_register_does_not_start(system: ReceiptSystem, tmp_path: Path) -> None:
    other = KeyFolder(tmp_path / "other")
    other.ensure_key((await keys_of(system))[0].not_before)
    with pytest.raises(Misconfigured, match=f"does not know the signing key {other.public_keys()[0].key_id}"):
        await system.start(receipt_keys_folder=tmp_path / "other")


async def test_what_only_a_person_can_put_right_ends_the_process_with_one_line_and_its_own_code(
    system: ReceiptSystem, tmp_path: Path
) -> None:
    environment = {
        **os.environ,
        "THUNGAN_ENVIRONMENT": "development",
        "THUNGAN_AMQP_URL": system.settings.amqp_url.get_secret_value(),
        "THUNGAN_DATABASE_URL": system.settings.database_url.get_secret_value(),
        "THUNGAN_NAMESPACE": system.settings.namespace,
        "THUNGAN_RECEIPT_KEYS_FOLDER": str(tmp_path),
        "THUNGAN_RECEIPT_WITNESS_FOLDER": str(system.settings.witness_folder()),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.receipt",
        env=environment,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, error = await process.communicate()
    assert process.returncode == EXIT_CONFIGURATION
    (line,) = (line for line in error.decode().splitlines() if not line.startswith("{"))
    assert line.startswith(f"receipt: {tmp_path} holds no signing key that the register knows")


async def test_a_copy_waits_for_a_database_that_refuses_and_ends_at_once_when_it_is_stopped(
    system: ReceiptSystem, tmp_path: Path
) -> None:
    environment = {
        **os.environ,
        "THUNGAN_ENVIRONMENT": "development",
        "THUNGAN_AMQP_URL": system.settings.amqp_url.get_secret_value(),
        "THUNGAN_DATABASE_URL": str(URL(system.settings.database_url.get_secret_value()).with_password("wrong")),
        "THUNGAN_NAMESPACE": system.settings.namespace,
        "THUNGAN_RECEIPT_KEYS_FOLDER": str(tmp_path),
        "THUNGAN_RECEIPT_WITNESS_FOLDER": str(system.settings.witness_folder()),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.receipt", env=environment, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    while b"signing_keys_not_read" not in (line := await process.stderr.readline()):
        assert line, "it has ended"
    process.send_signal(signal.SIGTERM)
    await process.communicate()
    assert process.returncode == 0


async def test_migrations_make_the_first_key_once_and_none_where_receipts_exist(
    system: ReceiptSystem, tmp_path: Path
) -> None:
    before = await keys_of(system)
    await prepare_keys(system.settings)
    await prepare_keys(system.settings.model_copy(update={"receipt_keys_folder": tmp_path / "empty"}))
    assert await keys_of(system) == before
    assert not (tmp_path / "empty").exists()


async def test_a_register_of_the_version_before_takes_over_the_keys_of_its_folder_and_of_no_other(
    system: ReceiptSystem, tmp_path: Path
) -> None:
    await system.start()
    receipt = await one_receipt(system)
    before = await keys_of(system)
    # As that version left it: receipts, and keys in the folder alone.
    await system.pool.execute("ALTER TABLE signing_key DISABLE TRIGGER never_removed")
    await system.pool.execute("DELETE FROM signing_key")
    await system.pool.execute("ALTER TABLE signing_key ENABLE TRIGGER never_removed")
    empty = tmp_path / "empty"
    empty.mkdir()

    with pytest.raises(Misconfigured, match=f"does not list the key that signed them.*{before[0].key_id}"):
        await prepare_keys(system.settings.model_copy(update={"receipt_keys_folder": empty}))
    assert list(empty.iterdir()) == []
    await prepare_keys(system.settings)

    assert receipt.token
    assert await keys_of(system) == before


async def test_every_copy_verifies_with_all_keys_also_those_whose_private_half_another_copy_holds(
    system: ReceiptSystem, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    shutil.copytree(system.settings.keys_folder(), other)
    async with system.pool.acquire() as connection, connection.transaction():
        made = await rotate_key(connection, KeyFolder(other), "test")
    assert made.not_before - (await keys_of(system))[0].not_before >= NOTICE

    await system.start()

    answered = (await system.ask(GetPublicKeys())).keys
    assert [key.key_id for key in answered] == [system.keys.public_keys()[0].key_id, made.key_id]
    assert (await one_receipt(system)).number == 1


async def test_the_register_only_ever_ends_a_key(system: ReceiptSystem) -> None:
    (key,) = await keys_of(system)
    await system.retire(key.key_id, key.not_before + NOTICE)
    for statement in (
        "UPDATE signing_key SET not_after = NULL",
        "UPDATE signing_key SET not_after = not_after + interval '1 s'",
        "UPDATE signing_key SET not_before = not_before - interval '1 s'",
        "UPDATE signing_key SET public_key_pem = ''",
        "DELETE FROM signing_key",
        "TRUNCATE signing_key",
    ):
        with pytest.raises(asyncpg.RestrictViolationError):
            await system.pool.execute(statement)


async def test_the_audit_names_a_key_that_somebody_added_to_the_register_alone(
    system: ReceiptSystem, tmp_path: Path
) -> None:
    assert (await system.audit()).violations == []
    forger = KeyFolder(tmp_path / "forger")
    forger.ensure_key((await keys_of(system))[0].not_before)
    async with system.pool.acquire() as connection, connection.transaction():
        await register_keys(connection, forger.public_keys(), "somebody")
    (found,) = (await system.audit()).violations
    assert (found.rule, found.subject) == ("key", forger.public_keys()[0].key_id)


async def test_a_person_rotates_and_retires_and_both_are_known_before_they_take_effect(
    system: ReceiptSystem, thungan: Command
) -> None:
    folder = system.settings.keys_folder()
    (first,) = await keys_of(system)
    code, output = await thungan("keys", "rotate", "--json")
    assert code == 0
    second = json.loads(output)
    code, output = await thungan("keys", "retire", first.key_id, "--json")
    assert code == 0
    known = await keys_of(system)
    assert [key.key_id for key in known] == [first.key_id, second["key_id"]]
    assert known[0].not_after is not None
    assert known[0].not_after < known[1].not_before + NOTICE
    assert known == system.keys.public_keys()
    acts = [json.loads(line) for line in (folder / "acts.jsonl").read_text().splitlines()]
    assert [act["what"] for act in acts] == ["key.rotated", "key.retired"]
    assert acts[0]["actor"]["id"] == operator().id
    assert (await thungan("keys", "retire", "00000000"))[0] == 1


async def test_a_key_that_is_mounted_as_a_secret_signs_once_the_register_is_told_of_it(
    system: ReceiptSystem, thungan: Command, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.pem"
    secret.write_bytes(
        ed25519.Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    nowhere: dict[str, Any] = {"receipt_key_file": secret, "receipt_keys_folder": tmp_path / "nowhere"}
    with pytest.raises(Misconfigured, match=r"secret\.pem holds no signing key that the register knows"):
        await system.start(**nowhere)
    code, output = await thungan("keys", "register", secret, "--json")
    assert code == 0
    (added,) = json.loads(output)["added"]
    # Half a minute later, that is.
    await system.pool.execute("ALTER TABLE signing_key DISABLE TRIGGER only_ended")
    await system.pool.execute(
        "UPDATE signing_key SET not_before = not_before - interval '1 min' WHERE key_id = $1", added["key_id"]
    )
    await system.pool.execute("ALTER TABLE signing_key ENABLE TRIGGER only_ended")
    await system.start(**nowhere)
    assert (await receipt_by(system, added["key_id"])).number == 1
