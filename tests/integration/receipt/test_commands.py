"""``thungan checkpoint`` and ``thungan receipts recover`` on a register, without any service running."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from ops.audit.witness import check_witness, collect_witness
from ops.cli import run_command
from services.receipt.witness.guard import IssueGuard
from services.receipt.witness.keeper import Keeper
from shared.contracts.receipt import PublicKeysReply, Receipt
from tests.integration.receipt.receipt_service import ReceiptSystem
from tests.integration.receipt.test_witness import pay, tamper, witnessed

Command = Callable[..., Awaitable[tuple[int, str]]]


@pytest.fixture
def thungan(
    system: ReceiptSystem, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Command:
    """A function that runs a command as an operator does, and gives exit code and output."""
    monkeypatch.setenv("THUNGAN_NAMESPACE", system.settings.namespace)
    monkeypatch.setenv("THUNGAN_RECEIPT_DATABASE_URL", system.settings.database_url.get_secret_value())
    monkeypatch.setenv("THUNGAN_RECEIPT_KEYS_FOLDER", str(system.settings.keys_folder()))
    monkeypatch.setenv("THUNGAN_RECEIPT_WITNESS_FOLDER", str(system.settings.witness_folder()))

    async def run(*arguments: object) -> tuple[int, str]:
        capsys.readouterr()
        code = await asyncio.to_thread(run_command, [str(argument) for argument in arguments])
        return code, capsys.readouterr().out

    return run


def answer(output: str) -> Any:
    """Return the JSON among what services log to the same place."""
    (line,) = (line for line in output.splitlines() if line.startswith("{"))
    return json.loads(line)


async def register(system: ReceiptSystem) -> list[Receipt]:
    """Seven receipts in a checkpoint; no service runs any more."""
    running = await system.start(receipt_witness_seconds=1.0, receipt_witness_every=3)
    receipts = await pay(system, *(f"payment {number}" for number in range(7)))
    await witnessed(system, 7)
    await running.bus.drain()
    return receipts


async def test_every_receipt_is_proved_by_a_file_that_needs_public_keys_alone(
    system: ReceiptSystem, thungan: Command, tmp_path: Path
) -> None:
    receipts = await register(system)
    keys = tmp_path / "keys.json"
    keys.write_text(PublicKeysReply(keys=system.keys.public_keys()).model_dump_json())
    named = [f"{receipts[0].series}/1", receipts[3].lookup_code, receipts[5].url, receipts[6].receipt_id]
    proofs = [tmp_path / f"{number}.tlog-proof" for number in range(len(named))]
    for name, proof in zip(named, proofs, strict=True):
        assert (await thungan("checkpoint", "prove", name, "--out", proof))[0] == 0

    code, output = await thungan("checkpoint", "verify", *proofs, "--key", keys, "--json")

    assert code == 0
    found = [result["receipt"] for result in answer(output)["files"]]
    assert found == [f"{receipts[0].series} {number:08d}" for number in (1, 4, 6, 7)]

    lines = proofs[1].read_text().split("\n")
    proofs[1].write_text("\n".join([*lines[:2], "index 4", *lines[3:]]))
    code, output = await thungan("checkpoint", "verify", proofs[1], "--key", keys, "--json")
    assert code == 1
    assert answer(output)["files"][0]["fault"] == "the receipt is not in this checkpoint"


async def test_checkpoints_are_shown_and_held_against_one_another(
    system: ReceiptSystem, thungan: Command, tmp_path: Path
) -> None:
    receipts = await register(system)
    latest = system.settings.witness_folder() / "latest.txt"

    code, output = await thungan("checkpoint", "show", "--json")
    assert code == 0
    shown = answer(output)
    assert (shown["valid"], shown["size"], shown["series"]) == (True, 7, {receipts[0].series: 7})

    kept = sorted(system.settings.witness_folder().glob("checkpoint-*.txt"))
    assert (await thungan("checkpoint", "verify", latest, *kept))[0] == 0
    changed = tmp_path / "changed.txt"
    changed.write_text(latest.read_text().replace("\n7\n", "\n8\n"))
    code, output = await thungan("checkpoint", "verify", changed)
    assert code == 1
    assert "was changed" in output


async def test_a_dry_run_of_a_recovery_changes_nothing_and_a_recovery_without_need_declares_nothing(
    system: ReceiptSystem, thungan: Command, tmp_path: Path
) -> None:
    receipts = await register(system)
    tokens = tmp_path / "tokens.txt"
    tokens.write_text(receipts[6].url)

    code, output = await thungan("receipts", "recover", "--why", "a test", "--tokens", tokens, "--json")
    done = answer(output)
    assert (code, done["reasons"], done["gaps"]) == (0, [], [])
    assert [receipt["number"] for receipt in done["known"]] == [7]

    await tamper(system, "DELETE FROM receipt WHERE number > 5", "UPDATE series SET last_number = 5")
    arguments = ("receipts", "recover", "--why", "a test", "--tokens", tokens, "--reach", 10, "--json")
    for dry_run in (["--dry-run"], ["--dry-run"], []):
        code, output = await thungan(*arguments, *dry_run)
        done = answer(output)
        assert code == 0
        assert done["gaps"] == [{"series": receipts[0].series, "first": 6, "last": 17}]
        assert [receipt["total"] for receipt in done["taken_in"]] == [receipts[6].total]
        assert done["done"] is not bool(dry_run)


async def test_the_audit_holds_every_kept_checkpoint_against_the_receipts(
    system: ReceiptSystem, thungan: Command
) -> None:
    await register(system)
    folder, keyring = system.settings.witness_folder(), system.keys.keyring()

    async def found() -> tuple[set[str], set[str]]:
        async with system.pool.acquire() as connection:
            wrong, remarks = check_witness(await collect_witness(connection, folder, keyring))
        return {violation.rule for violation in wrong}, {remark.rule for remark in remarks}

    assert await found() == (set(), set())
    (folder / "checkpoint-0001-000000000009-x.txt").write_text("rubbish")
    assert await found() == (set(), {"a checkpoint outside can be used"})
    # The chain's last link stays as it was: the start of a service does not notice, the whole tree does.
    await tamper(system, "UPDATE receipt SET token = (SELECT token FROM receipt WHERE number = 2) WHERE number = 3")
    assert (await found())[0] == {"the tree is that of the receipts", "the register holds what its witness has"}


async def test_the_tree_of_a_large_register_grows_in_steps_and_its_root_is_the_whole_ones(
    system: ReceiptSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.receipt.witness.log.AT_ONCE", 4)
    await pay_without_witness(system)
    keeper = Keeper(
        system.settings.database_url, system.settings.witness_places(), system.keys, IssueGuard(),
        system.settings.keeper_options(),
    )  # fmt: skip

    await keeper.look()

    found = await witnessed(system, 11)
    async with system.pool.acquire() as connection:
        facts = await collect_witness(connection, system.settings.witness_folder(), system.keys.keyring())
    assert found.checkpoint.size == 11
    assert check_witness(facts) == ([], [])


async def pay_without_witness(system: ReceiptSystem) -> None:
    """Have eleven receipts issued whose witness looks only once, at the start."""
    running = await system.start(receipt_witness_seconds=600.0)
    await pay(system, *(f"payment {number}" for number in range(11)))
    await running.bus.drain()
