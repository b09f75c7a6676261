"""Customers look invoices up by their code: masked without the customer code, and given away with it."""

import io
import zipfile

import pytest

from shared.contracts.invoice import LookUpInvoice
from shared.contracts.receipt import CodeFault, Verification, VerifyToken
from shared.messaging import UnitOfWork
from shared.problems import Unavailable
from tests.integration.gateway.back_office import INVOICE_CODE, INVOICE_CUSTOMER
from tests.integration.gateway.conftest import GatewaySystem

TYPED = "abcd-efgh-2345-67ab"


async def read(gateway: GatewaySystem, path: str) -> tuple[int, str, bytes]:
    async with gateway.session.get(f"{gateway.url}{path}") as response:
        return response.status, response.content_type, await response.read()


@pytest.mark.parametrize(
    "path",
    [
        f"/hd/{INVOICE_CODE}",
        f"/HD/{TYPED}",
        f"/hd?code={TYPED}&fbclid=x&fbclid=y",
        f"/hd/?code=%20{INVOICE_CODE}%0A&utm_source=zalo",
        f"/HD?code={INVOICE_CODE}",
    ],
)
async def test_a_code_shows_the_invoice_with_the_buyer_masked(gateway: GatewaySystem, path: str) -> None:
    status, kind, body = await read(gateway, path)
    page = body.decode()
    assert (status, kind) == (200, "text/html")
    assert "Hóa đơn điện tử có hiệu lực" in page
    assert "00000042" in page
    assert "N*** T*** H***" in page
    assert "HẠNH" not in page
    assert INVOICE_CUSTOMER not in page
    assert "invoice.zip" not in page


async def test_with_the_customer_code_nothing_is_masked_and_the_files_are_there(gateway: GatewaySystem) -> None:
    known = f"?kh={INVOICE_CUSTOMER.lower()}"
    _, _, page = await read(gateway, f"/hd/{INVOICE_CODE}{known}")
    assert "NGUYỄN THỊ HẠNH" in page.decode()
    assert f"/hd/{INVOICE_CODE}/invoice.zip{known}" in page.decode()

    status, kind, content = await read(gateway, f"/hd/{INVOICE_CODE}/invoice.zip{known}")
    assert (status, kind) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == ["invoice.xml", "invoice.html"]
        assert archive.read("invoice.xml").startswith(b"<HDon>")
        assert "Bản thể hiện để xem" in archive.read("invoice.html").decode()

    status, kind, content = await read(gateway, f"/hd/{INVOICE_CODE}/invoice.pdf{known}")
    assert (status, kind, content[:5]) == (200, "application/pdf", b"%PDF-")


@pytest.mark.parametrize("name", ["invoice.zip", "invoice.pdf"])
async def test_the_files_are_for_whoever_knows_the_customer_code(gateway: GatewaySystem, name: str) -> None:
    assert (await read(gateway, f"/hd/{INVOICE_CODE}/{name}"))[0] == 403
    assert (await read(gateway, f"/hd/{INVOICE_CODE}/{name}?kh=PB15010000002"))[0] == 403
    assert (await read(gateway, f"/hd/AAAAAAAAAAAAAAAA/{name}?kh={INVOICE_CUSTOMER}"))[0] == 404


async def test_customer_codes_cannot_be_tried_one_after_the_other(gateway: GatewaySystem) -> None:
    for guess in range(2, 7):
        _, _, page = await read(gateway, f"/hd/{INVOICE_CODE}?kh=PB1501000000{guess}")
        assert "không phải của hóa đơn này" in page.decode()
    _, _, page = await read(gateway, f"/hd/{TYPED}?kh={INVOICE_CUSTOMER}")
    assert "nhiều lần" in page.decode()
    assert "HẠNH" not in page.decode()
    assert (await read(gateway, f"/hd/{INVOICE_CODE}/invoice.zip?kh={INVOICE_CUSTOMER}"))[0] == 429


async def test_customer_codes_that_were_tried_at_one_copy_of_the_gateway_count_at_the_other(
    gateway: GatewaySystem,
) -> None:
    async with gateway.gateway() as other:

        async def tried(url: str, customer_code: str) -> str:
            async with gateway.session.get(f"{url}/hd/{INVOICE_CODE}?kh={customer_code}") as response:
                return await response.text()

        for guess in range(2, 7):
            page = await tried(other if guess % 2 else gateway.url, f"PB1501000000{guess}")
            assert "không phải của hóa đơn này" in page
        for url in (gateway.url, other):
            page = await tried(url, INVOICE_CUSTOMER)
            assert "nhiều lần" in page
            assert "HẠNH" not in page


async def test_the_right_customer_code_opens_an_invoice_as_often_as_it_is_given(gateway: GatewaySystem) -> None:
    async with gateway.gateway() as other:
        for url in (gateway.url, other) * 5:
            async with gateway.session.get(f"{url}/hd/{INVOICE_CODE}?kh={INVOICE_CUSTOMER}") as response:
                assert "HẠNH" in await response.text()


BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/hd?code=" + "A" * 2001, 422, "Không đọc được địa chỉ này"),
        (f"/hd/{INVOICE_CODE}?kh=" + "A" * 2001, 422, "Không đọc được địa chỉ này"),
        (f"/hd/{INVOICE_CODE}?kh=1&kh=2", 422, "Không đọc được địa chỉ này"),
        (f"/HD/{INVOICE_CODE}?kh=%FF&lang=en", 422, "This address cannot be read"),
        (f"/hd/{INVOICE_CODE}/invoice.pdf?kh=PB15010000002", 403, "Mã khách hàng không đúng"),
        (f"/hd/AAAAAAAAAAAAAAAA/invoice.zip?kh={INVOICE_CUSTOMER}", 404, "Không tìm thấy hóa đơn với mã này"),
        ("/R?code=" + "A" * 2001, 422, "Không đọc được địa chỉ này"),
        ("/?lang=%FF", 422, "Không đọc được địa chỉ này"),
    ],
)
async def test_a_browser_is_shown_a_page_where_a_program_gets_a_problem(
    gateway: GatewaySystem, path: str, status: int, words: str
) -> None:
    async with gateway.session.get(f"{gateway.url}{path}", headers=BROWSER) as response:
        assert (response.status, response.content_type) == (status, "text/html")
        assert words in await response.text()
        assert response.headers["Cache-Control"] == "no-store"
    async with gateway.session.get(f"{gateway.url}{path}") as response:
        assert (response.status, response.content_type) == (status, "application/problem+json")


async def test_a_code_that_leads_nowhere_is_shown_for_correction_and_nothing_of_it_is_run(
    gateway: GatewaySystem,
) -> None:
    for path in ("/hd/%3Cscript%3E", "/hd?code=%3Cscript%3E", f"/hd/{'A' * 5000}", "/hd?code=" + "%C3%81" * 300):
        status, _, body = await read(gateway, path)
        assert status == 200
        assert b"<script" not in body
        assert "Không tìm thấy hóa đơn với mã này" in body.decode()
    assert "Tra cứu hóa đơn điện tử" in (await read(gateway, "/hd?lang=vi"))[2].decode()


@pytest.mark.parametrize(
    "path",
    [
        "/hd/..%2F..%2Fetc%2Fpasswd",
        "/hd/%00",
        f"/hd/{INVOICE_CODE}%0d%0aSet-Cookie:%20a=b",
        "/hd?code=%27%20OR%201=1--",
        f"/hd/{INVOICE_CODE}?kh=%25",
        f"/hd/{INVOICE_CODE}?kh=" + "A" * 2000,
    ],
)
async def test_whatever_a_stranger_sends_the_buyer_stays_masked(gateway: GatewaySystem, path: str) -> None:
    async with gateway.session.get(f"{gateway.url}{path}") as response:
        body = (await response.read()).decode()
        assert response.status == 200
        assert "Set-Cookie" not in response.headers
        assert response.headers["Cache-Control"] == "no-store"
        assert "noindex" in response.headers["X-Robots-Tag"]
    assert "HẠNH" not in body
    assert INVOICE_CUSTOMER not in body


async def test_an_invoices_code_that_is_typed_where_receipts_are_checked_leads_to_the_invoice(
    gateway: GatewaySystem,
) -> None:
    async def unknown(_request: VerifyToken, _work: UnitOfWork) -> Verification:
        fault = CodeFault.UNKNOWN
        return Verification(valid=False, checks=[], fields={}, receipt=None, voided=False, copies=0, code_fault=fault)

    gateway.office.other_answers[VerifyToken] = unknown
    _, _, page = await read(gateway, f"/R?code={TYPED}")
    assert "Hóa đơn điện tử có hiệu lực" in page.decode()
    _, _, page = await read(gateway, "/R?code=AAAA-AAAA-AAAA-AAAA")
    assert "Không tìm thấy mã này" in page.decode()


async def test_while_invoices_do_not_answer_the_page_says_so(gateway: GatewaySystem) -> None:
    gateway.office.refuse(LookUpInvoice, Unavailable("nobody answers"))
    status, kind, page = await read(gateway, f"/hd/{INVOICE_CODE}")
    assert (status, kind) == (503, "text/html")
    assert "Chưa tra cứu được" in page.decode()
