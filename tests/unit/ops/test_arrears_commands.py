"""What ``thungan arrears`` prints of debts: the same figures for people, for a spreadsheet and for programs."""

import json
from datetime import date
from typing import Any

import pytest

from ops import cli
from ops.commands import arrears, late_interest
from shared.contracts.billing import (
    AgedDebt,
    AgeingGroup,
    AgeingReport,
    DebtAge,
    DueInterest,
    GetAgeingReport,
    GetDueInterest,
    InterestState,
)

DEBTS = [
    AgedDebt(unit_code="PB1401", group="R1", age=DebtAge.UP_TO_30, customers=2, bills=3, amount=450_000),
    AgedDebt(unit_code="PB1401", group="R1", age=DebtAge.OLDER, customers=1, bills=1, amount=50_000),
    AgedDebt(unit_code="PB1401", group="R2", age=DebtAge.NOT_DUE, customers=1, bills=1, amount=7),
]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    requests: list[Any] = []

    def answer(request: Any, **_: Any) -> Any:
        requests.append(request)
        if isinstance(request, GetAgeingReport):
            return AgeingReport(day=date(2026, 11, 29), debts=DEBTS)
        first = request.after is None
        state = InterestState(
            customer_code="PB14010012345" if first else "PB14010012346",
            unit_code="PB1401",
            until=date(2026, 11, 28),
            bills=[],
            total=1_234,
            basis="HĐ",
        )
        return DueInterest(customers=[state], after="PB14010012345" if first else None)

    monkeypatch.setattr(arrears, "send_request", answer)
    monkeypatch.setattr(late_interest, "send_request", answer)
    return requests


def test_ages_are_a_table_with_a_line_for_each_group_and_one_for_all(
    asked: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run_command(["arrears", "ageing", "--by", "route", "--unit", "pb1401"]) == 0
    assert asked == [GetAgeingReport(unit_codes=["PB1401"], by=AgeingGroup.ROUTE)]
    shown = capsys.readouterr().out
    assert [figure in shown for figure in ("450.000", "500.000", "500.007")] == [True] * 3


def test_ages_are_csv_and_json_with_the_same_figures(asked: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run_command(["arrears", "ageing", "--by", "route", "--csv"]) == 0
    lines = capsys.readouterr().out.lstrip("\ufeff").splitlines()
    assert lines[0] == "day,unit_code,route,age,customers,bills,amount"
    assert lines[1] == "2026-11-29,PB1401,R1,up_to_30,2,3,450000"
    assert cli.run_command(["arrears", "ageing", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert sum(one["amount"] for one in found["debts"]) == 500_007
    assert len(asked) == 2


def test_csv_and_json_at_once_are_refused(asked: list[Any]) -> None:
    assert cli.run_command(["arrears", "ageing", "--json", "--csv"]) == 2
    assert asked == []


def test_whose_interest_is_due_is_read_page_by_page(asked: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run_command(["arrears", "interest", "--unit", "pb1401", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["customer_code"] for one in found] == ["PB14010012345", "PB14010012346"]
    assert [one.after for one in asked if isinstance(one, GetDueInterest)] == [None, "PB14010012345"]
