"""Invoices are kept with a proof: a file for each thousand, a chain, and a checkpoint that lies elsewhere."""

import json
import zipfile
from pathlib import Path

import pytest

from ops.invoice_export import PROOF, export_invoices, verify_export
from services.invoice.domain.chain import first_link, link_after
from services.invoice.signatures.key_file import load_certificates
from shared.testing import wait_until
from tests.integration.invoice.invoice_service import InvoiceSystem


async def exported(system: InvoiceSystem, folder: Path) -> tuple[int, int]:
    async with system.pool.acquire() as connection, connection.transaction():
        symbol = await connection.fetchval("SELECT symbol FROM number_rows")
        done = await export_invoices(connection, folder, [symbol], "")
        return done.invoices, done.files


async def test_invoices_are_chained_as_they_are_numbered_and_others_are_told_the_links(system: InvoiceSystem) -> None:
    await system.start()
    await system.release(*(system.billed(kwh) for kwh in range(100, 123)))
    rows = await system.signed(23)
    link = first_link(rows[0]["symbol"])
    for row in rows:
        link = link_after(link, row["data"])
        assert row["link"] == link
    (kept,) = await system.pool.fetch("SELECT last_link, link_number, last_number FROM number_rows")
    assert tuple(kept) == (link, 23, 23)
    await wait_until(lambda: len(system.issued) == 23, 20)
    assert {one.number: one.link for one in system.issued}[23] == link.hex()
    assert (await system.audited()).violations == []


async def test_the_chain_goes_on_behind_invoices_that_a_version_before_has_numbered(system: InvoiceSystem) -> None:
    await system.start()
    await system.release(system.billed(100), system.billed(110))
    await system.signed(2)
    await system.pool.execute("UPDATE number_rows SET last_link = NULL, link_number = 0")

    await system.release(system.billed(120))
    rows = await system.signed(3)

    link = first_link(rows[0]["symbol"])
    for row in rows:
        link = link_after(link, row["data"])
    assert rows[2]["link"] == link
    assert (await system.audited()).violations == []


async def test_an_export_is_proof_of_itself_and_of_whatever_was_changed_since(
    system: InvoiceSystem, key_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ops.invoice_export.IN_A_FILE", 4)
    await system.start()
    await system.release(*(system.billed(kwh) for kwh in range(100, 110)))
    await system.signed(10)

    assert await exported(system, tmp_path) == (10, 3)
    assert await exported(system, tmp_path) == (10, 0)
    trusted = load_certificates(key_folder)[1:]
    assert verify_export(tmp_path, authorities=trusted) == []

    await system.release(system.billed(200))
    await system.signed(11)
    assert await exported(system, tmp_path) == (11, 1)
    assert verify_export(tmp_path) == []
    folder = tmp_path / (await system.rows())[0]["symbol"]
    assert sorted(path.name for path in folder.glob("*.zip")) == [
        "00000001-00000004.zip",
        "00000005-00000008.zip",
        "00000009-00000011.zip",
    ]

    archive = folder / "00000005-00000008.zip"
    with zipfile.ZipFile(archive) as file:
        contents = {name: file.read(name) for name in file.namelist()}
    contents["00000006.xml"] = contents["00000006.xml"].replace(b"<TgTTTBSo>", b"<TgTTTBSo>9")
    with zipfile.ZipFile(archive, "w") as file:
        for name, content in contents.items():
            file.writestr(name, content)
    wrong = verify_export(tmp_path, authorities=trusted)
    assert any("00000006: the document is not the one of the manifest" in line for line in wrong)
    assert any("00000006: the chain is another one" in line for line in wrong)

    archive.unlink()
    assert any("00000009: it follows" in line for line in verify_export(tmp_path))
    proof = json.loads((tmp_path / PROOF).read_text())
    assert proof["symbols"][folder.name]["last_number"] == 11
