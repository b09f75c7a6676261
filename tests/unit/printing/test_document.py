import json

import pytest
from pydantic import ValidationError

from shared.printing import Cell, Columns, Document, Feed, QrCode, Rule, Text
from tests.unit.printing.samples import NOTICE, RECEIPT


def test_what_has_its_default_value_does_not_travel() -> None:
    document = Document(kind="receipt", title="Biên nhận 1", blocks=(Text(text="Chào"), Rule(), Feed(rows=3)))
    assert json.loads(document.model_dump_json()) == {
        "version": 1,
        "kind": "receipt",
        "title": "Biên nhận 1",
        "language": "vi",
        "blocks": [{"type": "text", "text": "Chào"}, {"type": "rule"}, {"type": "feed", "rows": 3}],
    }


@pytest.mark.parametrize("document", [RECEIPT, NOTICE], ids=["receipt", "notice"])
def test_a_document_comes_back_from_json_as_it_was(document: Document) -> None:
    assert Document.model_validate_json(document.model_dump_json()) == document


def test_a_paper_travels_in_a_few_kilobytes() -> None:
    assert len(NOTICE.model_dump_json().encode()) < 2_000
    assert len(RECEIPT.model_dump_json().encode()) < 4_500


def test_a_document_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        RECEIPT.title = "khác"  # type: ignore[misc]


@pytest.mark.parametrize(
    "wrong",
    [
        {"version": 2},
        {"kind": "Receipt!"},
        {"title": ""},
        {"language": "fr"},
        {"blocks": []},
        {"blocks": [{"type": "picture"}]},
        {"blocks": [{"text": "no type"}]},
        {"blocks": [{"type": "text", "text": "x", "colour": "red"}]},
        {"blocks": [{"type": "text", "text": "x", "size": 3}]},
        {"blocks": [{"type": "columns", "cells": []}]},
        {"blocks": [{"type": "feed", "rows": 0}]},
    ],
    ids=str,
)
def test_what_is_not_a_document_is_refused(wrong: dict[str, object]) -> None:
    right = {"version": 1, "kind": "receipt", "title": "x", "blocks": [{"type": "rule"}]}
    Document.model_validate(right)
    with pytest.raises(ValidationError):
        Document.model_validate({**right, **wrong})


@pytest.mark.parametrize("data", ["A" * 735, "1" * 1001, "ệ" * 169, "a\x1bb", "a\nb", "\x85", ""], ids=repr)
def test_a_qr_code_that_no_narrow_paper_can_carry_is_refused_where_it_is_made(data: str) -> None:
    with pytest.raises(ValidationError):
        QrCode(data=data)


def test_the_schema_requires_what_distinguishes_blocks() -> None:
    schema = Document.model_json_schema()
    assert {"version", "kind", "title", "blocks"} == set(schema["required"])
    for name in ("Text", "Columns", "Rule", "Feed", "QrCode"):
        assert "type" in schema["$defs"][name]["required"]


def test_cells_are_limited_to_what_paper_can_show() -> None:
    with pytest.raises(ValidationError):
        Columns(cells=tuple(Cell(text=str(number)) for number in range(9)))
