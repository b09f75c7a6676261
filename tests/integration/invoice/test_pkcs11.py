"""An HSM signs in a process of its own, which may be killed, hang, or find nothing: that costs time and no number."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import aclosing
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from services.invoice.settings import InvoiceSettings
from services.invoice.signatures.breaker import Breaker
from services.invoice.signatures.key_file import CERTIFICATE_NAME, load_certificates, make_development_key
from services.invoice.signatures.pkcs11_signer import Pkcs11Signer
from services.invoice.signatures.signer import SignerAway
from services.invoice.signatures.verification import read_signed
from services.invoice.signatures.xml_signature import read_certificate, signed_document
from shared.clock import now
from shared.metrics import REGISTRY
from shared.testing import wait_until
from simulation.soft_hsm import LABEL, PIN, make_token, token_key
from tests.integration.invoice.invoice_service import InvoiceSystem


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    folder = tmp_path_factory.mktemp("token")
    return folder, make_token(folder)


@pytest_asyncio.fixture
async def signer(token: tuple[Path, dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pkcs11Signer]:
    folder, environment = token
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    async with aclosing(Pkcs11Signer(folder, token_key(), Breaker(0.05, 0.1))) as made:
        yield made


async def test_an_hsm_that_is_killed_in_mid_batch_loses_and_doubles_no_number(
    system: InvoiceSystem, signer: Pkcs11Signer
) -> None:
    await system.start(signer)
    await system.release(*(system.billed(kwh) for kwh in range(100, 340)))

    for _ in range(3):
        process = await wait_until(lambda: signer.is_signing and signer.process_id, every=0.001)
        assert isinstance(process, int)
        os.kill(process, signal.SIGKILL)
        await wait_until(partial(_is_gone, signer, process), every=0.001)
    rows = await system.signed(240)

    assert [row["number"] for row in rows] == list(range(1, 241))
    assert (await system.audited()).violations == []
    last = rows[-1]
    document = signed_document(last["data"], last["signed_at"], last["signature"], read_certificate(last["der"]))
    assert read_signed(document, load_certificates(signer.folder)[1:]).data.findtext("TTChung/SHDon") == "240"
    assert REGISTRY.get_sample_value("thungan_invoice_signer_away") == 0


async def test_an_hsm_that_hangs_is_given_up_after_its_time_and_asked_anew(signer: Pkcs11Signer) -> None:
    [good] = await signer.sign([b"one"])
    process = signer.process_id
    assert process is not None
    os.kill(process, signal.SIGSTOP)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await signer.sign([b"two"])
    with pytest.raises(SignerAway, match="left alone"):
        await signer.sign([b"one"])

    assert signer.process_id is None
    signer.breaker.worked()
    assert await signer.sign([b"one"]) == [good]


async def test_a_wrong_pin_is_tried_once_because_the_token_would_lock_itself(
    signer: Pkcs11Signer, token: tuple[Path, dict[str, str]]
) -> None:
    starts: list[bool] = []
    other = Pkcs11Signer(token[0], token_key(pin="000000"), Breaker(0.0, 0.0), lambda: starts.append(True))

    for _ in range(3):
        with pytest.raises(SignerAway, match="refuses the PIN"):
            await other.sign([b"one"])

    assert len(starts) == 1


@pytest.mark.parametrize("changes", [{"token": "another"}, {"key": "another"}])
async def test_a_token_or_a_key_that_is_not_there_counts_as_away(
    signer: Pkcs11Signer, token: tuple[Path, dict[str, str]], changes: dict[str, str]
) -> None:
    other = Pkcs11Signer(token[0], token_key(**changes), Breaker(0.0, 0.0))

    with pytest.raises(SignerAway, match="NoSuch"):
        await other.sign([b"one"])


async def test_what_another_key_than_that_of_the_certificate_has_signed_does_not_count(
    signer: Pkcs11Signer, tmp_path: Path
) -> None:
    make_development_key(tmp_path, now())

    async with aclosing(Pkcs11Signer(tmp_path, token_key(), Breaker(0.0, 0.0))) as other:
        with pytest.raises(SignerAway, match="another key"):
            await other.sign([b"one"])


async def test_the_settings_name_the_hsm_whole_or_not_at_all(
    system: InvoiceSystem, signer: Pkcs11Signer, tmp_path: Path
) -> None:
    given = {
        "invoice_pkcs11_module": signer.key.module,
        "invoice_pkcs11_token": LABEL,
        "invoice_pkcs11_key": LABEL,
        "invoice_pkcs11_pin": PIN,
        "invoice_key_folder": signer.folder,
    }
    kept = system.settings.model_dump()
    with pytest.raises(ValueError, match="PKCS11_MODULE"):
        InvoiceSettings(**kept | given | {"invoice_pkcs11_pin": ""})

    system.settings = InvoiceSettings(**kept | given)
    await system.start()
    await system.release(system.billed(100))
    [row] = await system.signed(1)

    assert row["der"] == signer.certificate.der
    assert (signer.folder / CERTIFICATE_NAME).exists()


def _is_gone(signer: Pkcs11Signer, process: int) -> bool:
    return signer.process_id != process
