"""What the partner of a chaos run finds wrong in the end."""

import random
from typing import Any, cast

import pytest

from simulation.chaos.partner import Paid, Partner
from simulation.chaos.testbed import ChaosTestbed

CODE = "PB14010012345"
PAID: dict[str, Any] = {
    "partner_payment_id": "VN-000001",
    "customer_code": CODE,
    "bill_ids": ["b", "a"],
    "amount": 500_000,
    "fee": 2_000,
    "is_cancelled": False,
}
NOT_PAID: dict[str, Any] = {
    **PAID,
    "partner_payment_id": "VN-000003",
    "customer_code": None,
    "bill_ids": [],
    "amount": None,
    "fee": 0,
}
CANCELLED = {**PAID, "partner_payment_id": "VN-000002", "is_cancelled": True}
BARRED = {**NOT_PAID, "is_cancelled": True}
SOUND = [PAID, CANCELLED, BARRED]


def partner() -> Partner:
    made = Partner(cast("ChaosTestbed", None), random.Random(1))
    made.payments = [
        Paid(1, CODE, ["a", "b"], 500_000, 500_000, is_confirmed=True),
        Paid(2, CODE, ["a", "b"], 500_000, 500_000, is_confirmed=True, to_cancel=True, is_cancelled=True),
        Paid(3, CODE, ["a"], 7_000, 7_000, is_doubtful=True, to_cancel=True, is_cancelled=True),
        Paid(4, CODE, ["a"], 7_001, 7_000, is_refused=True),
    ]
    return made


def rules(rows: list[dict[str, Any]], made: Partner | None = None) -> list[str]:
    return [violation.rule for violation in (made or partner()).held_against(rows)]


def test_a_register_that_is_what_the_partner_knows_is_no_finding() -> None:
    assert rules(SOUND) == []


@pytest.mark.parametrize(
    ("rows", "rule"),
    [
        ([CANCELLED, BARRED], "what a partner was confirmed is in its register"),
        ([PAID, {**CANCELLED, "is_cancelled": False}, BARRED], "what a partner cancelled is cancelled"),
        ([{**PAID, "is_cancelled": True}, CANCELLED, BARRED], "what a partner cancelled is cancelled"),
        ([PAID, CANCELLED], "what a partner cancelled is cancelled"),
        ([*SOUND, {**PAID, "partner_payment_id": "VN-000009"}],
            "nothing is in a partner's register that it did not send"),
        ([*SOUND, {**PAID, "partner_payment_id": "VN-000004"}], "what a partner was refused is not recorded"),
        ([*SOUND, {**PAID, "partner_payment_id": "VN-000004"}], "a partner pays what its bills come to"),
        ([{**PAID, "amount": 500_001}, CANCELLED, BARRED], "a partner's payment is recorded as it was sent"),
        ([{**PAID, "fee": 0}, CANCELLED, BARRED], "a partner's fee is by its terms"),
    ],
)  # fmt: skip
def test_what_stands_otherwise_is_named(rows: list[dict[str, Any]], rule: str) -> None:
    assert rule in rules(rows)


def test_a_payment_of_which_nobody_knows_what_became_is_named() -> None:
    made = partner()
    made.payments.append(Paid(5, CODE, ["a"], 7_000, 7_000, is_refused=True, is_doubtful=True))
    assert rules(SOUND, made) == ["in the end a partner knows each outcome"]
