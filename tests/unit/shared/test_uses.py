"""Price groups and households of a contract: one reading of a text that is stored and sent as it was written."""

from decimal import Decimal

import pytest
from pydantic import TypeAdapter

from shared.contracts.common import CustomerFacts
from shared.contracts.uses import BadHouseholdsError, BadUsesError, Households, Use, Uses, shares_problem

FACTS = {
    "customer_code": "PB14010012345",
    "name": "Nguyễn Thị Hạnh",
    "address": "Cà Mau",
    "unit": {"unit_code": "PB1401", "name": "Điện lực", "address": "", "tax_code": "", "phone": ""},
    "route_code": "R1",
    "place_in_route": 1,
    "collector": {"collector_code": "TN01", "name": "Trần Văn Thu", "phone": ""},
    "version": 1,
}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("household", (Use("household"),)),
        (
            "household:70;business_lt6kv:30",
            (Use("household", percent=Decimal(70)), Use("business_lt6kv", percent=Decimal(30))),
        ),
        (
            " household : 70.5 % ; b:29.5",
            (Use("household", percent=Decimal("70.5")), Use("b", percent=Decimal("29.5"))),
        ),
        ("household:120kWh;business_lt6kv", (Use("household", quota_kwh=120), Use("business_lt6kv"))),
    ],
)
def test_a_price_group_is_read_into_its_purposes_of_use(text: str, parts: tuple[Use, ...]) -> None:
    assert Uses(text).parts == parts


@pytest.mark.parametrize("text", ["", ";", "household:", ":70", "household:many", "a:1e1", "a:-5", "a:70:30", "a:٧٠"])
def test_what_is_no_price_group_is_refused_when_it_is_read(text: str) -> None:
    with pytest.raises(BadUsesError, match="neither a price group nor a mix"):
        _ = Uses(text).parts


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("household:70;business:20", "add up to 90 per cent, not 100"),
        ("household:100;business:0", "above 0"),
        ("household:101", "at most 100"),
        ("household:70;business", "add up to 70"),
        ("household;business", "exactly one"),
        ("household:0kWh;business", "above 0 kWh"),
        ("Household", "neither"),
        ("household:50;household:50", "household stands twice"),
        ("household:120kWh;household", "household stands twice"),
        ("household:70; business:30", None),
    ],
)
def test_a_contract_that_comes_in_must_share_out_every_kwh(text: str, why: str | None) -> None:
    if why is None:
        assert Uses(text).checked() == text
        return
    with pytest.raises(BadUsesError, match=why):
        Uses(text).checked()


def test_one_purpose_needs_no_share() -> None:
    assert shares_problem([Use("household")]) is None


@pytest.mark.parametrize(
    ("text", "has"),
    [("household", True), ("business:30;household_prepaid:70", True), ("business_lt6kv", False), ("hộ", False)],
)
def test_households_are_seen_among_the_purposes(text: str, has: bool) -> None:
    assert Uses(text).has_households is has


@pytest.mark.parametrize(
    ("number", "text"), [("1", "1"), ("2.50", "2.5"), ("0.25", "0.25"), ("100", "100"), ("0.00", "0")]
)
def test_households_have_one_spelling(number: str, text: str) -> None:
    assert Households.of(Households(number).number) == text


@pytest.mark.parametrize("text", ["", "một", "1e3", "nan", "-1", "1,5", "123456"])
def test_what_is_no_number_of_households_is_refused(text: str) -> None:
    with pytest.raises(BadHouseholdsError):
        _ = Households(text).number


@pytest.mark.parametrize("number", ["-1", "0.3", "1.1", "NaN"])
def test_households_come_in_quarters(number: str) -> None:
    with pytest.raises(BadHouseholdsError, match=r"steps of 0\.25"):
        Households.of(Decimal(number))


@pytest.mark.parametrize("text", ["household", "castle:50", "", "hộ gia đình"])
def test_any_text_can_be_carried_and_is_sent_as_it_was_written(text: str) -> None:
    facts = CustomerFacts.model_validate({**FACTS, "price_group": text, "households": text})
    assert isinstance(facts.price_group, Uses)
    assert isinstance(facts.households, Households)
    sent = facts.model_dump_json()
    assert (facts.model_dump(mode="json")["price_group"], facts.model_dump()["households"]) == (text, text)
    assert CustomerFacts.model_validate_json(sent) == facts


def test_the_schema_on_the_wire_is_a_string() -> None:
    assert TypeAdapter(Uses).json_schema() == TypeAdapter(Households).json_schema() == {"type": "string"}
