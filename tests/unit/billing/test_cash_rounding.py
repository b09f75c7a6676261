"""What is asked for in cash is exact unless a unit has a rule, and a mistake in the file of rules is named."""

from datetime import date
from pathlib import Path

import pytest

from services.billing.rounding.rules import RoundingRule, step_in_force
from services.billing.settings import BillingSettings
from shared.rule_files import RuleFileError, load_rules

FILE = BillingSettings.model_fields["cash_rounding_file"].default
DAY = date(2026, 11, 28)


def test_cash_is_exact_by_default() -> None:
    assert (
        step_in_force(
            load_rules(BillingSettings.model_fields["cash_rounding_file"].default, RoundingRule), "PB1401", DAY
        )
        == 1
    )
    assert step_in_force((), "PB1401", DAY) == 1


def test_a_units_own_rule_goes_before_that_for_all_from_its_day_on() -> None:
    rules = [
        RoundingRule(in_force_from=DAY, units=frozenset({"PB1401"}), step=1000),
        RoundingRule(in_force_from=date(2018, 1, 1), step=500),
    ]
    assert step_in_force(rules, "PB1401", DAY) == 1000
    assert step_in_force(rules, "PB1401", date(2026, 11, 27)) == 500
    assert step_in_force(rules, "PB1501", DAY) == 500


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("rules: []", "rules"),
        ("rules: [{from: 2026-01-01, step: 0}]", "step"),
        ("rules: [{from: 2026-01-01, step: 1000, unit: PB1401}]", "unit"),
        ("rules: [&one {from: 2026-01-01, step: 1000}, *one]", "two rules from 2026-01-01 for all"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(text)
    with pytest.raises(RuleFileError, match=reason):
        load_rules(path, RoundingRule)
