"""The rules of cash boxes, and the file that holds them."""

from datetime import date
from pathlib import Path

import pytest

from services.billing.settings import BillingSettings
from services.billing.shifts.rules import CashBoxRule, OverLimit, cash_box_rule
from shared.rule_files import RuleFileError, load_rules


def test_the_file_that_ships_has_a_rule_for_every_unit() -> None:
    rules = load_rules(BillingSettings.model_fields["cash_boxes_file"].default, CashBoxRule)
    rule = cash_box_rule(rules, "TN1401001", "PB1401", date(2026, 11, 28))
    assert (rule.largest_float, rule.difference_limit, rule.over_limit) == (5_000_000, 50_000, OverLimit.BLOCK)


def test_a_rule_that_names_the_collector_goes_before_that_of_the_unit_and_of_all(tmp_path: Path) -> None:
    path = tmp_path / "cash_boxes.yaml"
    rest = "largest_float: 0, difference_limit: 0"
    path.write_text(
        "rules:\n"
        f"  - {{from: 2018-01-01, cash_ceiling: 1, {rest}}}\n"
        f"  - {{from: 2018-01-01, units: [PB1401], cash_ceiling: 2, {rest}}}\n"
        f"  - {{from: 2026-11-01, collectors: [TN1, TN2], cash_ceiling: 3, {rest}}}\n"
        f"  - {{from: 2026-12-01, collectors: [TN1], cash_ceiling: 4, {rest}}}\n"
        f"  - {{from: 2026-12-01, units: [PB1402], collectors: [TN1], cash_ceiling: 5, {rest}}}\n",
        encoding="utf-8",
    )
    rules = load_rules(path, CashBoxRule)
    november, december = date(2026, 11, 28), date(2026, 12, 1)
    asked = [("TN9", "PB1409", november), ("TN9", "PB1401", december), ("TN1", "PB1401", november)]
    asked += [("TN1", "PB1401", december), ("TN1", "PB1402", december), ("TN2", "PB1402", december)]
    found = [cash_box_rule(rules, collector, unit, day).cash_ceiling for collector, unit, day in asked]
    assert found == [1, 2, 3, 4, 5, 3]


def test_two_rules_from_one_day_on_for_one_collector_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "cash_boxes.yaml"
    lines = [
        f"  - {{from: 2026-11-01, collectors: [{code}], largest_float: 0, difference_limit: 0}}\n"
        for code in ("TN1, TN2", "TN2")
    ]
    path.write_text("rules:\n" + "".join(lines), encoding="utf-8")
    with pytest.raises(RuleFileError):
        load_rules(path, CashBoxRule)


@pytest.mark.parametrize(
    "line",
    [
        "{from: 2018-01-01, collectors: [bad code], largest_float: 1, difference_limit: 0}",
        "{from: 2018-01-01, largest_float: -1, difference_limit: 0}",
        "{from: 2018-01-01, largest_float: 1, difference_limit: 0, over_limit: lower_ceiling}",
        "{from: 2018-01-01, largest_float: 1, difference_limit: 0, lowered_ceiling: 5}",
        "{from: 2018-01-01, largest_float: 1}",
    ],
)
def test_a_rule_that_is_incomplete_is_refused(line: str, tmp_path: Path) -> None:
    path = tmp_path / "cash_boxes.yaml"
    path.write_text(f"rules:\n  - {line}\n", encoding="utf-8")
    with pytest.raises(RuleFileError):
        load_rules(path, CashBoxRule)
