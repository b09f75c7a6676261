"""Template and symbol by the rule of TT 91/2026, and numbers that rise in time without a gap."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.invoice.domain.symbols import (
    MAX_NUMBER,
    NumberRow,
    SymbolError,
    format_number,
    issue_year,
    next_suffix,
    read_symbol,
    symbol_of,
)

NOW = datetime(2026, 11, 5, 3, tzinfo=UTC)


@pytest.mark.parametrize("text", ["1C26TAA", "1K26TYY", "1K26DAA", "6K26NAB", "7K26XAB"])
def test_the_examples_of_the_circular_are_symbols(text: str) -> None:
    assert str(read_symbol(text)) == text


@pytest.mark.parametrize(
    "text", ["", "K26TAA", "0K26TAA", "1A26TAA", "1K6TAA", "1K26AAA", "1K26TA", "1k26taa", "1K26TAA\n", "1K٢٦TAA"]
)
def test_what_the_circular_does_not_have_is_no_symbol(text: str) -> None:
    with pytest.raises(SymbolError):
        read_symbol(text)


def test_a_sellers_symbol_is_of_its_year_and_letters() -> None:
    symbol = symbol_of(2026, "CM")

    assert (str(symbol), symbol.year) == ("1K26TCM", 2026)
    with pytest.raises(SymbolError):
        symbol_of(2026, "C1")


def test_sellers_get_different_letters() -> None:
    assert next_suffix({"AA", "AB"}, "AA") == "AC"
    with pytest.raises(SymbolError):
        next_suffix({"ZZ"}, "ZZ")


def test_the_year_turns_at_midnight_in_vietnam() -> None:
    assert issue_year(datetime(2026, 12, 31, 17, tzinfo=UTC)) == 2027
    assert issue_year(datetime(2026, 12, 31, 16, 59, tzinfo=UTC)) == 2026
    assert issue_year(date(2026, 12, 31)) == 2026


@given(st.lists(st.tuples(st.integers(1, 500), st.integers(-3600, 3600)), max_size=30))
def test_numbers_have_no_gap_and_rise_in_time_whatever_the_clock_does(batches: list[tuple[int, int]]) -> None:
    row, given_away, clock = NumberRow(symbol_of(2026, "AA"), 0, None), [], NOW
    for count, seconds in batches:
        clock += timedelta(seconds=seconds)
        first, moment = row.first_of(count), row.moment_of_next(clock)
        given_away += [(number, moment) for number in range(first, first + count)]
        row = NumberRow(row.symbol, first + count - 1, moment)

    assert [number for number, _ in given_away] == list(range(1, len(given_away) + 1))
    assert [moment for _, moment in given_away] == sorted(moment for _, moment in given_away)


def test_a_row_ends_with_its_eighth_digit() -> None:
    row = NumberRow(symbol_of(2026, "AA"), MAX_NUMBER - 1, NOW)

    assert format_number(row.first_of(1)) == "99999999"
    with pytest.raises(SymbolError):
        row.first_of(2)
