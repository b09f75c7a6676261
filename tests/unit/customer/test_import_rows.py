"""Every line of an import that is wrong is named, with what is wrong with it."""

from typing import Any

import pytest

from services.customer.imports.rows import CUSTOMERS, METERS, UNITS, FileFormat
from shared.csv_files import PLAINLY, FileRows, ImportOptions, Row, read_rows

FULL_HEADER = ",".join(CUSTOMERS.columns)
HEADER = FULL_HEADER.removesuffix(",ward,address_old,protected,budget_code")
GOOD = "PB14010012345,Nguyễn Thị Hạnh,12 Lê Lợi,0912 345 678,,PB1401,R1,1,household,1,true"

WRITABLE = "write one of true, 1, yes, y, có, x or one of false, 0, no, n, không"


def read_file(file_format: FileFormat, data: bytes, *, options: ImportOptions = PLAINLY) -> FileRows[tuple[Any, ...]]:
    """Read a whole list, as an import does piece by piece."""

    def keep(line: int, row: Row) -> tuple[Any, ...]:
        return line, *(getattr(row, column) for column in file_format.columns)

    return read_rows(
        file_format.name,
        data,
        file_format.model,
        keep,
        key=lambda row: str(getattr(row, file_format.key)),
        key_column=file_format.key,
        convert_legacy=options.convert_legacy,
    )


def read(*lines: str, file_format: FileFormat = CUSTOMERS) -> FileRows[tuple[Any, ...]]:
    return read_file(file_format, ("\n".join(lines) + "\n").encode())


def bad_lines(content: FileRows[tuple[Any, ...]]) -> list[tuple[int, str, str]]:
    return [(bad.line, bad.column, bad.message) for bad in content.bad]


def with_field(column: str, value: str) -> str:
    fields = GOOD.split(",")
    fields[CUSTOMERS.columns.index(column)] = f'"{value}"'
    return ",".join(fields)


def test_a_good_line_is_read_with_its_values_in_their_standard_form() -> None:
    content = read(HEADER, GOOD)
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
            None,
            None,
            None,
            None,
        )
    ]
    assert content.columns == {*HEADER.split(",")}


def test_codes_in_small_letters_are_read_and_remarked() -> None:
    content = read(HEADER, GOOD.replace("PB14010012345", "pb14010012345").replace(",R1,", ",r1,"))
    assert (content.bad, content.rows) == ([], read(HEADER, GOOD).rows)
    assert [(remark.column, remark.slug) for remark in content.remarks] == [
        ("customer_code", "small-letters"),
        ("route_code", "small-letters"),
    ]
    assert read(HEADER, GOOD, GOOD.replace("PB1", "pb1")).repeated


@pytest.mark.parametrize(
    ("column", "value", "slug"),
    [
        ("price_group", "household:50;household:50", "bad-shares"),
        ("name", "Nguyễn" + "\u0301" * 30, "too-many-marks"),
        ("route_code", "R1 R2", "bad-code"),
    ],
)
def test_what_has_two_readings_or_cannot_be_read_is_refused(column: str, value: str, slug: str) -> None:
    [bad] = read(HEADER, with_field(column, value)).bad
    assert (bad.column, bad.slug) == (column, slug)


OLD = "12 Lê Lợi, khóm 1, phường 2, TP Cà Mau"


def _with_ward(ward: str, address: str = "12 Lê Lợi", old: str = OLD) -> FileRows[tuple[Any, ...]]:
    line = GOOD.replace("12 Lê Lợi", f'"{address}"')
    return read(FULL_HEADER, f'{line},"{ward}","{old}",,')


def test_the_ward_of_today_and_the_old_address_stand_in_columns_that_a_list_may_lack() -> None:
    content = _with_ward("P. An Xuyên")
    assert content.rows[0][-4:-2] == ("Phường An Xuyên", OLD)
    assert [remark.message for remark in content.remarks] == ["is read as 'Phường An Xuyên'"]
    header = ",".join(column for column in CUSTOMERS.columns if column != "ward")
    content = read(header, f'{GOOD},"{OLD}",,')
    assert content.rows[0][-4:-2] == (None, OLD)
    assert "ward" not in content.columns
    [bad] = read(FULL_HEADER.replace("address_old", "old_address"), GOOD).bad
    assert bad.message.startswith("the header names old_address, which may be address_old")


@pytest.mark.parametrize(("text", "read_as"), [("1012345", "1012345"), (" 1 012 345", "1012345"), ("", None)])
def test_a_unit_of_the_state_budget_has_its_code_of_seven_digits(text: str, read_as: str | None) -> None:
    content = read(f"{HEADER},budget_code", f"{GOOD},{text}")
    assert (content.bad, content.rows[0][-1]) == ([], read_as)


@pytest.mark.parametrize("text", ["123456", "12345678", "10123a5"])
def test_what_is_no_code_of_a_unit_of_the_state_budget_is_refused(text: str) -> None:
    [bad] = read(f"{HEADER},budget_code", f"{GOOD},{text}").bad
    assert (bad.column, bad.slug) == ("budget_code", "bad-budget-code")


@pytest.mark.parametrize("address", ["12 Lê Lợi, phường 2", "ấp 1, xã An Xuyên"])
def test_a_ward_that_the_address_contradicts_is_refused_naming_where_the_old_one_goes(address: str) -> None:
    [bad] = _with_ward("Phường An Xuyên", address).bad
    assert (bad.column, bad.slug) == ("ward", "two-wards")
    assert "address_old" in bad.message
    assert _with_ward("Phường An Xuyên", "12 Lê Lợi, P. An Xuyên").bad == []


@pytest.mark.parametrize("ward", ["An Xuyên", "Thị trấn Đầm Dơi", "Phường An Xuyên, tỉnh Cà Mau", "12"])
def test_what_is_no_ward_of_today_is_refused(ward: str) -> None:
    [bad] = _with_ward(ward).bad
    assert (bad.column, bad.slug) == ("ward", "bad-ward")


@pytest.mark.parametrize(
    ("written", "active"),
    [
        ("Có", True),
        ("CO\u0301", True),
        ("co", True),
        ("x", True),
        ("X", True),
        ("Y", True),
        ("TRUE", True),
        ("Không", False),
        ("KHÔNG", False),
        ("khong", False),
        ("N", False),
        ("No", False),
        ("0", False),
    ],
)
def test_yes_and_no_are_read_as_people_write_them(written: str, active: bool) -> None:
    assert read(HEADER, with_field("active", written)).rows[0][CUSTOMERS.columns.index("active") + 1] is active


@pytest.mark.parametrize("written", ["-", "k", "2", "đúng", "ngừng", "?"])
def test_what_may_be_yes_or_no_is_refused_with_what_can_be_written(written: str) -> None:
    [(_, column, message)] = bad_lines(read(HEADER, with_field("active", written)))
    assert column == "active"
    assert message.endswith(WRITABLE)


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm() -> None:
    assert len(read_file(CUSTOMERS, b"\xef\xbb\xbf" + f"{HEADER}\r\n{GOOD}\r\n".encode()).rows) == 1


def test_names_are_composed_and_their_blanks_tidied() -> None:
    content = read(HEADER, with_field("name", "  Nguye\u0302\u0303n\u00a0 Thi\u0323 Ha\u0323nh\u200b "))
    assert content.rows[0][2] == "Nguyễn Thị Hạnh"


def test_a_name_of_200_letters_is_a_name_and_one_of_201_is_not() -> None:
    assert read(HEADER, with_field("name", "ế" * 200)).bad == []
    assert bad_lines(read(HEADER, with_field("name", "ế" * 201))) == [(2, "name", "is longer than 200 letters")]


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("customer_code", "12345", "is not like PB14010012345"),
        ("customer_code", "pb1401 0012345", "is not like PB14010012345"),
        ("name", "", "is empty"),
        ("name", "\u200b ", "is empty"),
        ("name", "---", "holds no letters"),
        ("name", "Hạnh\x1b@", "holds control characters"),
        ("name", "Hạnh\x00", "holds control characters"),
        ("name", "Nguy\ufffdn", "holds a letter that was lost when the text was converted (U+FFFD)"),
        ("address", "", "is empty"),
        ("phone", "0912 345 67", "is not a Vietnamese mobile or landline number"),
        ("phone", "O912345678", "holds letters"),
        ("phone", "0912345678 / 0987654321", "holds two numbers; write one: 0912345678 or 0987654321"),
        (
            "phone",
            "(076) 3856789",
            "may be a mobile number or a landline with its area code of 2017: 0763856789 or 02963856789",
        ),
        ("tax_code", "12", "has 2 digits; a tax code has 10, 10 and 3 behind a dash, or 12: '12'"),
        ("tax_code", "0300942002", "has a wrong check digit: a digit is mistyped or missing: '0300942002'"),
        (
            "name",
            "NguyÔn V¨n §øc",
            (
                "is written in TCVN3: 'NguyÔn V¨n §øc' is 'Nguyễn Văn Đức'; "
                "add --convert-legacy, or save the file as CSV UTF-8 in a Unicode font"
            ),
        ),
        ("name", "12345", "holds no letters"),
        ("name", "NULL", "is a program's word for nothing: 'NULL'"),
        ("address", "#REF!", "holds an error of a spreadsheet: '#REF!'"),
        ("name", "Nguy?n Th? H?nh", "has lost letters, which became question marks: 'Nguy?n Th? H?nh'"),
        ("name", "Nguy&#7877;n", "is written with the escapes of a program: 'Nguy&#7877;n' is 'Nguyễn'"),
        ("name", "Nguy%E1%BB%85n", "is written with the escapes of a program: 'Nguy%E1%BB%85n' is 'Nguyễn'"),
        ("name", "Nguy=E1=BB=85n", "is written with the escapes of a program: 'Nguy=E1=BB=85n' is 'Nguyễn'"),
        ("name", r"Nguy\u1ec5n", r"is written with the escapes of a program: 'Nguy\\u1ec5n' is 'Nguyễn'"),
        ("phone", "0912345678 / 090", "holds characters that no phone number has"),
        ("unit_code", "PB14", "is not like PB1401"),
        ("place_in_route", "first", "is not a number: 'first'"),
        ("place_in_route", "-1", "cannot be negative: '-1'"),
        ("place_in_route", "1000001", "is not from 0 to 1000000"),
        ("price_group", "Household!", "is neither a price group nor a mix like household:70;business_lt6kv:30"),
        ("price_group", "household:70;business:20", "the shares add up to 90 per cent, not 100"),
        ("households", "0", "is 0, and the price group is one of households"),
        ("households", "", "is empty"),
        ("households", "-1", "is not a number of households in steps of 0.25"),
        ("households", "1.3", "is not a number of households in steps of 0.25"),
        ("households", "nan", "is not a number: 'nan'"),
        ("name", "Nguy+HsU-n Th+Hss", "is written with the escapes of a program: 'Nguy+HsU-n Th+Hss' is 'Nguyễn Thị'"),
        ("name", "None", "is a program's word for nothing: 'None'"),
        ("name", "nan", "is a program's word for nothing: 'nan'"),
        ("active", "maybe", f"is neither true nor false: 'maybe'; {WRITABLE}"),
    ],
)
def test_a_wrong_value_is_named_with_line_and_column(column: str, value: str, message: str) -> None:
    content = read(HEADER, with_field(column, value))
    assert bad_lines(content) == [(2, column, message)]
    assert content.rows == []


@pytest.mark.parametrize("households", ["", "0", "0,00"])
def test_a_customer_outside_the_household_groups_has_no_households(households: str) -> None:
    line = with_field("households", households).replace(",household,", ",business_lt6kv,")
    content = read(HEADER, line)
    assert bad_lines(content) == []
    assert content.rows[0][1 + HEADER.split(",").index("households")] == "0"


def test_every_wrong_value_of_every_line_is_named() -> None:
    content = read(HEADER, "x,,,,,,,,,,", GOOD, with_field("active", ""))
    assert {(bad.line, bad.column) for bad in content.bad} == {
        *((2, column) for column in HEADER.split(",") if column not in {"phone", "tax_code"}),
        (4, "active"),
    }
    assert len(content.rows) == 1


def test_the_same_code_twice_is_wrong_the_second_time() -> None:
    content = read(HEADER, GOOD, GOOD)
    assert bad_lines(content) == [(3, "customer_code", "PB14010012345 stands in line 2 already")]


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    content = read(HEADER, with_field("address", "12 Lê Lợi\nkhóm 3"), with_field("active", "?"))
    assert content.rows[0][3] == "12 Lê Lợi khóm 3"
    assert [bad.line for bad in content.bad] == [4]


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (
            "a,b,c",
            f"is no header: it names none of {', '.join(HEADER.split(','))}; remove what stands above the header",
        ),
        (HEADER.replace("phone,", "telephone,"), "the header lacks phone"),
        (HEADER + ",name", "the header names name twice"),
    ],
)
def test_a_header_that_lacks_a_column_or_names_one_twice_is_refused(header: str, message: str) -> None:
    content = read(header, GOOD)
    assert (bad_lines(content), content.rows) == ([(1, "", message)], [])


def test_columns_may_be_in_any_order_in_capitals_and_beside_others() -> None:
    content = read("Note," + HEADER.upper(), f"hello,{GOOD}")
    assert content == read(HEADER, GOOD)


def test_a_line_with_fields_missing_is_named() -> None:
    assert bad_lines(read(HEADER, "PB14010012345,Hạnh")) == [(2, "", "has 2 fields instead of 11")]


def test_an_empty_file_and_an_open_quote_are_named() -> None:
    assert bad_lines(read_file(CUSTOMERS, b"")) == [(1, "", "the file is empty")]
    content = read(HEADER, GOOD, '"PB14010012346,never closed')
    assert [(bad.line, bad.message[:18]) for bad in content.bad] == [(3, "cannot be read as ")]


def test_what_is_not_utf8_is_named_with_its_line() -> None:
    content = read_file(CUSTOMERS, f"{HEADER}\n{GOOD}\n".encode() + GOOD.encode("utf-16"))
    assert bad_lines(content) == [(3, "", "is not UTF-8 text: save it as CSV UTF-8")]
    assert content.rows == []


def test_a_file_that_is_wrong_all_over_is_not_reported_line_by_line_without_end() -> None:
    content = read(HEADER, *["x"] * 5000)
    assert len(content.bad) == 1001
    assert content.bad[-1].message.startswith("there are more")


@pytest.mark.parametrize("day", ["2026-02-30", "31/02/2026", "2026-W05-1", ""])
def test_a_date_that_does_not_exist_is_reported(day: str) -> None:
    content = read(",".join(METERS.columns), f"210001,PB14010012345,1,5,{day}", file_format=METERS)
    expected = f"is not a date like 2026-01-31: {day!r}" if day else "is empty"
    assert bad_lines(content) == [(2, "installed_on", expected)]


@pytest.mark.parametrize(
    ("column", "written", "read_as", "remark"),
    [
        (
            "phone",
            "0780 3812 345",
            "+842903812345",
            "has an area code of before 2017: '0780 3812 345' is read as 02903812345",
        ),
        (
            "phone",
            "01661234567",
            "+84361234567",
            "has a mobile prefix of before 2018: '01661234567' is read as 0361234567",
        ),
        ("phone", "912345678", "+84912345678", "lacks its leading zero: '912345678' is read as 0912345678"),
        ("tax_code", "300942001", "0300942001", "lacks its leading zero: '300942001' is read as 0300942001"),
        (
            "tax_code",
            "300942001001",
            "0300942001-001",
            "lacks its leading zero: '300942001001' is read as 0300942001-001",
        ),
        ("tax_code", "96123456789", "096123456789", "lacks its leading zero: '96123456789' is read as 096123456789"),
    ],
)
def test_what_is_repaired_because_it_has_one_reading_is_remarked(
    column: str, written: str, read_as: str, remark: str
) -> None:
    content = read(HEADER, with_field(column, written))
    assert content.bad == []
    assert content.rows[0][1 + CUSTOMERS.columns.index(column)] == read_as
    assert [(item.line, item.column, item.message) for item in content.remarks] == [(2, column, remark)]


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("0950 000 000", "0950 000 000"),
        ("1900 1006", "1900 1006"),
        ("0290 3831 234 (máy lẻ 12)", "0290 3831 234 (máy lẻ 12)"),
        ("0290 3831 234 - 0290 3831 235", "0290 3831 234 - 0290 3831 235"),
        ("0780 3831 234", "02903831234"),
        ("01661234567", "0361234567"),
    ],
)
def test_an_offices_number_is_printed_as_it_is_written_unless_it_is_an_old_one(written: str, printed: str) -> None:
    content = read(",".join(UNITS.columns), f"PB1401,Điện lực,Cà Mau,9900000016,{written}", file_format=UNITS)
    assert (content.bad, content.rows[0][-1], len(content.remarks)) == ([], printed, int(written != printed))


def test_letters_that_documents_draw_as_plain_ones_are_kept_and_remarked() -> None:
    content = read(HEADER, with_field("name", "Y Ƀlưk Rơ\u0306n Êban"))
    assert [row[2] for row in content.rows] == ["Y Ƀlưk Rơ\u0306n Êban"]
    assert [str(item) for item in content.remarks] == [
        "name has letters that documents draw as plain ones: Ƀ as B, ơ\u0306 as ơ"
    ]


def test_chinese_characters_beside_a_name_are_kept_and_remarked_with_their_reading() -> None:
    content = read(HEADER, with_field("name", "Trần Văn Minh 陳文明"))
    assert (content.bad, [row[2] for row in content.rows]) == ([], ["Trần Văn Minh 陳文明"])
    assert [str(item) for item in content.remarks] == [
        "name has letters that documents draw as plain ones: 陳 as Trần, 文 as Văn, 明 as Minh"
    ]


@pytest.mark.parametrize(
    ("name", "proposed"), [("陳文明", "Trần Văn Minh"), ("ស្រី សុខា", "sri sokha"), ("陳 😀", "Trần")]
)
def test_a_name_in_another_script_alone_is_refused_with_what_it_is_in_latin_letters(name: str, proposed: str) -> None:
    [(line, column, message)] = bad_lines(read(HEADER, with_field("name", name)))
    assert (line, column) == (2, "name")
    assert message.startswith("holds no Latin letters: ")
    assert message.endswith(f"write it as on the identity card, such as {proposed!r}")


@pytest.mark.parametrize(
    ("column", "written", "stored", "remark"),
    [
        ("name", "⭐ Hạnh 👩🏽‍🌾❤️", "Hạnh", "name holds pictures that are left out: '⭐👩🏽🌾❤'"),
        (
            "address",
            "☎ 12 Lê Lợi 🏠, 60 m², 30 °C",
            "12 Lê Lợi , 60 m², 30 °C",
            "address holds pictures that are left out: '☎🏠'",
        ),
        ("phone", "📞 0️⃣912 345 678", "+84912345678", None),
    ],
)
def test_pictures_are_left_out_and_remarked(column: str, written: str, stored: str, remark: str | None) -> None:
    content = read(HEADER, with_field(column, written))
    assert (content.bad, [row[1 + CUSTOMERS.columns.index(column)] for row in content.rows]) == ([], [stored])
    assert [str(item) for item in content.remarks] == ([remark] if remark else [])


@pytest.mark.parametrize(
    ("column", "written", "stored"),
    [
        ("phone", "'0912345678", "+84912345678"),
        ("phone", '=""0912345678""', "+84912345678"),
        ("phone", "912345678.0", "+84912345678"),
        ("phone", "0912345678 / 84 912 345 678", "+84912345678"),
        ("phone", "ĐT: 0912.345.678", "+84912345678"),
        ("tax_code", "300942001.0", "0300942001"),
        ("tax_code", "'0300942001-001", "0300942001-001"),
        ("tax_code", '=""0300942001""', "0300942001"),
        ("address", "Hẻm 5? (gần chợ) A&B, 100% nhà", "Hẻm 5? (gần chợ) A&B, 100% nhà"),
    ],
)
def test_what_programs_wrap_around_a_value_is_no_part_of_it(column: str, written: str, stored: str) -> None:
    content = read(HEADER, with_field(column, written))
    assert (content.bad, [row[1 + CUSTOMERS.columns.index(column)] for row in content.rows]) == ([], [stored])


@pytest.mark.parametrize("name", ["Hạnh 한", "Hạnh \uf0a7", "Hạnh ไทย"])
def test_what_documents_cannot_show_is_refused(name: str) -> None:
    [(_, column, message)] = bad_lines(read(HEADER, with_field("name", name)))
    assert (column, message.startswith("holds what documents cannot show: ")) == ("name", True)


def test_old_encodings_are_converted_on_demand_and_remarked() -> None:
    lines = (
        HEADER,
        with_field("name", "NguyÔn V¨n §øc"),
        with_field("name", "Nguyeãn Vaên Ñöùc").replace("45,", "46,"),
    )
    data = "\n".join(lines).encode()
    content = read_file(CUSTOMERS, data, options=ImportOptions(convert_legacy=True))
    assert [row[2] for row in content.rows] == ["Nguyễn Văn Đức", "Nguyễn Văn Đức"]
    assert [item.message for item in content.remarks] == [
        "is written in TCVN3: 'NguyÔn V¨n §øc' is 'Nguyễn Văn Đức'",
        "is written in VNI: 'Nguyeãn Vaên Ñöùc' is 'Nguyễn Văn Đức'",
    ]


def test_a_file_whose_bytes_are_tcvn3_names_the_encoding_and_is_read_on_demand() -> None:
    line = GOOD.replace("Nguyễn Thị Hạnh", "NguyÔn ThÞ H¹nh").replace("12 Lê Lợi", "12 ®\u00adêng Lª Lîi")
    data = f"{HEADER}\n{line}\n".encode("latin-1")
    [bad] = read_file(CUSTOMERS, data).bad
    assert bad.message == ("is not UTF-8 text: it looks like TCVN3; add --convert-legacy, or save it as CSV UTF-8")
    content = read_file(CUSTOMERS, data, options=ImportOptions(convert_legacy=True))
    assert [row[2:4] for row in content.rows] == [("Nguyễn Thị Hạnh", "12 đường Lê Lợi")]
    [bad] = read_file(
        CUSTOMERS, data.replace(b"\xae\xad\xea", b"\xff\xff"), options=ImportOptions(convert_legacy=True)
    ).bad
    assert (bad.line, bad.column, bad.message[:32]) == (2, "address", "is in no encoding that is known:")


VISCII: dict[str, str | int | None] = {
    "ễ": "\u00ad",
    "ă": "å",
    "Đ": "Ð",
    "ứ": "Ñ",
    "ế": "ª",
    "ợ": "þ",
    "ị": "¸",
    "ạ": "Õ",
    "ố": "¯",
    "đ": "ð",
}


def in_viscii(text: str) -> bytes:
    return text.translate(str.maketrans(VISCII)).encode("latin-1")


def test_a_file_in_viscii_is_read_on_demand_and_what_another_encoding_could_be_is_what_the_file_is() -> None:
    names = ["Nguyễn Văn Đức", "Cao Anh Yến", "Lâm Hoàng Hà"]
    lines = [
        GOOD.replace("45,", f"{46 + place},").replace("Nguyễn Thị Hạnh", name).replace("Lê Lợi", "Lê Hà")
        for place, name in enumerate(names)
    ]
    data = in_viscii("\n".join((HEADER, *lines)))
    [bad] = read_file(CUSTOMERS, data).bad
    assert bad.message == "is not UTF-8 text: it looks like VISCII; add --convert-legacy, or save it as CSV UTF-8"
    content = read_file(CUSTOMERS, data, options=ImportOptions(convert_legacy=True))
    assert (content.bad, [row[2] for row in content.rows]) == ([], names)


def test_a_file_in_windows_1258_whose_letters_viscii_has_too_is_read() -> None:
    lines = [
        GOOD.replace("Nguyễn Thị Hạnh", "Lâm Hoàng Hà"),
        GOOD.replace("45,", "46,").replace("Nguyễn Thị Hạnh", "Tô Hà"),
    ]
    data = "\n".join((HEADER, *lines)).replace("Lợi", "Hà").encode("cp1258")
    content = read_file(CUSTOMERS, data, options=ImportOptions(convert_legacy=True))
    assert (content.bad, [row[2] for row in content.rows]) == ([], ["Lâm Hoàng Hà", "Tô Hà"])


def test_a_name_with_readings_in_two_old_encodings_is_refused_naming_both() -> None:
    assert bad_lines(read(HEADER, with_field("name", "Cao Anh Yªn"))) == [
        (
            2,
            "name",
            (
                "has several readings: 'Cao Anh Yªn' may be 'Cao Anh Yên' (TCVN3) or 'Cao Anh Yến' (VISCII); "
                "save the file as CSV UTF-8 in a Unicode font"
            ),
        )
    ]


def test_a_mark_between_letters_that_cannot_be_seen_is_left_out_and_named() -> None:
    content = read(HEADER, with_field("name", "Nguyễn\u200bThị Hạnh\u200b"))
    assert content.rows[0][2] == "NguyễnThị Hạnh"
    assert [remark.message for remark in content.remarks] == [
        "has a mark that cannot be seen, which is left out: read as 'NguyễnThị'"
    ]


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-30", "9999-12-31", "31/12/2101"])
def test_a_date_that_nobody_means_is_refused(day: str) -> None:
    [bad] = read(",".join(METERS.columns), f"21012345,PB14010012345,1,5,{day}", file_format=METERS).bad
    assert (bad.column, bad.message) == ("installed_on", f"is not in a year from 1950 to 2100: '{day}'")


@pytest.mark.parametrize("sign", ["+", "1+1", "A+B Cà Mau", "Trần Văn +84"])
def test_a_plus_is_no_escape(sign: str) -> None:
    assert read(HEADER, with_field("address", sign)).bad == []
