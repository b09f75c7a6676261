"""What reminders say, and what gives way when it does not fit."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.kinds import WITH_INVOICE, Kind
from services.notify.texts.segments import Encoding
from services.notify.texts.template_file import load_templates
from services.notify.texts.templates import TemplateError, fields_of, person_names, plain

TEMPLATES = load_templates()
PARAMETERS: dict[str, str | None] = {
    "unit": "Điện lực Cà Mau",
    "customer_code": "PB14010012345",
    "amount": "871.020d",
    "period": "T10/2026",
    "date": "22/11",
    "collector_name": "Nguyễn Văn An",
    "collector_phone": "0951000001",
    "appointment": None,
}


def test_an_away_reminder_says_who_came_what_is_owed_and_whom_to_call() -> None:
    rendered = TEMPLATES.render("away", "vi", PARAMETERS)
    assert rendered.text == (
        "Dien luc Ca Mau TB: 22/11 khong gap KH PB14010012345, tien dien T10/2026 la 871.020d. "
        "LH thu ngan Nguyen Van An 0951000001. Da TT thi bo qua"
    )
    assert rendered.size.segments == 1


def test_an_appointment_is_named_where_there_is_one() -> None:
    rendered = TEMPLATES.render("away", "vi", PARAMETERS | {"appointment": "25/11 08:30"})
    assert "hen 25/11 08:30" in rendered.text
    assert rendered.size.segments == 1


def test_english_is_a_setting_away() -> None:
    assert "missed you on 22/11" in TEMPLATES.render("away", "en", PARAMETERS).text


@pytest.mark.parametrize("unit", ["Điện lực Trần Văn Thời", "Đội Quản lý khu vực Tắc Vân", "Công ty Điện lực Cà Mau"])
@pytest.mark.parametrize("collector", ["Lý An", "Nguyễn Thị Kim Phượng", "Nguyễn Hoàng Thị Huỳnh Thanh Tuyết Phương"])
@pytest.mark.parametrize("amount", ["871.020d", "98.871.020d"])
@pytest.mark.parametrize("appointment", [None, "25/11 08:30"])
def test_names_give_way_so_that_one_segment_is_enough(
    unit: str, collector: str, amount: str, appointment: str | None
) -> None:
    changed = {"unit": unit, "collector_name": collector, "amount": amount, "appointment": appointment}
    rendered = TEMPLATES.render("away", "vi", PARAMETERS | changed)
    assert rendered.size.segments == 1
    assert amount in rendered.text
    assert "0951000001" in rendered.text
    assert "PB14010012345" in rendered.text
    assert plain(collector).split()[-1] in rendered.text


@given(
    unit=st.text(min_size=1, max_size=120),
    name=st.text(min_size=1, max_size=120),
    amount=st.integers(1, 10**12),
    appointment=st.sampled_from([None, "25/11 08:30"]),
)
def test_whatever_the_names_the_text_is_one_gsm7_segment_with_amount_code_and_phone(
    unit: str, name: str, amount: int, appointment: str | None
) -> None:
    sms_amount = f"{amount:,}d".replace(",", ".")
    changed = {"unit": unit, "collector_name": name, "amount": sms_amount, "appointment": appointment}
    rendered = TEMPLATES.render("away", "vi", PARAMETERS | changed)
    assert rendered.size.encoding is Encoding.GSM7
    assert rendered.size.segments == 1
    assert all(part in rendered.text for part in (sms_amount, "PB14010012345", "0951000001"))


def test_a_name_that_looks_like_a_parameter_stays_a_name() -> None:
    rendered = TEMPLATES.render("away", "vi", PARAMETERS | {"collector_name": "An {amount} {0}"})
    assert "{amount}" in rendered.text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Y Ƀlưk Kđăm", "Y Bluk Kdam"),
        ("Rơ̆n Ŏng", "Ron Ong"),
        ("H\u2019Ñuôl Êban", "H'Nuol Eban"),
        ("ស្រី សុខា", "sri sokha"),
        ("Trần Ký陳記", "Tran Ky Tran Ky"),
        ("Łukasz Ŋguyễn", "Lukasz Nguyen"),
        ("Nguyễn 😀 An", "Nguyen An"),
    ],
)
def test_rare_letters_stay_readable(name: str, text: str) -> None:
    assert plain(name) == text


def test_names_become_shorter_step_by_step() -> None:
    assert list(person_names("Nguyen Thi Kim Hoa")) == ["N.T.K. Hoa", "Hoa", "Hoa"]
    assert list(person_names("Hoa")) == ["Hoa", "Hoa", "Hoa"]
    assert list(person_names("")) == ["", "", ""]


def test_an_unknown_template_or_language_is_an_error() -> None:
    with pytest.raises(TemplateError, match="no template"):
        TEMPLATES.render("nothing", "vi", PARAMETERS)
    with pytest.raises(TemplateError, match="language 'fr'"):
        TEMPLATES.render("away", "fr", PARAMETERS)


def test_a_missing_parameter_is_an_error() -> None:
    with pytest.raises(TemplateError, match="needs more than amount"):
        TEMPLATES.render("away", "vi", {"amount": "1d"})


def test_every_language_has_the_same_forms() -> None:
    for template in TEMPLATES.by_name.values():
        for of_languages in (template.forms, template.invoice_forms):
            shapes = [[fields_of(form) for form in forms] for forms in of_languages.values()]
            assert all(shape == shapes[0] for shape in shapes)


LINK = "https://thungan.dienluc-camau.vn/hd/ABCDEFGH234567AB"


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_that_may_lead_to_an_invoice_has_texts_for_that_in_every_language(kind: Kind) -> None:
    template = TEMPLATES.by_name[kind]
    assert template.invoice_forms.keys() == (template.forms.keys() if kind in WITH_INVOICE else set())
    for form in (form for forms in template.invoice_forms.values() for form in forms):
        assert "invoice_link" in fields_of(form)
    assert all("invoice_link" not in fields_of(form) for forms in template.forms.values() for form in forms)


def test_a_reminder_leads_to_the_invoice_within_one_segment() -> None:
    rendered = TEMPLATES.render("away", "vi", PARAMETERS | {"invoice_link": LINK})
    assert rendered.text == (
        "Dien luc Ca Mau TB: KH PB14010012345 no tien dien 871.020d. LH thu ngan Nguyen Van An 0951000001. "
        "Hoa don: https://thungan.dienluc-camau.vn/hd/ABCDEFGH234567AB"
    )
    assert rendered.size.segments == 1


def test_forms_with_a_link_are_numbered_after_those_that_providers_have_registered() -> None:
    assert TEMPLATES.render("away", "vi", PARAMETERS).form == 1
    assert TEMPLATES.render("away", "vi", PARAMETERS | {"invoice_link": LINK}).form == 3


@pytest.mark.parametrize("language", ["vi", "vi-accents", "en"])
def test_a_link_that_does_not_fit_is_left_out_and_the_text_stays_as_it_was(language: str) -> None:
    with_link = PARAMETERS | {"invoice_link": f"https://{'a' * 120}.vn/hd/ABCDEFGH234567AB"}
    assert TEMPLATES.render("away", language, with_link) == TEMPLATES.render("away", language, PARAMETERS)


THANKS = PARAMETERS | {"receipt": "1C26TPB 00001234", "address": "https://hd.dienluc-camau.vn/R/ABCDEFGHIJKLMNOPQ"}


@pytest.mark.parametrize("kind", [Kind.PAID, Kind.RECEIPT])
@pytest.mark.parametrize(("language", "has_both"), [("vi", True), ("vi-accents", False), ("en", True)])
def test_where_there_is_no_room_for_both_links_thanks_have_that_of_the_receipt_whose_page_leads_to_the_invoice(
    kind: Kind, language: str, has_both: bool
) -> None:
    link = "https://hd.dienluc-camau.vn/hd/ABCDEFGH234567AB"
    text = TEMPLATES.render(kind, language, THANKS | {"invoice_link": link}).text
    assert (str(THANKS["address"]) in text, link in text) == (True, has_both)
    longer = THANKS | {"address": f"{THANKS['address']}/{'A' * 30}"}
    assert TEMPLATES.render(kind, language, longer | {"invoice_link": link}) == TEMPLATES.render(kind, language, longer)


def test_a_text_that_leads_to_an_invoice_and_no_more_to_the_receipt_is_refused_when_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "templates.yaml"
    file.write_text(
        "names: {}\nabbreviations: []\ntemplates: [{id: x, version: 1, texts: {vi: ['A {address}']}, "
        "invoice_texts: {vi: ['B {invoice_link}']}}]",
        "utf-8",
    )
    with pytest.raises(TemplateError, match=r"x \(vi\) leads to an invoice and to no receipt"):
        load_templates(file)


def test_a_template_with_accents_is_refused_when_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "templates.yaml"
    file.write_text(
        "names: {}\nabbreviations: []\ntemplates: [{id: x, version: 1, texts: {vi: ['Tiền {amount}']}}]", "utf-8"
    )
    with pytest.raises(TemplateError, match="not GSM-7"):
        load_templates(file)
