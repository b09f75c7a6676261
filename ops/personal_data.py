"""What ``thungan person`` works with: everything that is held of a person, erased, and exported, over all services."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from ops.databases import database
from ops.operators import operator
from services.gateway.store import personal_data as gateway
from shared.clock import VIETNAM, now
from shared.contracts.billing import EraseBillingPerson, GetBillingPerson
from shared.contracts.customer import EraseCustomerPerson, GetCustomerPerson
from shared.contracts.invoice import GetInvoicePerson
from shared.contracts.notify import EraseNotifyPerson, GetNotifyPerson
from shared.contracts.personal_data import HeldData, RemovedData
from shared.contracts.receipt import GetReceiptPerson
from shared.messaging import Bus
from shared.messaging.acts import add_act
from shared.personal_data.held import read_held
from shared.personal_data.kinds import kind_of

_PATIENCE = 60.0
"""Seconds for an answer: some look through all that there is of a customer."""

_QUESTIONS = (GetCustomerPerson, GetBillingPerson, GetReceiptPerson, GetInvoicePerson, GetNotifyPerson)
_ORDERS = (EraseCustomerPerson, EraseNotifyPerson, EraseBillingPerson)


@dataclass(frozen=True, slots=True)
class Erased:
    """What was removed, and what is held after that."""

    removed: list[RemovedData]
    kept: list[HeldData] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON: no more of the person than counts."""
        return {
            "removed": {one.kind: one.rows for one in self.removed},
            "kept": [
                {"kind": one.kind, "rows": len(one.rows) + one.left_off, "why": why(one.kind), "until": until(one.kind)}
                for one in self.kept
            ],
        }


async def held_of(bus: Bus, customer_code: str) -> list[HeldData]:
    """Ask every service what it holds of a person."""
    held: list[HeldData] = []
    for question in _QUESTIONS:
        held += (await bus.request(question(customer_code=customer_code), timeout=_PATIENCE)).held
    async with database("gateway") as connection:
        held += (await read_held(connection, gateway.HELD, customer_code)).held
    return held


async def erase(bus: Bus, request_id: UUID, customer_code: str) -> Erased:
    """Erase a person everywhere, by a request of the register; repeatable after a failure at any point.

    The customer service is first, so that nobody learns the number from it any more, and announces the customer without
    it. Each service does its part in one transaction, and answers a repetition as it has answered before.
    """
    removed: list[RemovedData] = []
    for order in _ORDERS:
        asked = order(request_id=request_id, customer_code=customer_code)
        removed += (await bus.request(asked, timeout=_PATIENCE)).removed
    async with database("gateway") as connection:
        found = await gateway.remove_person(connection, customer_code, now())
        if found.removed:
            facts = {"request": str(request_id), **{one.kind: one.rows for one in found.removed}}
            await add_act(connection, "person.erased", customer_code, facts, actor=operator())
        removed += found.removed
    return Erased(removed, await held_of(bus, customer_code))


def why(kind: str) -> str:
    """Return why a kind is held."""
    found = kind_of(kind)
    return found.why if found else ""


def until(kind: str) -> str:
    """Return until when a kind is held."""
    found = kind_of(kind)
    return found.how_long if found else ""


# What the person is given: JSON for a computer, and the same for people.

_TITLES = {
    "customer": "Hồ sơ khách hàng",
    "billing": "Hóa đơn tiền điện và thanh toán",
    "receipt": "Biên nhận",
    "invoice": "Hóa đơn điện tử",
    "notify": "Tin nhắn và xử lý nợ",
    "gateway": "Bản in và nhật ký xem",
}


_KINDS = {
    "customer.contract": "Tên, địa chỉ, số điện thoại, mã số thuế hoặc số định danh",
    "customer.meters": "Công tơ",
    "customer.protection": "Không được ngừng cấp điện, và lý do",
    "customer.standing": "Tiền nợ và lịch hẹn",
    "customer.phone_corrections": "Các số điện thoại trước đây",
    "customer.visits": "Các lần thu ngân viên đến",
    "customer.complaints": "Khiếu nại và trả lời",
    "customer.person_requests": "Yêu cầu về dữ liệu cá nhân",
    "billing.contract": "Bản sao hồ sơ dùng để lập hóa đơn",
    "billing.bills": "Hóa đơn tiền điện",
    "billing.payments": "Thanh toán",
    "billing.notices": "Giấy báo tiền điện",
    "billing.corrections": "Điều chỉnh hóa đơn",
    "billing.agreements": "Thỏa thuận trả dần",
    "billing.charges": "Các khoản phí",
    "billing.bank_texts": "Nội dung chuyển khoản, tài khoản người chuyển",
    "billing.bank_credits": "Tiền về tài khoản ngân hàng",
    "billing.shown_codes": "Mã thanh toán đã hiển thị",
    "receipt.receipts": "Biên nhận đã ký số",
    "invoice.invoices": "Hóa đơn điện tử đã ký số",
    "notify.contact": "Số điện thoại nhận tin nhắn",
    "notify.messages": "Tin nhắn",
    "notify.attempts": "Các lần gửi qua nhà cung cấp",
    "notify.opt_outs": "Từ chối nhận tin nhắn",
    "notify.ported_numbers": "Mạng của số điện thoại",
    "notify.cut_orders": "Ngừng và cấp điện trở lại",
    "notify.cut_warnings": "Thông báo ngừng cấp điện",
    "gateway.papers": "Giấy tờ đã in",
    "gateway.transfer_codes": "Mã thanh toán đã hiển thị, trên máy nào",
    "gateway.looks": "Ai đã xem hoặc thay đổi",
}
"""What each kind is called in the text for the person."""

_FIELDS = {
    "name": "tên",
    "address": "địa chỉ",
    "address_old": "địa chỉ cũ",
    "phone": "điện thoại",
    "imported_phone": "điện thoại theo danh sách",
    "old_phone": "số cũ",
    "new_phone": "số mới",
    "tax_code": "mã số thuế",
    "meter_number": "số công tơ",
    "reason": "lý do",
    "note": "ghi chú",
    "later_notes": "ghi chú thêm",
    "answer": "trả lời",
    "text": "nội dung",
    "content": "nội dung",
    "amount": "số tiền",
    "total": "tổng tiền",
    "debt": "tiền nợ",
    "kwh": "kWh",
    "bill_number": "số hóa đơn",
    "receipt_number": "số biên nhận",
    "received_at": "lúc nhận",
    "visited_at": "lúc đến",
    "sent_at": "lúc gửi",
    "issued_at": "lúc lập",
    "recorded_at": "lúc ghi",
    "corrected_at": "lúc sửa",
}
"""What fields are called there; others keep the name that the JSON has."""


def as_json(customer_code: str, held: Sequence[HeldData], moment: datetime) -> str:
    """Return all that is held of a person as JSON."""
    return json.dumps(
        {
            "customer_code": customer_code,
            "exported_at": moment.isoformat(),
            "held": {
                one.kind: {"rows": one.rows, "left_off": one.left_off, "why": why(one.kind), "until": until(one.kind)}
                for one in held
            },
        },
        ensure_ascii=False,
        indent=2,
    )


def as_text(customer_code: str, held: Sequence[HeldData], moment: datetime) -> str:
    """Return the same for people, in Vietnamese."""
    return "\n".join(_lines(customer_code, held, moment)) + "\n"


def _lines(customer_code: str, held: Sequence[HeldData], moment: datetime) -> Iterable[str]:
    yield "DỮ LIỆU CÁ NHÂN ĐANG ĐƯỢC LƯU GIỮ"
    yield f"Mã khách hàng: {customer_code}"
    yield f"Lập lúc: {moment.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}"
    section = ""
    for one in held:
        service = one.kind.partition(".")[0]
        if service != section:
            section = service
            yield ""
            yield f"== {_TITLES[service]} =="
        yield ""
        yield f"-- {_KINDS[one.kind]} ({len(one.rows) + one.left_off})"
        if one.left_off:
            yield f"   (còn {one.left_off} dòng cũ hơn)"
        for row in one.rows:
            facts = (
                f"{_FIELDS.get(name, name)}: {_in_words(value)}"
                for name, value in row.items()
                if value not in (None, "", [], {})
            )
            yield "   " + "; ".join(facts)


def _in_words(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
