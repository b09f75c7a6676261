"""Every line of an import that is wrong is named, with what is wrong with it."""

from pathlib import Path

import pytest

from services.customer.imports.formats import CUSTOMERS, METERS, FileContent, FileFormat, read_file

HEADER = ",".join(CUSTOMERS.columns)
GOOD = "PB14010012345,Nguyễn Thị Hạnh,12 Lê Lợi,0912 345 678,,PB1401,R1,1,household,1,true"


def read(folder: Path, *lines: str, file_format: FileFormat = CUSTOMERS) -> FileContent:
    path = folder / file_format.name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_file(path, file_format)


def complaints(content: FileContent) -> list[tuple[int, str, str]]:
    return [(bad.line, bad.column, bad.message) for bad in content.bad]


def with_field(column: str, value: str) -> str:
    fields = GOOD.split(",")
    fields[list(CUSTOMERS.columns).index(column)] = f'"{value}"'
    return ",".join(fields)


def test_a_good_line_is_read_with_its_values_in_their_standard_form(tmp_path: Path) -> None:
    content = read(tmp_path, HEADER, GOOD)
    assert content.bad == []
    assert content.rows == [
        (
            2,
            "PB14010012345",
            "Nguyễn Thị Hạnh",
            "12 Lê Lợi",
            "+84912345678",
            None,
            "PB1401",
            "R1",
            1,
            "household",
            "1",
            True,
        )
    ]


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / CUSTOMERS.name
    path.write_bytes(b"\xef\xbb\xbf" + f"{HEADER}\r\n{GOOD}\r\n".encode())
    assert len(read_file(path, CUSTOMERS).rows) == 1


def test_names_are_composed_and_their_blanks_tidied(tmp_path: Path) -> None:
    content = read(tmp_path, HEADER, with_field("name", "  Nguye\u0302\u0303n\u00a0 Thi\u0323 Ha\u0323nh\u200b "))
    assert content.rows[0][2] == "Nguyễn Thị Hạnh"


def test_a_name_of_200_letters_is_a_name_and_one_of_201_is_not(tmp_path: Path) -> None:
    assert read(tmp_path, HEADER, with_field("name", "ế" * 200)).bad == []
    assert complaints(read(tmp_path, HEADER, with_field("name", "ế" * 201))) == [
        (2, "name", "is longer than 200 letters")
    ]


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("customer_code", "12345", "is not like PB14010012345"),
        ("customer_code", "pb14010012345", "is not like PB14010012345"),
        ("name", "", "is empty"),
        ("name", "\u200b ", "is empty"),
        ("name", "---", "holds no letters"),
        ("name", "Hạnh\x1b@", "holds control characters"),
        ("name", "Hạnh\x00", "holds control characters"),
        ("address", "", "is empty"),
        ("phone", "0912 345 67", "is not a Vietnamese mobile or landline number"),
        ("phone", "O912345678", "holds letters"),
        ("tax_code", "12", "is not like 0300942001 or 0300942001-001"),
        ("unit_code", "PB14", "is not like PB1401"),
        ("place_in_route", "first", "is not a whole number"),
        ("place_in_route", "-1", "is not from 0 to 1000000"),
        ("price_group", "Household!", "is neither a price group nor a mix like household:70;business_lt6kv:30"),
        ("price_group", "household:70;business:20", "the shares add up to 90 per cent, not 100"),
        ("households", "0", "is not a number of households in steps of 0.25"),
        ("households", "1.3", "is not a number of households in steps of 0.25"),
        ("households", "nan", "is not a number of households in steps of 0.25"),
        ("active", "maybe", "is neither true nor false"),
    ],
)
def test_a_wrong_value_is_named_with_line_and_column(tmp_path: Path, column: str, value: str, message: str) -> None:
    content = read(tmp_path, HEADER, with_field(column, value))
    assert complaints(content) == [(2, column, message)]
    assert content.rows == []


def test_every_wrong_value_of_every_line_is_named(tmp_path: Path) -> None:
    content = read(tmp_path, HEADER, "x,,,,,,,,,,", GOOD, with_field("active", ""))
    assert {(bad.line, bad.column) for bad in content.bad} == {
        *((2, column) for column in CUSTOMERS.columns if column not in {"phone", "tax_code"}),
        (4, "active"),
    }
    assert len(content.rows) == 1


def test_the_same_code_twice_is_wrong_the_second_time(tmp_path: Path) -> None:
    content = read(tmp_path, HEADER, GOOD, GOOD)
    assert complaints(content) == [(3, "customer_code", "PB14010012345 stands in line 2 already")]


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    content = read(tmp_path, HEADER, with_field("address", "12 Lê Lợi\nkhóm 3"), with_field("active", "?"))
    assert content.rows[0][3] == "12 Lê Lợi khóm 3"
    assert [bad.line for bad in content.bad] == [4]


@pytest.mark.parametrize("header", ["", "a,b,c", HEADER + ",more", HEADER.replace("phone", "Phone")])
def test_another_header_is_refused_with_the_right_one(tmp_path: Path, header: str) -> None:
    content = read(tmp_path, header, GOOD)
    assert complaints(content) == [(1, "", f"the header is not {HEADER}")]


def test_a_line_with_fields_missing_is_named(tmp_path: Path) -> None:
    assert complaints(read(tmp_path, HEADER, "PB14010012345,Hạnh")) == [(2, "", "has 2 fields instead of 11")]


def test_an_empty_file_and_an_open_quote_are_named(tmp_path: Path) -> None:
    (tmp_path / CUSTOMERS.name).write_bytes(b"")
    assert complaints(read_file(tmp_path / CUSTOMERS.name, CUSTOMERS)) == [(1, "", "the file is empty")]
    content = read(tmp_path, HEADER, GOOD, '"PB14010012346,never closed')
    assert [(bad.line, bad.message[:18]) for bad in content.bad] == [(3, "cannot be read as ")]


def test_what_is_not_utf8_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / CUSTOMERS.name
    path.write_bytes(f"{HEADER}\n{GOOD}\n".encode() + GOOD.encode("utf-16"))
    assert complaints(read_file(path, CUSTOMERS)) == [(3, "", "is not UTF-8")]


def test_a_file_that_is_wrong_all_over_is_not_reported_line_by_line_without_end(tmp_path: Path) -> None:
    content = read(tmp_path, HEADER, *["x"] * 5000)
    assert len(content.bad) == 1001
    assert content.bad[-1].message.startswith("there are more")


@pytest.mark.parametrize("day", ["2026-02-30", "31/01/2026", "2026-W05-1", ""])
def test_a_day_that_is_none_is_named(tmp_path: Path, day: str) -> None:
    content = read(tmp_path, ",".join(METERS.columns), f"210001,PB14010012345,1,5,{day}", file_format=METERS)
    assert complaints(content) == [(2, "installed_on", "is not a date like 2026-01-31")]
