"""What a receipt is in law: dated data per unit, of which nothing that could be mistaken for an invoice is read."""

from datetime import date
from pathlib import Path

import pytest

from services.receipt.legal_forms.files import SHIPPED, load_legal_forms
from services.receipt.legal_forms.rules import LegalFormError
from shared.contracts.common import Language

FORMS = load_legal_forms()


@pytest.mark.parametrize(
    ("day", "whole", "name"),
    [
        (date(2018, 5, 31), True, "invoice"),
        (date(2018, 5, 31), False, "receipt"),
        (date(2026, 6, 30), True, "invoice"),
        (date(2026, 7, 1), True, "receipt"),
        (date(2026, 7, 1), False, "receipt"),
        (date(2031, 1, 1), True, "receipt"),
    ],
)
def test_the_day_of_issue_decides_what_a_receipt_is(day: date, *, whole: bool, name: str) -> None:
    assert FORMS.form_of("PB1401", day, settles_whole_bills=whole).name == name


def test_a_receipt_has_words_in_both_languages_and_no_template() -> None:
    form = FORMS.form_of("PB1401", date(2026, 11, 12), settles_whole_bills=True)
    assert (form.template, form.series_head(2026)) == ("", "BN26-")
    assert "không\u00a0phải\u00a0hóa\u00a0đơn" in form.words[Language.VIETNAMESE]
    assert "not\u00a0an\u00a0invoice" in form.words[Language.ENGLISH]


def test_a_day_before_every_rule_is_refused() -> None:
    with pytest.raises(LegalFormError, match="no rule covers"):
        FORMS.form_of("PB1401", date(2000, 1, 1), settles_whole_bills=True)


@pytest.mark.parametrize(
    ("good", "bad", "cause"),
    [
        ('"BN{year}-{letters}"', '"K{year}-{letters}"', "what is no invoice"),
        ('"BN{year}-{letters}"', '"BN{year}T{letters}"', "what is no invoice"),
        ('"BN{year}-{letters}"', '"BN-{letters}"', "what is no invoice"),
        ('"K{year}T{letters}"', '"BN{year}T{letters}"', "an invoice has"),
        ('en: "Confirms', 'fr: "Confirms', "fr"),
        ("from: 2026-07-01", "from: soon", "not a date"),
        ("whole: invoice", "whole: voucher", "voucher"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(tmp_path: Path, good: str, bad: str, cause: str) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert good in text
    file = tmp_path / "forms.yaml"
    file.write_text(text.replace(good, bad), encoding="utf-8")
    with pytest.raises(LegalFormError, match=cause) as refused:
        load_legal_forms(file)
    assert str(file) in str(refused.value)
