"""Files are read where there is one reading, by every importer alike; else refused with line, column and cause."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.imports.collection_points import PointRow
from services.billing.imports.readings import ReadingRow
from services.billing.quote.case_rows import CaseRow
from services.customer.imports.rows import CustomerRow, MeterRow
from shared.csv_files import BadCellError, FileRows, Row, UnreadableFileError, read_lines, read_rows
from shared.csv_files.cells import day, fraction, number, whole, wholes

FILES: dict[type[Row], str] = {
    CustomerRow: (
        "customer_code,name,address,phone,tax_code,unit_code,route_code,place_in_route,price_group,households,active\n"
        "PB14010009001,Trại tôm Bảy Hợp,Ấp 3,0953000111,,PB1401,PB1401-001,90,business_lt6kv,1,true\n"
    ),
    MeterRow: ("meter_number,customer_code,multiplier,digits,installed_on\n110000000,PB14010000105,1,5,2011-03-15\n"),
    ReadingRow: (
        "customer_code,meter_number,register,cycle,month,year,period_from,period_to,old_reading,new_reading\n"
        "PB14010000210,230000010,KT,1,11,2026,2026-11-01,2026-11-20,357253,357353\n"
    ),
    PointRow: (
        "collection_point_code,name,kind,address,opening_hours,phone,unit_code\n"
        "DT140102,Bưu điện An Xuyên,post_office,Cà Mau,T2-T6,0952 000 001,PB1401\n"
    ),
    CaseRow: "id,period_from,period_to,price_group,households,kwh\na,2026-10-01,2026-10-31,household,1,165\n",
}
"""Every kind of file that is imported or quoted: its header and one line."""

with_every_file = pytest.mark.parametrize("model", FILES)


def rows_of(model: type[Row], data: bytes | str) -> FileRows[Row]:
    return read_rows("file.csv", data, model, lambda _line, row: row)


def in_utf8(change: Callable[[str], str]) -> Callable[[str], bytes]:
    return lambda text: change(text).encode()


SHAPES: dict[str, Callable[[str], bytes]] = {
    "blank rows": in_utf8(lambda text: "\n" + text + ",,,\n\n , \n,,,,,,,,,,,,,,,,,,,,,,,\n"),
    "a header in capitals": in_utf8(lambda text: text.partition("\n")[0].upper() + "\n" + text.partition("\n")[2]),
    "a header with blanks": in_utf8(
        lambda text: (
            text.partition("\n")[0].title().replace("_", " ").replace(",", " , ") + "\n" + text.partition("\n")[2]
        )
    ),
    "empty columns at the end": in_utf8(lambda text: text.replace("\n", ",,,\n")),
    "empty fields at the end": in_utf8(lambda text: text[:-1] + ",,,\n"),
    "no line end at the end": in_utf8(lambda text: text[:-1]),
    "line ends of Windows": in_utf8(lambda text: text.replace("\n", "\r\n")),
    "line ends of old Macs": in_utf8(lambda text: text.replace("\n", "\r")),
    "semicolons": in_utf8(lambda text: text.replace(",", ";")),
    "tabs": in_utf8(lambda text: text.replace(",", "\t")),
    "a named separator": in_utf8(lambda text: "sep=|\r\n" + text.replace(",", "|")),
    "a tab that is named": in_utf8(lambda text: "sep=\\t\n" + text.replace(",", "\t")),
    "line ends of Unicode": in_utf8(lambda text: text.replace("\n", "\u2028")),
    "the end of file of DOS": in_utf8(lambda text: text + "\x1a"),
    "zero bytes behind the end": in_utf8(lambda text: text + "\x00" * 20),
    "a named separator in quotes": in_utf8(lambda text: '"sep=;"\n' + text.replace(",", ";")),
    "UTF-8 with a mark": lambda text: text.encode("utf-8-sig"),
    "UTF-8 with a mark and a named separator": lambda text: ("sep=;\n" + text.replace(",", ";")).encode("utf-8-sig"),
    "UTF-16 with a mark": lambda text: text.encode("utf-16"),
    "UTF-16, big endian": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "UTF-16 without a mark": lambda text: text.encode("utf-16-le"),
    "UTF-16, big endian, without a mark": lambda text: text.encode("utf-16-be"),
    "UTF-32 without a mark": lambda text: text.encode("utf-32-le"),
    "UTF-32, big endian, without a mark": lambda text: text.encode("utf-32-be"),
    "UTF-32": lambda text: text.encode("utf-32"),
    "everything in quotes": in_utf8(
        lambda text: "\n".join(",".join(f'"{cell}"' for cell in line.split(",")) for line in text.splitlines())
    ),
}


@with_every_file
@pytest.mark.parametrize("shape", SHAPES)
def test_what_has_one_reading_is_read_by_every_importer(model: type[Row], shape: str) -> None:
    plain = rows_of(model, FILES[model])
    assert (len(plain.rows), plain.bad) == (1, [])
    assert rows_of(model, SHAPES[shape](FILES[model])) == plain


@with_every_file
@pytest.mark.parametrize(
    ("spoil", "line", "message", "slug"),
    [
        (lambda _: b"", 1, "the file is empty", "bad-header"),
        (lambda _: b"\n,,,\n", 1, "the file is empty", "bad-header"),
        (lambda _: b"\xff\xfe", 1, "the file is empty", "bad-header"),
        (
            lambda _: b"PK\x03\x04\x14\x00",
            1,
            "is a workbook that cannot be read (File is not a zip file): save it as CSV UTF-8",
            "bad-workbook",
        ),
        (
            lambda _: b"\xd0\xcf\x11\xe0\xa1",
            1,
            "is a workbook that cannot be read: save it as XLSX, or save it as CSV UTF-8",
            "bad-workbook",
        ),
        (
            lambda text: text.encode() + "Nguyễn".encode("cp1258", errors="replace") + b"\xf4\n",
            3,
            "is not UTF-8 text: save it as CSV UTF-8",
            "bad-encoding",
        ),
        (lambda text: text.encode("utf-16") + b"x", 3, "is not UTF-16-LE text: save it as CSV UTF-8", "bad-encoding"),
        (lambda _: b"%PDF-1.7", 1, "is a PDF: ask its author for the list as a spreadsheet", "bad-file"),
        (lambda _: b"\x1f\x8b\x08\x00", 1, "is packed (gzip): unpack it", "bad-file"),
        (
            lambda text: text.replace(",", "\x00,", 1).encode(),
            1,
            "the header holds zero bytes: the file was damaged, copy it anew",
            "bad-header",
        ),
        (lambda text: text.encode() + b'"open', 3, "cannot be read as CSV: unexpected end of data", "bad-csv"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_cause(
    model: type[Row], spoil: Callable[[str], bytes], line: int, message: str, slug: str
) -> None:
    [bad] = rows_of(model, spoil(FILES[model])).bad
    assert (bad.file, bad.line, bad.column, bad.message, bad.slug) == ("file.csv", line, "", message, slug)


@with_every_file
def test_a_column_that_is_named_twice_has_two_readings(model: type[Row]) -> None:
    header, _, rest = FILES[model].partition("\n")
    last = header.rpartition(",")[2]
    [bad] = rows_of(model, f"{header},{last}\n{rest}").bad
    assert (bad.line, bad.message) == (1, f"the header names {last} twice")


@with_every_file
def test_a_column_that_is_needed_is_missed(model: type[Row]) -> None:
    name = next(name for name in model.columns() if name not in model.optional_columns)
    [bad] = rows_of(model, FILES[model].replace(name, "x", 1)).bad
    assert (bad.line, bad.message) == (1, f"the header lacks {name}")


@with_every_file
def test_fields_beyond_the_header_are_refused_whatever_they_hold(model: type[Row]) -> None:
    width = FILES[model].partition("\n")[0].count(",") + 1
    [bad] = rows_of(model, FILES[model].rstrip("\n") + ",surplus\n").bad
    assert (bad.line, bad.message, bad.slug) == (2, f"has {width + 1} fields instead of {width}", "bad-row")


def test_a_line_may_end_early_where_what_is_left_out_may_be_empty() -> None:
    header = FILES[ReadingRow].partition("\n")[0] + ",due_date,cos_phi"
    row = FILES[ReadingRow].splitlines()[1]
    content = rows_of(ReadingRow, f"{header}\n{row}\n{row.rpartition(',')[0]}\n")
    assert len(content.rows) == 1
    assert [(bad.line, bad.message) for bad in content.bad] == [(3, "has 9 fields instead of 12")]


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    text = FILES[PointRow] + '\nDT2,"Bưu điện\nNăm Căn",bank,Cà Mau,,,PB1401\nDT3,A,shop,Cà Mau,,,PB1401\n'
    assert [bad.line for bad in rows_of(PointRow, text).bad] == [6]
    assert [bad.line for bad in rows_of(PointRow, "sep=,\r" + text.replace("\n", "\r")).bad] == [7]


def test_each_line_is_read_by_itself_until_the_file_breaks_off() -> None:
    header, row = FILES[CaseRow].splitlines()
    lines = list(read_lines("cases", f'{header}\n{row}\nb,many\n{row}\n"open', CaseRow))
    assert [(line.number, line.cells.get("id"), line.row is not None) for line in lines] == [
        (2, "a", True),
        (3, "b", False),
        (4, "a", True),
        (5, None, False),
    ]
    with pytest.raises(UnreadableFileError, match="is no header: it names none of"):
        read_lines("cases", "a;b\n1;2\n", CaseRow)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", "0"),
        ("1000", "1000"),
        ("0165", "165"),
        ("165.0", "165"),
        ("165,0", "165"),
        ("1,5", "1.5"),
        ("1.5", "1.5"),
        ("+5", "5"),
        ("-5.25", "-5.25"),
        (".85", "0.85"),
        ("70.", "70"),
        ("0.125", "0.125"),
        ("0,850", "0.85"),
        ("1234.567", "1234.567"),
        ("12.3456", "12.3456"),
    ],
)
def test_a_number_with_one_reading_is_read(text: str, value: str) -> None:
    assert number(text) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("1.000", "1000 or 1"),
        ("1,000", "1000 or 1"),
        ("1.234", "1234 or 1.234"),
        ("950.000", "950000 or 950"),
        ("-12,500", "-12500 or -12.5"),
    ],
)
def test_a_number_with_two_readings_is_refused_naming_both(text: str, readings: str) -> None:
    for read in (number, whole):
        with pytest.raises(BadCellError) as refused:
            read(text)
        assert str(refused.value) == f"has two readings: {text!r} may be {readings}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("many", "is not a number: 'many'"),
        (".", "is not a number: '.'"),
        ("-", "is not a number: '-'"),
        ("٣", "is not a number: '٣'"),
        ("1 5", "is not a number: '1 5'"),
        ("1" * 16, f"is not a number: '{'1' * 16}'"),
        ("1.000.000", "is written with separators between thousands: '1.000.000'; write digits only"),
        ("1,000.5", "is written with separators between thousands: '1,000.5'; write digits only"),
        ("1 000", "is written with separators between thousands: '1 000'; write digits only"),
        ("1E+3", "was rounded by a spreadsheet: '1E+3'; write all its digits"),
        ("1.23457E+11", "was rounded by a spreadsheet: '1.23457E+11'; write all its digits"),
    ],
)
def test_what_is_no_plain_number_is_refused_with_what_to_do(text: str, message: str) -> None:
    with pytest.raises(BadCellError) as refused:
        number(text)
    assert str(refused.value) == message


@given(st.decimals(min_value=-(10**6), max_value=10**6, places=2))
def test_a_number_as_it_is_printed_is_that_number(value: Decimal) -> None:
    assert number(str(value)) == number(str(value).replace(".", ",")) == value


@given(st.text(max_size=20))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    try:
        assert number(text).is_finite()
    except BadCellError as refused:
        assert refused.slug == "bad-number"  # noqa: PT017 - either is right


def test_whole_numbers_are_whole_and_not_negative() -> None:
    assert (whole("165"), whole("165.0"), wholes("30; 40")) == (165, 165, (30, 40))
    for text, slug in (("5.5", "not-whole"), ("-5", "negative"), ("30;1.000", "bad-number")):
        with pytest.raises(BadCellError) as refused:
            wholes(text)
        assert refused.value.slug == slug


def test_what_is_at_most_one_has_no_thousands() -> None:
    assert [fraction(text) for text in ("1.000", "1,000", "0.850", "1")] == [1, 1, Decimal("0.85"), 1]
    with pytest.raises(BadCellError):
        fraction("2.000")


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31",
        "31/01/2026",
        "31.1.2026",
        "31-01-2026",
        "1/31/2026",
        "2026-01-31 00:00:00",
        "2026/01/31",
        "2026-1-31",
        "2026.1.31",
        "2026‑01‑31",
        "2026–01–31",
    ],
)
def test_a_date_with_one_reading_is_read(text: str) -> None:
    assert day(text) == date(2026, 1, 31)


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("2026-02-30", ""),
        ("2026-W05-1", ""),
        ("20260131", ""),
        ("2026-13-05", ""),
        ("31/02/2026", ""),
        ("32/01/2026", ""),
        ("03/04/2026", " may be 2026-04-03 or 2026-03-04"),
        ("1/2/2026", " may be 2026-02-01 or 2026-01-02"),
        ("01-09-2025", " may be 2025-09-01 or 2025-01-09"),
        ("01/02/26", " may be 2026-02-01 or 2026-01-02 or 2001-02-26"),
        ("31/12/26", " may be 2026-12-31 or 2031-12-26"),
        ("2026-11-01 08:30", ""),
        ("46000", ", but the day number of a spreadsheet: 2025-12-09, or 2029-12-10 where days count from 1904"),
        ("46000.0", ", but the day number of a spreadsheet: 2025-12-09, or 2029-12-10 where days count from 1904"),
    ],
)
def test_a_date_with_two_readings_or_none_is_refused(text: str, more: str) -> None:
    assert day("05.05.2026") == date(2026, 5, 5)
    with pytest.raises(BadCellError) as refused:
        day(text)
    assert str(refused.value) == f"is not a date like 2026-01-31: {text!r}{more}"


@with_every_file
def test_a_separator_that_is_named_and_not_used_is_refused(model: type[Row]) -> None:
    [bad] = rows_of(model, "sep=;\n" + FILES[model]).bad
    message = "the file names ';' as its separator, but its header is separated by ','"
    assert (bad.line, bad.message) == (2, message)


def test_a_header_with_two_separators_is_refused_naming_both() -> None:
    [bad] = rows_of(MeterRow, "meter_number,customer_code;multiplier;digits,installed_on\n").bad
    assert bad.message == "the header lacks customer_code, multiplier, digits"
    [bad] = rows_of(MeterRow, "meter_number,customer_code,multiplier;digits;installed_on\n").bad
    assert bad.message == "the header has two readings: its columns are separated by ',' or by ';'"


@with_every_file
def test_a_value_in_a_column_without_a_name_is_refused(model: type[Row]) -> None:
    header, row = FILES[model].splitlines()
    [bad] = rows_of(model, f"{header.replace(',', ',,', 1)}\n{row.replace(',', ',7,', 1)}\n").bad
    assert (bad.line, bad.message) == (2, "holds '7' in column 2, which the header gives no name")


@pytest.mark.parametrize(
    ("model", "written", "meant"),
    [(ReadingRow, "due_dat", "due_date"), (ReadingRow, "multiplyer", "multiplier"), (CaseRow, "cut_day", "cut_days")],
)
def test_a_column_that_may_be_a_known_one_misspelt_is_refused(model: type[Row], written: str, meant: str) -> None:
    header, row = FILES[model].splitlines()
    [bad] = rows_of(model, f"{header},{written}\n{row},1\n").bad
    assert (bad.line, bad.message) == (
        1,
        f"the header names {written}, which may be {meant} or a column of its own: rename it",
    )
    assert rows_of(model, f"{header},note\n{row},1\n").bad == []


@pytest.mark.parametrize("mark", ["\u200b", "\u202a", "\ufeff", "\u00a0", "\ufe0f", "\u2060"])
def test_an_invisible_character_does_not_make_another_meter(mark: str) -> None:
    text = FILES[MeterRow].replace("110000000,PB", f"110{mark}000000,{mark}PB") if mark != "\u00a0" else FILES[MeterRow]
    assert rows_of(MeterRow, text) == rows_of(MeterRow, FILES[MeterRow])


@pytest.mark.parametrize("dash", ["\u2010", "\u2011", "\u2013", "\u2212", "\uff0d"])
def test_a_dash_of_any_kind_is_a_dash_in_codes_numbers_and_dates(dash: str) -> None:
    text = FILES[MeterRow].replace("110000000", "110-7").replace("2011-03-15", f"2011{dash}03{dash}15")
    assert rows_of(MeterRow, text.replace("110-7", f"110{dash}7")) == rows_of(MeterRow, text.replace(dash, "-"))


def test_invisible_characters_are_ignored() -> None:
    text = FILES[CustomerRow].replace("PB14010009001", "\u200bPB14010009001\u00a0").replace("Ấp 3", "Ấp\u200d 3")
    assert rows_of(CustomerRow, text) == rows_of(CustomerRow, FILES[CustomerRow])


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("=1+1", "begins like a formula: '=1+1'; write what it shows"),
        ("@SUM(A1)", "begins like a formula: '@SUM(A1)'; write what it shows"),
        (
            "Ngu\u0443ễn Văn An",
            "mixes Latin letters with Greek or Cyrillic ones that look alike: 'Ngu\u0443ễn'; type the word anew",
        ),
    ],
)
def test_a_name_that_shows_something_else_than_it_holds_is_refused(name: str, message: str) -> None:
    [bad] = rows_of(CustomerRow, FILES[CustomerRow].replace("Trại tôm Bảy Hợp", name)).bad
    assert (bad.line, bad.column, bad.message) == (2, "name", message)


@pytest.mark.parametrize(
    ("written", "name", "remark"),
    [
        ("Ｎｇｕｙễn An", "Nguyễn An", "has full-width letters, which are read as ordinary ones: 'Nguyễn An'"),
        (
            "\u00d0ặng An",
            "Đặng An",
            "has a letter of another language in place of đ: it is read as 'Đặng An'",
        ),
    ],
)
def test_a_name_typed_with_letters_that_look_the_same_is_read_and_remarked(
    written: str, name: str, remark: str
) -> None:
    content = rows_of(CustomerRow, FILES[CustomerRow].replace("Trại tôm Bảy Hợp", written))
    assert [getattr(row, "name", "") for row in content.rows] == [name]
    assert [(item.column, item.message) for item in content.remarks] == [("name", remark)]


def test_zero_bytes_in_a_line_refuse_that_line_only() -> None:
    file = FILES[CustomerRow] + FILES[CustomerRow].splitlines()[1].replace("9001", "9002").replace("Trại", "Tr\x00ại")
    content = rows_of(CustomerRow, file)
    assert (len(content.rows), [(bad.line, bad.column) for bad in content.bad]) == (1, [(3, "name")])
