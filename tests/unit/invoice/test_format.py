"""The XML of an invoice against the table of fields."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from services.invoice.domain.invoice import Draft, Relation
from services.invoice.format.files import load_fields
from services.invoice.format.table import Field, FieldError, FieldKind
from services.invoice.format.values import rate_text, values_of
from services.invoice.format.writer import write_data
from tests.unit.invoice.samples import (
    OPTIONS,
    TABLE,
    bill,
    buyer,
    data,
    draft,
    invoice,
    related,
)

DRAFTS: dict[str, Callable[[], Draft]] = {
    "household": draft,
    "company": lambda: draft(buyer=buyer(tax_code="9900000016-001")),
    "budget unit": lambda: draft(buyer=buyer(budget_code="1234567")),
    "person": lambda: draft(buyer=buyer(personal_number="096123456789")),
    "with a list": lambda: draft(bill(450), most_lines=1),
    "replacement": lambda: draft(related=related()),
    "adjustment": lambda: draft(related=related(Relation.ADJUSTS)),
}


def check(element: etree._Element, block: str) -> None:
    """Hold an element against the table, the long way: the second reading of it."""
    fields = {field.name: field for field in TABLE.blocks[block]}
    names = [child.tag for child in element]
    assert names == [name for name in fields if name in names], f"{block}: order"
    assert {field.name for field in fields.values() if field.required} <= set(names), block
    for child in element:
        field = fields[str(child.tag)]
        if field.kind is FieldKind.BLOCK:
            check(child, field.of)
        elif field.kind is FieldKind.LIST:
            assert [each.tag for each in child] == [field.of] * len(child)
            for each in child:
                check(each, field.of)
        else:
            assert not len(child)
            text = child.text or ""
            if field.kind is FieldKind.TEXT:
                assert 0 < len(text) <= field.size
            if field.kind is FieldKind.DECIMAL:
                assert re.fullmatch(r"-?[0-9]+(\.[0-9]{1,6})?", text)
                assert sum(sign.isdigit() for sign in text) <= field.size
            if field.kind is FieldKind.DAY:
                assert date.fromisoformat(text)


@pytest.mark.parametrize("kind", DRAFTS)
def test_every_element_is_in_the_table_in_its_place_and_fits(kind: str) -> None:
    root = etree.fromstring(data(invoice(DRAFTS[kind]())))

    assert (root.tag, root.get("Id")) == ("DLHDon", "data")
    check(root, "DLHDon")


def test_the_invoice_says_who_what_and_how_much() -> None:
    root = etree.fromstring(data())
    texts = {
        path: root.findtext(path)
        for path in (
            "TTChung/PBan",
            "TTChung/KHMSHDon",
            "TTChung/KHHDon",
            "TTChung/SHDon",
            "TTChung/NLap",
            "NDHDon/NBan/MST",
            "NDHDon/NMua/MKHang",
            "NDHDon/TToan/THTTLTSuat/LTSuat/TSuat",
            "NDHDon/TToan/TgTCThue",
            "NDHDon/TToan/TgTThue",
            "NDHDon/TToan/TgTTTBSo",
            "NDHDon/TToan/TgTTTBChu",
        )
    }

    assert list(texts.values()) == [
        "2.1.0",
        "1",
        "K26TAA",
        "42",
        "2026-11-05",
        "9900000016",
        "PB14010012345",
        "8%",
        "700526",
        "56042",
        "756568",
        "Bảy trăm năm mươi sáu nghìn năm trăm sáu mươi tám đồng",
    ]


def test_a_list_is_named_and_an_earlier_invoice_is_referred_to() -> None:
    root = etree.fromstring(data(invoice(draft(bill(450), most_lines=1, related=related()))))

    assert root.findtext("TTChung/SBKe", "").startswith("BK-")
    assert root.findtext("TTChung/NBKe") == "2026-11-05"
    assert [each.text for each in root.iterfind("TTChung/TTHDLQuan/*")] == [
        "1",
        "1",
        "1",
        "K26TAA",
        "41",
        "2026-10-05",
        "Ghi sai chỉ số",
    ]
    [line] = root.findall("NDHDon/DSHHDVu/HHDVu")
    assert line.find("DGia") is None


def test_what_is_signed_is_canonical_already() -> None:
    written = data()

    assert etree.tostring(etree.fromstring(written), method="c14n") == written


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=60))
def test_any_text_is_written_as_lxml_writes_it_canonically_or_refused(text: str) -> None:
    if not text.split():
        return
    try:
        written = data(invoice(draft(related=replace(related(), reason=text))))
    except FieldError:
        with pytest.raises(ValueError, match="XML compatible"):
            etree.Element("x").text = " ".join(text.split())
        return
    root = etree.fromstring(written)
    assert root.findtext("TTChung/TTHDLQuan/GChu") == " ".join(text.split())
    assert etree.tostring(root, method="c14n") == written


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co")), min_size=1, max_size=400),
    st.text(max_size=300),
)
def test_any_name_is_written_as_it_is_or_refused(name: str, reason: str) -> None:
    if not name.strip():
        return
    related_one = replace(related(), reason=reason)
    try:
        written = data(invoice(draft(buyer=buyer(name=name), related=related_one)))
    except FieldError:
        return
    root = etree.fromstring(written)
    assert (root.findtext("NDHDon/NMua/Ten") or "") == " ".join(name.split())
    check(root, "DLHDon")


def test_a_name_that_is_too_long_is_refused_and_not_cut() -> None:
    with pytest.raises(FieldError, match="Ten has 401"):
        data(invoice(draft(buyer=buyer(name="x" * 401))))


@pytest.mark.parametrize(
    "changes",
    [
        {"Khac": "x"},
        {"TTChung": {}},
        {"NDHDon": "x"},
        {"TTKhac": "x"},
        {"TTKhac": [{"TTruong": "a", "KDLieu": "text", "DLieu": "b"}]},
        {"TTKhac": [{"TTruong": "a", "KDLieu": "string", "DLieu": "\x00"}]},
    ],
)
def test_what_the_table_does_not_have_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(FieldError):
        write_data(TABLE, {**values_of(invoice(), OPTIONS), **changes})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (Field("SHDon", FieldKind.WHOLE, size=8), 100_000_000),
        (Field("SHDon", FieldKind.WHOLE, size=8), -1),
        (Field("SHDon", FieldKind.WHOLE, size=8), "1٢"),
        (Field("ThTien", FieldKind.DECIMAL, size=21, decimals=6), Decimal("0.0000001")),
        (Field("ThTien", FieldKind.DECIMAL, size=21, decimals=6), 10**21),
        (Field("ThTien", FieldKind.DECIMAL, size=21, decimals=6), "1"),
        (Field("NLap", FieldKind.DAY), "2026-11-05"),
        (Field("Ten", FieldKind.TEXT, size=3), "abcd"),
        (Field("Ten", FieldKind.TEXT, size=3), 1),
        (Field("TTChung", FieldKind.BLOCK, of="TTChung"), "x"),
    ],
)
def test_a_value_that_does_not_fit_its_field_is_refused(field: Field, value: Any) -> None:
    with pytest.raises(FieldError):
        field.text_of(value)


def test_numbers_are_written_plainly() -> None:
    field = Field("SLuong", FieldKind.DECIMAL, size=21, decimals=6)

    assert [field.text_of(value) for value in (0, -5, 10**9, Decimal("1E+3"), Decimal("0.250"))] == [
        "0",
        "-5",
        "1000000000",
        "1000",
        "0.25",
    ]


@pytest.mark.parametrize(("rate", "text"), [("8", "8%"), ("10", "10%"), ("0", "0%"), ("7.5", "KHAC:07.50%")])
def test_vat_rates_have_the_words_of_the_format(rate: str, text: str) -> None:
    assert rate_text(rate) == text


@pytest.mark.parametrize(
    "content",
    [
        "",
        "version: 1\nroot: A\nblocks: {}",
        "version: 1\nroot: A\nblocks: {A: [{name: x}]}",
        "version: 1\nroot: A\nblocks: {A: [{name: x, text: 1, long: 2}]}",
        "version: 1\nroot: A\nblocks: {A: [{name: x, text: 1}, {name: x, text: 1}]}",
        "version: 1\nroot: A\nblocks: {A: [{name: x, block: B}]}",
    ],
)
def test_a_table_with_a_mistake_is_refused(content: str, tmp_path: Path) -> None:
    file = tmp_path / "fields.yaml"
    file.write_text(content)

    with pytest.raises(FieldError):
        load_fields(file)


def test_the_lengths_of_the_decision_are_in_the_table() -> None:
    lengths = {(block, field.name): field.size for block, fields in TABLE.blocks.items() for field in fields}

    assert {
        place: lengths[place]
        for place in (
            ("TTChung", "THDon"),
            ("TTChung", "HTTToan"),
            ("NBan", "Ten"),
            ("NMua", "MDVQHNSach"),
            ("NMua", "CCCDan"),
            ("HHDVu", "THHDVu"),
            ("HHDVu", "TSuat"),
            ("TToan", "TgTTTBChu"),
        )
    } == {
        ("TTChung", "THDon"): 100,
        ("TTChung", "HTTToan"): 50,
        ("NBan", "Ten"): 400,
        ("NMua", "MDVQHNSach"): 7,
        ("NMua", "CCCDan"): 12,
        ("HHDVu", "THHDVu"): 500,
        ("HHDVu", "TSuat"): 11,
        ("TToan", "TgTTTBChu"): 255,
    }
