"""Whoever has an invoice's code finds it, however it is typed; who buys is shown to whoever knows the customer code."""

from pathlib import Path

from services.invoice.signatures.key_file import FileSigner, load_certificates
from services.invoice.signatures.verification import read_signed
from shared.contracts.invoice import InvoiceState, LookUpInvoice, LookupReply
from shared.invoices.document import read_paper
from shared.testing import wait_until
from shared.text import without_accents
from tests.integration.invoice.invoice_service import InvoiceSystem
from tests.integration.invoice.test_invoices import AwaySigner


async def ask(system: InvoiceSystem, typed: str, customer_code: str = "", buyer_name: str = "") -> LookupReply:
    request = LookUpInvoice(typed=typed, customer_code=customer_code, buyer_name=buyer_name)
    return await system.billing.request(request, timeout=10)


async def test_a_code_however_it_is_typed_leads_to_the_signed_invoice(system: InvoiceSystem, key_folder: Path) -> None:
    await system.start()
    bill = system.billed(100)
    await system.release(bill)
    (row,) = await system.signed(1)
    code = row["lookup_code"]
    typed = f" {code[:4].lower()}–{code[4:8]} {code[8:]}".replace("O", "0").replace("I", "1").replace("B", "8")

    masked = await ask(system, typed)
    assert masked.invoice is not None
    assert (masked.opened, masked.document, masked.lookup_code) == (False, "", code)
    assert (masked.invoice.number, masked.invoice.total, masked.invoice.state) == (1, bill.total, InvoiceState.NEW)
    words = masked.model_dump_json()
    for hidden in (system.customer.name, system.customer.customer_code, bill.bill_number + '"', *_words_of(system)):
        assert hidden not in words

    opened = await ask(system, typed, system.customer.customer_code.lower())
    assert opened.opened
    read_signed(opened.document.encode(), load_certificates(key_folder)[1:])
    paper = read_paper(opened.document.encode())
    assert (paper.buyer.name, paper.total, paper.symbol) == (system.customer.name, bill.total, row["symbol"])
    assert dict(paper.further)["Địa chỉ tra cứu"] == "https://thungan.example/hd"
    name = system.customer.name.lower().replace(" ", "  ")
    assert (await ask(system, typed, system.customer.customer_code, without_accents(name))).opened
    other = await ask(system, typed, system.customer.customer_code, f"{name} x")
    assert (other.opened, other.document) == (False, "")
    assert not (await ask(system, typed, "PB00000000000", name)).opened
    assert (await ask(system, "AAAA-AAAA-AAAA-AAAA")).invoice is None
    assert (await ask(system, "'; DROP TABLE invoices; --")).invoice is None


def _words_of(system: InvoiceSystem) -> list[str]:
    *street, _province = system.customer.address.split(", ")
    return street


async def test_an_invoice_names_what_adjusts_it_and_one_without_signature_is_not_shown(
    system: InvoiceSystem, key_folder: Path
) -> None:
    signer = AwaySigner(FileSigner(key_folder))
    await system.start(signer)
    bill = system.billed(100)
    await system.release(bill)

    async def numbered() -> bool:
        return bool(await system.rows())

    await wait_until(numbered, 20)
    (row,) = await system.rows()
    assert (await ask(system, row["lookup_code"])).invoice is None

    signer.is_away = False
    await system.adjust_down(bill, 10_000, 800)
    first, second = await system.signed(2)
    found = (await ask(system, first["lookup_code"])).invoice
    assert found is not None
    assert [(one.number, one.state) for one in found.followed_by] == [(second["number"], InvoiceState.ADJUSTS)]
    adjusting = (await ask(system, second["lookup_code"])).invoice
    assert adjusting is not None
    assert (adjusting.state, adjusting.total) == (InvoiceState.ADJUSTS, -10_800)
