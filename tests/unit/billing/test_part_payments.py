"""Whole bills are paid unless a unit allows parts, from its day on."""

from datetime import date

import pytest
from pydantic import ValidationError

from services.billing.part_payments.rules import PartPaymentRule, least_part_in_force
from services.billing.settings import BillingSettings
from shared.rule_files import load_rules

DAY = date(2026, 11, 28)


def test_whole_bills_are_paid_by_default() -> None:
    rules = load_rules(BillingSettings.model_fields["part_payments_file"].default, PartPaymentRule)
    assert least_part_in_force(rules, "PB1401", DAY) is None
    assert least_part_in_force((), "PB1401", DAY) is None


def test_a_unit_allows_parts_from_its_day_on() -> None:
    rules = [
        PartPaymentRule(in_force_from=DAY, units=frozenset({"PB1401"}), allowed=True, least=50_000),
        PartPaymentRule(in_force_from=date(2018, 1, 1), allowed=False),
    ]
    assert least_part_in_force(rules, "PB1401", DAY) == 50_000
    assert least_part_in_force(rules, "PB1401", date(2026, 11, 27)) is None
    assert least_part_in_force(rules, "PB1501", DAY) is None


def test_a_smallest_part_below_any_note_is_refused() -> None:
    with pytest.raises(ValidationError, match="least"):
        PartPaymentRule(in_force_from=DAY, allowed=True, least=100)
