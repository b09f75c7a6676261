"""The contents of requests, replies and events: of the size of a customer's account with one bill."""

from typing import Any

QUESTION: dict[str, Any] = {"customer_code": "PB14010000001", "history": 0}

ANSWER: dict[str, Any] = {
    "customer_code": "PB14010000001",
    "name": "Nguyễn Thị Mỹ Duyên",
    "address": "125 Lý Thường Kiệt, khóm 6, phường Tân Thành, Cà Mau",
    "debt": 475_200,
    "bills": [
        {"month": 10, "year": 2026, "kwh": 186, "pre_vat": 440_000, "vat": 35_200, "total": 475_200},
    ],
}
