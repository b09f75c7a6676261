"""Quotes over CSV: every row answered, every mistake named."""

import json
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.billing.errors import BillingError
from services.billing.quote.quote_rows import quote_rows
from shared.text import tidy

HEADER = "id,period_from,period_to,price_group,households,kwh,normal,peak,off_peak,cos_phi"


def one(row: str, header: str = HEADER) -> dict[str, object]:
    (answer,) = quote_rows(f"{header}\n{row}\n")
    return answer


def test_a_quote_can_be_written_as_json() -> None:
    answer = json.loads(json.dumps(one("P-3,2025-06-22,2025-07-21,household,1,320,,,,")))
    assert {key: answer[key] for key in ("id", "pre_vat", "vat", "total")} == {
        "id": "P-3",
        "pre_vat": 806500,
        "vat": 64520,
        "total": 871020,
    }
    assert answer["lines"][0] == {
        "kind": "tier",
        "group": "household",
        "tier": 1,
        "register": None,
        "from": "2025-06-22",
        "to": "2025-07-21",
        "decision": "1279/QĐ-BCT",
        "kwh": 50,
        "unit_price": 1984,
        "amount": 99200,
        "percent": None,
    }


@pytest.mark.parametrize(
    ("row", "slug"),
    [
        ("x,2025-09-01,2025-09-30,household,1,-5,,,,", "negative"),
        ("x,2025-09-01,2025-09-30,household,1,5.5,,,,", "not-whole"),
        ("x,2025-09-01,2025-09-30,household,1,1e3,,,,", "bad-number"),
        ("x,2025-09-01,2025-09-30,household,1,many,,,,", "bad-number"),
        ('x,2025-09-01,2025-09-30,household,1,"1,000",,,,', "bad-number"),
        ("x,2025-09-01,2025-09-30,household,1,٣,,,,", "bad-number"),
        ("x,2025-09-01,2025-09-30,household,1,,,,,", "missing-field"),
        ("x,2025-09-01,2025-09-30,household,,5,,,,", "missing-field"),
        ("x,2025-09-01,2025-09-30,,1,5,,,,", "missing-field"),
        ("x,,2025-09-30,household,1,5,,,,", "missing-field"),
        ("x,,,household,1,5,,,,", "missing-field"),
        ("x,2025-09-31,2025-10-30,household,1,5,,,,", "bad-date"),
        ("x,01/09/2025,30/09/2025,household,1,5,,,,", "bad-date"),
        ("x,2025-09-30,2025-09-01,household,1,5,,,,", "bad-period"),
        ("x,2015-09-01,2015-09-30,household,1,5,,,,", "before-first-tariff"),
        ("x,2025-09-01,2025-09-30,farm,1,5,,,,", "unknown-price-group"),
        ("x,2025-09-01,2025-09-30,household:60;business_lt6kv:30,1,5,,,,", "bad-shares"),
        ("x,2025-09-01,2025-09-30,household:;business_lt6kv:30,1,5,,,,", "bad-shares"),
        ("x,2025-09-01,2025-09-30,household,1,5,1,2,3,", "contradictory-kwh"),
        ("x,2025-09-01,2025-09-30,business_lt6kv,1,,1,2,,", "missing-field"),
        ("x,2025-09-01,2025-09-30,business_lt6kv,1,5,,,,1.5", "bad-cos-phi"),
        ("x,2025-09-01,2025-09-30,household,0.3,5,,,,", "bad-households"),
        ("x,2025-09-01,2025-09-30,household,1,5,,,,,surplus", "bad-row"),
    ],
)
def test_a_bad_row_is_answered_with_an_error_and_the_others_still_come(row: str, slug: str) -> None:
    good = "good,2025-09-01,2025-09-30,household,1,50,,,,"
    answers = list(quote_rows(f"{HEADER}\n{row}\n{good}\n"))
    assert [answer["id"] for answer in answers] == ["x", "good"]
    assert answers[0]["slug"] == slug
    assert answers[0]["error"]
    assert "total" not in answers[0]
    assert answers[1]["total"] == 107_136


@pytest.mark.parametrize(
    ("cells", "error"),
    [
        ('"1.000",,', "kwh has two readings: '1.000' may be 1000 or 1"),
        ('"1,000",,', "kwh has two readings: '1,000' may be 1000 or 1"),
        ("1.234,,", "kwh has two readings: '1.234' may be 1234 or 1.234"),
        (",1.000,2000", "old_reading has two readings: '1.000' may be 1000 or 1"),
        (",950,1.000", "new_reading has two readings: '1.000' may be 1000 or 1"),
        ("1.000.000,,", "kwh is written with separators between thousands: '1.000.000'; write digits only"),
        ("1E+3,,", "kwh was rounded by a spreadsheet: '1E+3'; write all its digits"),
    ],
)
def test_a_number_that_has_two_readings_is_never_guessed(cells: str, error: str) -> None:
    header = "id,period_from,period_to,price_group,households,kwh,old_reading,new_reading"
    answer = one(f"x,2026-10-01,2026-10-31,household,1,{cells}", header)
    assert answer == {"id": "x", "line": 2, "error": error, "slug": "bad-number"}


def test_everything_that_is_wrong_in_a_row_is_named() -> None:
    answer = one("x,2026-10-01,1/2/2026,household,1,many,,,,")
    assert answer["error"] == (
        "period_to is not a date like 2026-01-31: '1/2/2026' may be 2026-02-01 or 2026-01-02; "
        "kwh is not a number: 'many'"
    )


def test_rows_of_commas_are_no_rows() -> None:
    answers = list(quote_rows(f"{HEADER}\n,,,,,,,,,\na,2025-09-01,2025-09-30,household,1,50,,,,\n,,,\n"))
    assert [answer["id"] for answer in answers] == ["a"]


def test_a_decimal_comma_has_one_reading() -> None:
    header = "id;period_from;period_to;price_group;households;kwh"
    answer = one("x;2025-09-01;2025-09-30;household;1,25;100", header)
    assert answer["limits"][0]["kwh"][:2] == [63, 63]  # type: ignore[index]


def test_a_row_without_an_id_is_known_by_its_line() -> None:
    assert one(",2025-09-01,2025-09-30,household,1,50,,,,")["id"] == "line 2"


def test_registers_may_be_repeated_by_their_sum() -> None:
    answer = one("x,2025-09-01,2025-09-30,production_lt6kv,1,2000,1200,300,500,")
    assert answer["total"] == 4_456_512


def test_blank_dates_mean_the_default_month_where_one_is_given() -> None:
    rows = f"{HEADER}\nx,,,household,1,50,,,,\n"
    (answer,) = quote_rows(rows, default_period=(date(2025, 9, 1), date(2025, 9, 30)))
    assert answer["total"] == 107_136


def test_columns_come_in_any_order_and_unknown_ones_are_ignored() -> None:
    header = "\ufeffKWH, Price_Group ,note,period_to,period_from,households,id"
    assert one("50,household,hello,2025-09-30,2025-09-01,1,x", header)["total"] == 107_136


def test_readings_stand_in_for_kwh() -> None:
    header = f"{HEADER},old_reading,new_reading,multiplier,meter_digits"
    assert one("x,2025-09-01,2025-09-30,household,1,,,,,,99990,40,1,5", header)["kwh"] == 50
    assert one("x,2025-09-01,2025-09-30,household,1,,,,,,10,15,10,", header)["kwh"] == 50
    assert one("x,2025-09-01,2025-09-30,household,1,,,,,,15,10,,", header)["slug"] == "reading-goes-back"
    assert one("x,2025-09-01,2025-09-30,household,1,7,,,,,10,15,,", header)["slug"] == "contradictory-kwh"
    assert one("x,2025-09-01,2025-09-30,household,1,,,,,,10,,,", header)["slug"] == "missing-field"


def test_supply_cuts_and_change_readings_have_their_columns() -> None:
    assert one("x,2025-09-01,2025-09-30,household,1,100,,,,,6", f"{HEADER},cut_days")["pre_vat"] == 208_960
    header = f"{HEADER},change_reading_kwh,change_normal,change_peak,change_off_peak"
    answer = one("x,2024-10-05,2024-11-04,household_prepaid,1,100,,,,,30,,,", header)
    assert answer["pre_vat"] == 30 * 2649 + 70 * 2776
    answer = one("x,2024-10-05,2024-11-04,business_lt6kv,1,,10,10,10,,,1,2,3", header)
    assert answer["pre_vat"] == 2870 + 2 * 4937 + 3 * 1746 + 9 * 3007 + 8 * 5174 + 7 * 1830
    assert one("x,2025-09-01,2025-09-30,household,1,100,,,,,30,,,", header)["slug"] == "bad-change-reading"


def test_a_quote_can_explain_itself_in_both_languages() -> None:
    (answer,) = quote_rows(f"{HEADER}\nC,2024-10-05,2024-11-04,household,1,420,,,,\n", explained=True)
    vietnamese, english = answer["explanation"]["vi"], answer["explanation"]["en"]
    assert vietnamese[0] == "Kỳ 05/10/2024-04/11/2024: 31 ngày, định mức đủ 1 tháng"
    assert vietnamese[1] == "Định mức 05/10/2024-10/10/2024, 1 hộ: 10 / 10 / 19 / 19 / 19 kWh"
    assert "Bậc 6: 16 kWh x 3.302 = 52.832 ₫" in vietnamese
    assert vietnamese[-2:] == ("Thuế GTGT 8%: 86.533 ₫", "Tổng cộng: 1.168.191 ₫")
    assert "Household. Prices from 11/10/2024 to 04/11/2024: 2699/QĐ-BCT" in english


def test_explanations_cover_every_kind_of_line() -> None:
    rows = "\n".join(
        [
            HEADER,
            "a,2025-09-01,2025-09-30,production_lt6kv,1,,1200,300,500,0.85",
            "b,2025-09-01,2025-09-30,household,1.25,0,,,,",
            "c,2025-06-01,2025-07-05,household:70;business_lt6kv:30,2,100,,,,",
        ]
    )
    texts = [" | ".join(answer["explanation"]["vi"]) for answer in quote_rows(rows, explained=True)]
    assert "Giờ cao điểm: 300 kWh x 3.640" in texts[0]
    assert "Công suất phản kháng, cos φ 0,85: 5,88% = 242.632 ₫" in texts[0]
    assert "1,25 hộ: 63 / 63 / 125 / 125 / 125 kWh | Không tiêu thụ điện" in texts[1]
    assert "hệ số định mức 1 + 1/6 tháng" in texts[2]
    assert "Kinh doanh dưới 6 kV" in texts[2]


def test_a_use_that_stands_twice_has_two_readings_and_is_refused() -> None:
    (answer,) = quote_rows(f"{HEADER}\nc,2025-09-01,2025-09-30,household:50;household:50,2,100,,,,\n")
    assert answer["slug"] == "bad-shares"
    assert "household stands twice" in answer["error"]


def test_a_file_without_the_columns_is_refused() -> None:
    with pytest.raises(BillingError, match="period_from"):
        list(quote_rows("a,b\n1,2\n"))
    with pytest.raises(BillingError):
        list(quote_rows(""))


def test_a_file_that_breaks_off_inside_quotes_ends_with_an_error() -> None:
    answers = list(quote_rows(f'{HEADER}\na,2025-09-01,2025-09-30,household,1,50,,,,\n"b,2025'))
    assert [answer.get("slug") for answer in answers] == [None, "bad-csv"]


@given(st.lists(st.text(max_size=12), min_size=10, max_size=10))
def test_whatever_is_in_a_row_it_is_answered(cells: list[str]) -> None:
    assume(any(tidy(cell) for cell in cells))  # a row of blanks is no row
    row = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    (answer,) = quote_rows(f"{HEADER}\n{row}\n")
    assert "error" in answer
