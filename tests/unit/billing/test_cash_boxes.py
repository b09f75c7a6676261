"""The rules of cash boxes, and the file that holds them."""

from datetime import date
from pathlib import Path

import pytest

from services.billing.settings import BillingSettings
from services.billing.shifts.rules import CashBoxRule, OverLimit, cash_box_rule
from shared.rule_files import RuleFileError, load_rules


def test_the_file_that_ships_has_a_rule_for_every_unit() -> None:
    rules = load_rules(BillingSettings.model_fields["cash_boxes_file"].default, CashBoxRule)
    rule = cash_box_rule(rules, "PB1401", date(2026, 11, 28))
    assert (rule.largest_float, rule.difference_limit, rule.over_limit) == (5_000_000, 50_000, OverLimit.BLOCK)


@pytest.mark.parametrize(
    "line",
    [
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
