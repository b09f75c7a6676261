"""Statements of banks: the header wherever it stands, and nothing taken that the balances do not prove whole."""

import io
from contextlib import suppress
from datetime import date, datetime, time
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.billing.statements.files import read_statement
from services.billing.statements.layouts import StatementLayout
from services.billing.statements.statement import StatementError

ABOVE = [["NGÂN HÀNG TMCP"], [], ["SAO KÊ TÀI KHOẢN/ACCOUNT STATEMENT"], ["Từ ngày 01/11/2026 đến ngày 30/11/2026"]]
VIETCOMBANK = [
    *ABOVE,
    ["Số tài khoản/Account No:", "0071000123456"],
    ["Số dư đầu kỳ/Opening balance:", "1,000,000"],
    ["Ngày GD/TNX Date", "Số CT/Doc No", "Số tiền ghi nợ/Debit", "Số tiền ghi có/Credit", "Số dư/Balance",
     "Nội dung chi tiết/Transactions in detail"],
    ["20/11/2026", "5078 - 12345", "", "475,000", "1,475,000", "MBVCB.1.2.TD PB1501000001 7K3QX9PA.CT tu 1 A toi 2"],
    ["21/11/2026", "5079 - 1", "75,000", "", "1,400,000", "Phi quan ly"],
    ["Tổng cộng/Total", "", "75,000", "475,000", "", ""],
    ["Số dư cuối kỳ/Closing balance:", "1,400,000"],
]  # fmt: skip
VIETCOMBANK_IN_ONE_CELL = [
    *ABOVE,
    ["Số tài khoản/Account number: 0071000123456"],
    ["STT/No.", "Ngày/TNX Date/ Số CT/ Doc No", "Ngày hiệu lực/Effective date", "Số tiền ghi nợ/Debit",
     "Số tiền ghi có/Credit", "Số dư/Balance", "Nội dung chi tiết/Transactions in detail"],
    ["1", "20/11/2026\n5078 - 12345", "20/11/2026", "", "475,000", "1,475,000", "TIEN DIEN PB1501000001"],
    ["2", "21/11/2026\n5079 - 1", "21/11/2026", "75,000", "", "1,400,000", "Phi"],
]  # fmt: skip
BIDV = [
    ["BÁO CÁO CHI TIẾT SỐ DƯ TÀI KHOẢN"],
    *[[""]] * 8,
    ["Tài khoản", "12010000123456", "DƯ ĐẦU", "1,000,000"],
    ["STT", "NGÀY HIỆU LỰC", "GHI NỢ", "GHI CÓ", "SỐ DƯ", "MÔ TẢ"],
    ["1", "20/11/2026 09:58:00", "0", "475,000", "1,475,000", "REM Tfr Ac: TIEN DIEN PB1501000001"],
    ["2", "21/11/2026 10:00:00", "75,000", "0", "1,400,000", "Phi"],
    ["", "", "", "", "DƯ CUỐI", "1,400,000"],
]
TECHCOMBANK = [
    ["Số tài khoản", "19001234567890"],
    ["Ngày KH thực hiện\nRequesting date", "Ngày giao dịch\nTransaction date", "Số bút toán\nReference",
     "Ngân hàng đối tác",
     "Tài khoản đích", "Tên tài khoản đối ứng", "Diễn giải\nDescription", "Nợ\nDebit", "Có\nCredit", "Số dư\nBalance"],
    ["21/11/2026", "21/11/2026", "FT26325001", "", "", "", "Phi", "75.000", "", "1.400.000"],
    ["20/11/2026", "20/11/2026", "FT26324001\\BNK", "VIETCOMBANK", "0071", "LE VAN TAM", "TIEN DIEN PB1501000001", "",
     "475.000", "1.475.000"],
]  # fmt: skip
TABLES = {
    "vietcombank": VIETCOMBANK,
    "vietcombank in one cell": VIETCOMBANK_IN_ONE_CELL,
    "bidv": BIDV,
    "techcombank, the latest first": TECHCOMBANK,
}


def as_csv(table: list[list[str]], separator: str = ",") -> bytes:
    lines = (separator.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in table)
    return "\r\n".join(lines).encode("utf-8-sig")


def as_xlsx(table: list[list[Any]], *, merged: bool = False) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate(table):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime):
                    sheet.write_datetime(place, column, cell, book.add_format({"num_format": "dd/mm/yyyy hh:mm"}))
                else:
                    sheet.write(place, column, cell)
        if merged:
            sheet.merge_range(0, 0, 0, 3, "NGÂN HÀNG")
    return file.getvalue()


@pytest.mark.parametrize("name", TABLES)
def test_a_banks_table_is_read_whatever_stands_above_its_header(name: str) -> None:
    statement = read_statement("sao-ke.csv", as_csv(TABLES[name]))
    came, left = sorted(statement.rows, key=lambda row: row.day)
    assert (came.day, came.credit, came.debit, came.balance) == (date(2026, 11, 20), 475_000, 0, 1_475_000)
    assert (left.credit, left.debit, left.balance) == (0, 75_000, 1_400_000)
    assert "PB1501000001" in came.content
    assert statement.account_number in {"0071000123456", "12010000123456", "19001234567890"}


def test_each_column_is_found_by_its_words() -> None:
    came = read_statement("v.csv", as_csv(VIETCOMBANK_IN_ONE_CELL)).rows[0]
    assert (came.reference, came.content) == ("5078 - 12345", "TIEN DIEN PB1501000001")
    assert read_statement("b.csv", as_csv(BIDV)).rows[0].at == time(9, 58)
    told = read_statement("t.csv", as_csv(TECHCOMBANK)).rows[1]
    assert (told.counter_name, told.counter_account, told.counter_bank) == ("LE VAN TAM", "0071", "VIETCOMBANK")


def test_the_same_movement_has_the_same_id_in_every_file() -> None:
    numbers = [[int(cell.replace(",", "")) if cell.replace(",", "").isdigit() and "," in cell else cell for cell in row]
               for row in VIETCOMBANK]  # fmt: skip
    files = [
        as_csv(VIETCOMBANK),
        as_csv(VIETCOMBANK, ";"),
        as_csv(VIETCOMBANK, "\t"),
        as_xlsx(VIETCOMBANK, merged=True),
        as_xlsx(numbers),
    ]
    told = [[one.source_id for one in read_statement("sao-ke", data).told()] for data in files]
    assert all(one == told[0] for one in told)
    assert len(set(told[0])) == 2


def test_each_layout_is_a_source_of_its_own_because_a_bank_writes_a_movement_differently_in_each() -> None:
    layouts = [read_statement("s", as_csv(table)).source for table in TABLES.values()]
    assert len(set(layouts)) == len(layouts)
    assert read_statement("s", as_xlsx(VIETCOMBANK)).source == layouts[0]


def test_two_movements_that_look_alike_in_one_file_are_two() -> None:
    table = [*VIETCOMBANK[:7], ["20/11/2026", "1", "", "10", "", "x"], ["20/11/2026", "1", "", "10", "", "x"]]
    table.append(["Số dư cuối kỳ", "1,000,020"])
    assert len({one.source_id for one in read_statement("s.csv", as_csv(table)).told()}) == 2


def test_a_moment_without_an_hour_is_at_noon_in_vietnam() -> None:
    told = list(read_statement("s.csv", as_csv(VIETCOMBANK)).told())
    assert told[0].transacted_at.isoformat() == "2026-11-20T12:00:00+07:00"
    assert [(one.outgoing, one.amount) for one in told] == [(False, 475_000), (True, 75_000)]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("475,000", "475,001"), "is not closing"),
        (("1,400,000", "1,500,000"), "is not closing"),
        (("Số tiền ghi có/Credit", "Khác"), "no header"),
        (("475,000", "4x5"), "is no amount"),
        (("0071000123456", ""), "not named in the file"),
    ],
)
def test_what_the_balances_do_not_prove_is_refused(change: tuple[str, str], why: str) -> None:
    data = as_csv(VIETCOMBANK).decode("utf-8-sig").replace(*change).encode()
    with pytest.raises(StatementError, match=why):
        read_statement("s.csv", data)


def test_a_row_that_is_missing_breaks_the_chain_of_balances() -> None:
    with pytest.raises(StatementError, match="does not follow"):
        read_statement("s.csv", as_csv([*TECHCOMBANK, ["", "19/11/2026", "FT3", "", "", "", "x", "", "5", "900.000"]]))


def test_a_statement_that_nothing_proves_whole_is_refused() -> None:
    bare = [[cell for place, cell in enumerate(row) if place != 9] for row in TECHCOMBANK]
    with pytest.raises(StatementError, match="nothing proves it whole"):
        read_statement("s.csv", as_csv(bare))


def test_a_statement_of_another_account_than_was_said_is_refused() -> None:
    with pytest.raises(StatementError, match="of account 0071000123456"):
        read_statement("s.csv", as_csv(VIETCOMBANK), "999999")


def test_a_header_below_the_first_rows_is_not_looked_for() -> None:
    with pytest.raises(StatementError, match="no header within 80 rows"):
        read_statement("s.csv", as_csv([[f"line {n}"] for n in range(80)] + VIETCOMBANK))


MT940 = """:20:STARTUMS
:25:970436/0071000123456
:28C:1/1
:60F:C261119VND1000000,
:61:2611201120C475000,NTRFFT26324001//MB1
:86:MBVCB.1.TIEN DIEN
PB1501000001
:62F:C261120VND1475000,
-
:20:STARTUMS
:25:970436/0071000123456
:28C:2/1
:60F:C261120VND1475000,
:61:2611211121D75000,NCHGNONREF
:86:Phi quan ly
:62F:C261121VND1400000,
-
"""


def test_messages_of_several_days_are_one_statement() -> None:
    statement = read_statement("s.sta", MT940.encode())
    came, left = statement.rows
    assert (statement.source, statement.account_number) == ("mt940", "0071000123456")
    assert (statement.opening, statement.closing) == (1_000_000, 1_400_000)
    assert (came.day, came.credit, came.reference) == (date(2026, 11, 20), 475_000, "FT26324001")
    assert came.content == "MBVCB.1.TIEN DIEN PB1501000001"
    assert (left.debit, left.reference) == (75_000, "")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("C475000,", "C475001,"), "is not closing"),
        ((":60F:C261120VND1475000,", ":60F:C261120VND1475001,"), "a message is missing"),
        (("VND", "USD"), "only accounts in VND"),
        (("970436/0071000123456\n:28C:2", "970436/9999999\n:28C:2"), "several accounts"),
        (("C475000,", "C475000,5"), "no whole amount"),
        ((":62F:C261121VND1400000,", ":62F:nothing"), "no MT940 message"),
    ],
)
def test_messages_that_do_not_follow_each_other_are_refused(change: tuple[str, str], why: str) -> None:
    with pytest.raises(StatementError, match=why):
        read_statement("s.sta", MT940.replace(*change).encode())


@given(st.text(max_size=200))
def test_whatever_stands_in_a_message_is_read_or_refused_in_one_line(text: str) -> None:
    with suppress(StatementError):
        read_statement("s.sta", (MT940 + text).encode(errors="replace"))
    with suppress(StatementError):
        read_statement("s.sta", MT940.replace("NTRFFT26324001", text).encode(errors="replace"))


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_whatever_is_given_is_read_or_refused_in_one_line(data: bytes) -> None:
    with pytest.raises(StatementError):
        read_statement("x", data)


@pytest.mark.parametrize("written", ["so du cuoi: 5000", "DƯ CUỐI 5", "so du dau 7 closing balance 9"])
@pytest.mark.parametrize("name", ["vietcombank", "bidv"])
def test_what_a_payer_writes_is_never_a_balance_of_the_statement(name: str, written: str) -> None:
    table = [[written if "PB1501000001" in cell else cell for cell in row] for row in TABLES[name]]
    statement = read_statement("s.csv", as_csv(table))
    assert (statement.opening, statement.closing) == (1_000_000, 1_400_000)


@pytest.mark.parametrize("head", [["Loại tiền/Currency: USD"], ["Loại tiền", "", "EUR"]])
def test_a_statement_in_another_currency_is_refused(head: list[str]) -> None:
    with pytest.raises(StatementError, match="only accounts in VND"):
        read_statement("s.csv", as_csv([head, *VIETCOMBANK]))
    in_dong = [["Loại tiền/Currency:", "VND"], *VIETCOMBANK]
    assert read_statement("s.csv", as_csv(in_dong)).credits == 475_000


def test_a_fraction_in_a_workbook_is_no_separator_of_thousands() -> None:
    table: list[list[Any]] = [
        ["Số tài khoản", "0071000123456"],
        ["Ngày", "Nợ", "Có", "Nội dung", "Số dư"],
        ["20/11/2026", "", 123.456, "TIEN DIEN PB1501000001", 123.456],
    ]
    with pytest.raises(StatementError, match="is no amount"):
        read_statement("s.xlsx", as_xlsx(table))


@pytest.mark.parametrize(
    ("day", "amount", "balance"),
    [
        ("20/11/2026", "9" * 13, "9" * 13),
        ("20/11/2026", "5", "9" * 16),
        ("20/11/2026", "1" * 5_000, "5"),
        ("31/12/9999", "5", "5"),
        ("01/01/0001", "5", "5"),
    ],
)
def test_what_no_account_ever_holds_is_refused_and_stops_nothing(day: str, amount: str, balance: str) -> None:
    table = [
        ["Số tài khoản", "0071000123456"],
        ["Ngày", "Nợ", "Có", "Nội dung", "Số dư"],
        [day, "", amount, "TIEN DIEN PB1501000001", balance],
    ]
    with pytest.raises(StatementError, match="line 3"):
        read_statement("s.csv", as_csv(table))


def test_signs_that_cannot_be_stored_are_left_out() -> None:
    table = [
        ["Số tài khoản", "0071000123456"],
        ["Ngày", "Nợ", "Có", "Nội dung", "Số dư"],
        ["20/11/2026", "", "5", "TIEN\x00 DIEN\x1b PB1501000001", "5"],
    ]
    [told] = read_statement("s.csv", as_csv(table)).told()
    assert told.content == "TIEN DIEN PB1501000001"


SIGNED = [
    ["Tài khoản", "711A12345678901"],
    ["Số dư đầu kỳ", "1.000.000"],
    ["Ngày hạch toán", "Diễn giải giao dịch", "Biến động", "Số dư lũy kế"],
    ["20/11/2026 09:58", "TIEN DIEN PB1501000001", "475.000", "1.475.000"],
    ["21/11/2026", "Phi", "-75.000", "1.400.000"],
    ["Số dư cuối kỳ", "1.400.000"],
]
MARKED = [
    ["Tài khoản", "711123456789"],
    ["Ngày hạch toán", "Diễn giải giao dịch", "Số tiền", "Loại", "Số dư lũy kế"],
    ["20/11/2026", "TIEN DIEN PB1501000001", "475.000", "C", "1.475.000"],
    ["21/11/2026", "Phi", "75.000", "D", "1.400.000"],
]
COLUMNS = {"day": "NGAY HACH TOAN", "content": "Diễn giải giao dịch", "balance": "số dư lũy kế"}


def layout(day: date = date(2026, 1, 1), **others: Any) -> StatementLayout:
    members = {"from": day, "bank": "A bank", "columns": COLUMNS | {"amount": "Biến động"}} | others
    return StatementLayout.model_validate(members)


BY_MARK = layout(
    columns=COLUMNS | {"amount": "Số tiền", "direction": "Loại"}, incoming={"C"}, outgoing={"D"}, bank="Another"
)


@pytest.mark.parametrize("table", [SIGNED, MARKED])
def test_a_layout_that_the_company_has_described_is_read_by_its_columns(table: list[list[str]]) -> None:
    for data in (as_csv(table, ";"), as_xlsx(table)):
        with pytest.raises(StatementError, match="no header"):
            read_statement("s", data)
        statement = read_statement("s", data, layouts=[layout(), BY_MARK])
        assert [(row.credit, row.debit) for row in statement.rows] == [(475_000, 0), (0, 75_000)]


def test_a_direction_that_no_word_names_is_refused() -> None:
    table = [*MARKED[:-1], [*MARKED[-1][:3], "X", MARKED[-1][4]]]
    with pytest.raises(StatementError, match="line 4: 'X' says neither"):
        read_statement("s", as_csv(table), layouts=[BY_MARK])


def test_a_layout_holds_for_statements_of_its_day_and_later_and_the_latest_one_goes_first() -> None:
    later = layout(date(2026, 11, 22))
    with pytest.raises(StatementError, match="no header"):
        read_statement("s", as_csv(SIGNED), layouts=[later])
    # Another word for the day of the same bank, from tomorrow on.
    swapped = layout(date(2026, 11, 21), columns=COLUMNS | {"amount": "Số dư lũy kế", "balance": "Biến động"})
    with pytest.raises(StatementError):
        read_statement("s", as_csv(SIGNED), layouts=[layout(), swapped])


@pytest.mark.parametrize(
    "others",
    [
        {"columns": COLUMNS},
        {"columns": COLUMNS | {"amount": "a", "credit": "b", "debit": "c"}},
        {"columns": COLUMNS | {"credit": "b"}},
        {"columns": COLUMNS | {"amount": "a", "direction": "b"}},
        {"columns": COLUMNS | {"amount": "…"}},
        {"incoming": {"C"}, "outgoing": {"D"}},
        {"units": {"PB1401"}},
    ],
)
def test_a_layout_that_says_too_little_or_two_things_is_refused(others: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        layout(**others)
