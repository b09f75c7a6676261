"""What is agreed with a partner holds by partner, unit and day."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from services.billing.partners.rules import shown_name
from services.billing.partners.terms import (
    PartnerTerms,
    cancellable_until,
    fee_of,
    is_late,
    is_taken_still,
    terms_in_force,
)
from services.billing.settings import BillingSettings
from shared.clock import VIETNAM
from shared.contracts.billing import BillChoice
from shared.rule_files import RuleFileError, load_rules

DAY = date(2026, 11, 22)
USUAL = "bills: all, cancel_until: 20, fee: 1100, fee_per_million: 500, file_due: 6, file_days: 31"


def rules(folder: Path, *lines: str) -> tuple[PartnerTerms, ...]:
    file = folder / "terms.yaml"
    file.write_text("rules:\n" + "".join(f"  - {{{line}}}\n" for line in lines))
    return load_rules(file, PartnerTerms)


def test_the_terms_that_ship_can_be_read() -> None:
    file = BillingSettings.model_fields["partner_terms_file"].default
    assert terms_in_force(load_rules(file, PartnerTerms), "VNPOST", "PB1401", DAY).bills is BillChoice.OLDEST_FIRST


def test_a_partners_own_terms_go_before_those_for_all_and_a_units_before_the_others(tmp_path: Path) -> None:
    found = rules(
        tmp_path,
        f"from: 2018-01-01, {USUAL}",
        f"from: 2026-11-01, partners: [VNPOST], {USUAL.replace('all', 'any')}",
        f"from: 2026-11-01, partners: [VNPOST], units: [PB1401], {USUAL.replace('all', 'oldest_first')}",
        f"from: 2026-12-01, partners: [VNPOST], {USUAL}",
    )
    assert terms_in_force(found, "VNPOST", "PB1402", DAY).bills is BillChoice.ANY
    assert terms_in_force(found, "VNPOST", "PB1401", DAY).bills is BillChoice.OLDEST_FIRST
    assert terms_in_force(found, "VNPOST", "PB1402", date(2026, 12, 1)).bills is BillChoice.ALL
    assert terms_in_force(found, "MOMO", "PB1401", DAY).bills is BillChoice.ALL


def test_two_rules_of_one_day_for_one_partner_are_refused_and_of_two_partners_not(tmp_path: Path) -> None:
    rules(tmp_path, *(f"from: 2026-11-01, partners: [{name}], {USUAL}" for name in ("VNPOST", "MOMO")))
    with pytest.raises(RuleFileError):
        rules(tmp_path, *(f"from: 2026-11-01, partners: [VNPOST], {USUAL}" for _ in range(2)))


def test_a_fee_is_rounded_half_up_for_each_payment(tmp_path: Path) -> None:
    [terms] = rules(tmp_path, f"from: 2018-01-01, {USUAL}")
    assert [fee_of(terms, amount) for amount in (1, 1_000, 999, 1_000_000)] == [1_100, 1_101, 1_100, 1_600]


def test_a_payment_can_be_cancelled_until_the_hour_and_a_file_is_late_after_its_own(tmp_path: Path) -> None:
    [terms] = rules(tmp_path, f"from: 2018-01-01, {USUAL}")
    assert cancellable_until(terms, DAY) == datetime(2026, 11, 22, 13, tzinfo=UTC)
    assert not is_late(terms, DAY, datetime(2026, 11, 23, 6, tzinfo=VIETNAM))
    assert is_late(terms, DAY, datetime(2026, 11, 23, 6, 0, 1, tzinfo=VIETNAM))
    assert not is_taken_still(terms, DAY, datetime(2026, 11, 22, 23, 59, tzinfo=VIETNAM))
    assert is_taken_still(terms, DAY, datetime(2026, 11, 23, 0, 0, tzinfo=VIETNAM))
    assert not is_taken_still(terms, DAY, datetime(2026, 12, 24, tzinfo=VIETNAM))


@pytest.mark.parametrize(
    ("name", "shown"), [("Nguyễn Thị Hạnh", "N. T. Hạnh"), ("Hạnh", "Hạnh"), ("", ""), ("  Lê  Tám ", "L. Tám")]
)
def test_a_name_is_shown_by_its_initials_and_last_word(name: str, shown: str) -> None:
    assert shown_name(name) == shown
