"""Customers look invoices up by their code: masked without the customer code, and given away with it."""

import io
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from services.gateway.store import guess_limits
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


class Visitors:
    """Browsers at addresses of their own, at two copies of a gateway behind a proxy."""

    def __init__(self, gateway: GatewaySystem, copies: list[str]) -> None:
        self._gateway, self._copies = gateway, copies
        self._turn = 0

    async def read(self, address: str, customer_code: str, name: str = "", *, file: str = "") -> tuple[int, str]:
        """Return status and page of the invoice, or of one of its files, for what a visitor gives."""
        self._turn += 1
        known = urlencode({"kh": customer_code} | ({"ten": name} if name else {}))
        url = f"{self._copies[self._turn % len(self._copies)]}/hd/{INVOICE_CODE}{file}?{known}"
        async with self._gateway.session.get(url, headers={"X-Forwarded-For": address}) as response:
            return response.status, "" if file and response.ok else await response.text()


@pytest.fixture
async def visitors(system: GatewaySystem) -> AsyncIterator[Visitors]:
    async with system.gateway(proxy_hops=1) as one, system.gateway(proxy_hops=1) as other:
        yield Visitors(system, [one, other])


async def test_customer_codes_cannot_be_tried_one_after_the_other_from_one_address(visitors: Visitors) -> None:
    for guess in range(2, 7):
        assert "không phải của hóa đơn này" in (await visitors.read("203.0.113.1", f"PB1501000000{guess}"))[1]
    _, page = await visitors.read("203.0.113.1", INVOICE_CUSTOMER)
    assert "nhiều lần" in page
    assert "HẠNH" not in page
    assert (await visitors.read("203.0.113.1", INVOICE_CUSTOMER, file="/invoice.zip"))[0] == 429


async def test_a_stranger_who_types_wrong_customer_codes_does_not_keep_others_out(visitors: Visitors) -> None:
    for guess in range(2, 9):
        await visitors.read("203.0.113.1", f"PB1501000000{guess}")
    assert "HẠNH" in (await visitors.read("203.0.113.2", INVOICE_CUSTOMER))[1]


async def test_once_many_have_typed_wrong_codes_whoever_knows_the_name_still_opens_the_invoice(
    visitors: Visitors,
) -> None:
    for guess in range(20):
        _, page = await visitors.read(f"203.0.113.{guess}", f"PB15010001{guess:03}")
        assert "không phải của hóa đơn này" in page

    _, page = await visitors.read("198.51.100.1", INVOICE_CUSTOMER)
    assert "gõ thêm tên" in page
    assert "HẠNH" not in page
    assert (await visitors.read("198.51.100.1", INVOICE_CUSTOMER, file="/invoice.zip"))[0] == 429

    # Names of others spend nothing that is the owner's.
    for guess in range(21):
        _, page = await visitors.read(f"203.0.113.{guess + 30}", INVOICE_CUSTOMER, "Nguyễn Thị Hoa")
        assert "HẠNH" not in page
    assert (
        "Mã khách hàng hoặc tên không phải"
        in (await visitors.read("198.51.100.1", "PB15010000002", "NGUYỄN THỊ HẠNH"))[1]
    )
    _, page = await visitors.read("198.51.100.1", INVOICE_CUSTOMER, "NGUYỄN THỊ HẠNH")
    assert "/invoice.zip?kh=PB15010000001&amp;ten=NGUY" in page
    assert (await visitors.read("198.51.100.1", INVOICE_CUSTOMER, "NGUYỄN THỊ HẠNH", file="/invoice.zip"))[0] == 200


async def test_wrong_codes_of_the_last_hours_are_not_forgotten_while_they_count(
    system: GatewaySystem, visitors: Visitors
) -> None:
    await visitors.read("203.0.113.1", "PB15010000002")
    async with system.pool.acquire() as connection:
        later = "UPDATE enrolment_limits SET refilled_at = refilled_at - $1::interval, full_at = full_at - $1::interval"
        await connection.execute(later, timedelta(minutes=50))
        await guess_limits.forget_idle(connection)
        assert await connection.fetchval("SELECT count(*) FROM enrolment_limits") == 2
        await connection.execute(later, timedelta(minutes=11))
        await guess_limits.forget_idle(connection)
        assert await connection.fetchval("SELECT count(*) FROM enrolment_limits") == 0


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
