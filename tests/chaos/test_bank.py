"""What the bank of a chaos run finds wrong in the end."""

import random
from typing import Any, cast

import pytest

from simulation.chaos.bank import Bank, Movement
from simulation.chaos.bank_webhooks import FIRST, SECOND
from simulation.chaos.testbed import ChaosTestbed

CODE = "PB14010012345"
STANDS: dict[str, Any] = {
    "source_id": "1000",
    "credit_id": "a",
    "amount": 5_000,
    "state": "booked",
    "reason": None,
    "customer_code": CODE,
}
WAITS = {"state": "unmatched", "customer_code": None}
BY_BOTH = [STANDS, {**STANDS, "source_id": "5001000"}]


def bank() -> Bank:
    made = Bank(cast("ChaosTestbed", None), random.Random(1))
    movement = Movement(1000, CODE, 5_000, False, "TIEN DIEN", (FIRST, SECOND), "2026-11-29 10:00:00", {FIRST, SECOND})
    made.movements.append(movement)
    made.forged.append(9_000_000)
    return made


def rules(rows: list[dict[str, Any]], made: Bank | None = None) -> list[str]:
    return [violation.rule for violation in (made or bank()).held_against(rows)]


def test_money_that_stands_as_it_came_is_no_finding() -> None:
    assert rules(BY_BOTH) == []


@pytest.mark.parametrize(
    ("rows", "rule"),
    [
        ([], "money that is told is one credit"),
        ([STANDS, {**BY_BOTH[1], "credit_id": "b"}], "money that is told is one credit"),
        ([{**row, "amount": 6_000} for row in BY_BOTH], "a credit has the amount that came"),
        ([{**row, **WAITS, "reason": "no_customer"} for row in BY_BOTH], "a credit stands where its text says"),
        ([{**row, **WAITS, "reason": "may_be_known"} for row in BY_BOTH], "a credit stands where its text says"),
        ([{**row, "customer_code": "PB14010012346"} for row in BY_BOTH], "no credit is booked to the wrong customer"),
        ([*BY_BOTH, {**STANDS, "source_id": "9000000"}], "nobody but the bank tells of money"),
    ],
)  # fmt: skip
def test_what_stands_otherwise_is_named(rows: list[dict[str, Any]], rule: str) -> None:
    assert rule in rules(rows)


def test_two_movements_in_one_credit_are_named() -> None:
    made = bank()
    made.movements.append(Movement(1001, CODE, 5_000, False, "TIEN DIEN", (FIRST,), "2026-11-29 10:00:00", {FIRST}))
    assert rules([*BY_BOTH, {**STANDS, "source_id": "1001"}], made) == ["two movements are two credits"]


def test_what_a_cashier_took_back_waits_rightly() -> None:
    reversed_rows = [{**row, "state": "unmatched", "reason": "reversed", "customer_code": None} for row in BY_BOTH]
    assert rules(reversed_rows) == []
