"""Invoices are kept with a proof: a file for each thousand, a chain, and a checkpoint that lies elsewhere."""

import base64
import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from cryptography import x509

from ops.invoice_export import PROOF, export_invoices, verify_export
from services.invoice.domain.chain import first_link, link_after
from services.invoice.signatures.key_file import load_certificates
from services.receipt.checkpoints.checkpoint import Checkpoint, InvoiceMark
from shared.clock import now
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


@pytest_asyncio.fixture
async def kept(
    system: InvoiceSystem, key_folder: Path, tmp_path: Path
) -> tuple[Path, list[x509.Certificate], InvoiceSystem]:
    """An export of three invoices, the last with a list (bảng kê), and whose signatures are believed."""
    system.settings = system.settings.model_copy(update={"invoice_most_lines": 4})
    await system.start()
    await system.release(system.billed(90), system.billed(120), system.billed(450))
    await system.signed(3)
    await exported(system, tmp_path)
    trusted = load_certificates(key_folder)[1:]
    assert verify_export(tmp_path, authorities=trusted) == []
    return tmp_path, trusted, system


def rewritten(folder: Path, change: Callable[[dict[str, bytes], list[dict[str, Any]]], None]) -> None:
    """Change documents and manifest of an export as whoever owns the folder can."""
    (archive,), (manifest,) = folder.glob("*/*.zip"), folder.glob("*/*.manifest.jsonl")
    with zipfile.ZipFile(archive) as file:
        contents = {name: file.read(name) for name in file.namelist()}
    lines = [json.loads(line) for line in manifest.read_text().splitlines()]
    change(contents, lines)
    with zipfile.ZipFile(archive, "w") as file:
        for name, content in contents.items():
            file.writestr(name, content)
    manifest.write_text("".join(json.dumps(line) + "\n" for line in lines))


async def test_an_invoice_in_the_place_of_another_is_found_though_it_brings_the_other_along_in_a_comment(
    kept: tuple[Path, list[x509.Certificate], InvoiceSystem],
) -> None:
    folder, trusted, _ = kept

    def swap(contents: dict[str, bytes], lines: list[dict[str, Any]]) -> None:
        first, second = contents["00000001.xml"], contents["00000002.xml"]
        element = first[first.index(b"<DLHDon ") : first.index(b"</DLHDon>") + len(b"</DLHDon>")]
        contents["00000001.xml"] = second.replace(b"<HDon>", b"<!--" + element + b"--><HDon>")
        lines[0]["sha256"] = hashlib.sha256(contents["00000001.xml"]).hexdigest()

    rewritten(folder, swap)

    assert any("00000001: the chain is another one" in line for line in verify_export(folder))
    assert any(
        "00000001: what is signed is not what is chained" in line for line in verify_export(folder, authorities=trusted)
    )


async def test_a_row_of_numbers_that_was_left_out_is_found_by_the_checkpoint(
    kept: tuple[Path, list[x509.Certificate], InvoiceSystem],
) -> None:
    folder, _, system = kept
    rows = await system.rows()
    marks = (InvoiceMark(rows[2]["symbol"], 3, rows[2]["link"]), InvoiceMark("1K26TZZ", 7, bytes(32)))
    checkpoint = Checkpoint("thungan", 1, 0, bytes(32), now(), invoices=marks)
    note = f"{checkpoint.to_text()}\n— thungan/1 {base64.b64encode(bytes(68)).decode()}\n"

    assert verify_export(folder, checkpoint=note) == ["1K26TZZ: nothing of it is there"]
    assert verify_export(folder, checkpoint=note, symbols=[rows[0]["symbol"]]) == []


@pytest.mark.parametrize("how", ["dropped", "altered", "put in"])
async def test_a_list_of_an_export_that_was_changed_is_found(
    kept: tuple[Path, list[x509.Certificate], InvoiceSystem], how: str
) -> None:
    folder, _, _ = kept

    def change(contents: dict[str, bytes], _lines: list[dict[str, Any]]) -> None:
        listed = contents["00000003.list.json"]
        if how == "dropped":
            del contents["00000003.list.json"]
        elif how == "altered":
            contents["00000003.list.json"] = listed.replace(b'"unit_price": ', b'"unit_price": 9')
        else:
            contents["00000001.list.json"] = listed

    rewritten(folder, change)

    number = 1 if how == "put in" else 3
    assert any(f"{number:08d}: " in line and "list" in line for line in verify_export(folder))


async def test_a_document_that_no_manifest_names_is_found(
    kept: tuple[Path, list[x509.Certificate], InvoiceSystem],
) -> None:
    folder, _, _ = kept
    rewritten(folder, lambda contents, _lines: contents.update({"00000004.xml": contents["00000003.xml"]}))
    (archive,) = folder.glob("*/*.zip")
    (archive.parent / "00000005-00000005.zip").write_bytes(archive.read_bytes())

    assert verify_export(folder) == [
        f"{archive.name}: nothing names 00000004.xml",
        "00000005-00000005.zip: it has no manifest",
    ]


async def test_whatever_byte_of_an_archive_is_altered_verifying_it_ends_with_a_report(
    kept: tuple[Path, list[x509.Certificate], InvoiceSystem],
) -> None:
    folder, _, _ = kept
    (archive,) = folder.glob("*/*.zip")
    whole = archive.read_bytes()
    for place in range(0, len(whole), 7):
        archive.write_bytes(whole[:place] + bytes([whole[place] ^ 0x41]) + whole[place + 1 :])
        assert isinstance(verify_export(folder), list)
