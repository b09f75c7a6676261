"""Every text that can leave, counted by a counter that shares nothing with ours (npm ``sms-segments-calculator``)."""

import json
import subprocess
from itertools import product

import pytest

from services.notify.domain.kinds import Kind
from services.notify.texts.segments import Encoding, measure
from services.notify.texts.template_file import load_templates
from services.notify.texts.templates import ACCENTED, Rendered
from tests.unit.web.paths import DEV

TEMPLATES = load_templates()
UNITS = ["Điện lực Cà Mau", "Đội Quản lý điện Trần Văn Thời", "Công ty Điện lực thành phố Hồ Chí Minh và các xã phường"]
COLLECTORS = [
    *("Lý An", "Nguyễn Hoàng Thị Huỳnh Thanh Tuyết Phương", "An {[^]} €€€", "😀 Út"),
    *("H’Lĭm Niê Kđăm ƀč", "Đặng Ơn\u0302 \\|~ Ê", "ស្រី មុំ", "ꨌꩌ 陳文明", "👩🏽‍🌾\u200b\ufeff Ƣ Ǥ"),
]
"""Accents, the extension table, emoji of several code points, Ê Đê, decomposed, invisible letters, Khmer, Cham, Hoa."""
AMOUNTS = ["871.020d", "98.871.020d"]
APPOINTMENTS = [None, "25/11 08:30"]
LINKS = [None, "https://thungan.dienluc-camau.vn/hd/ABCDEFGH234567AB"]


def rendered(kind: str, language: str) -> list[Rendered]:
    """Return the texts of a kind for all names, amounts, appointments and links of invoices that there are."""
    return [
        TEMPLATES.render(
            kind,
            language,
            {
                "unit": unit,
                "customer_code": "PB14010012345",
                "amount": amount,
                "period": "T8-T10/2026",
                "date": "22/11",
                "due_date": "21/11",
                "collector_name": collector,
                "collector_phone": "0951000001",
                "unit_phone": "19001006",
                "appointment": appointment or ("25/11 08:30" if kind == Kind.PROMISED else None),
                "cut_at": "01/12 08:00",
                "receipt": "BN26-AA 00000123",
                "address": "https://thungan.dienluc-camau.vn/r/A1B2C3D4E5F6",
                "invoice_link": link,
            },
        )
        for unit, collector, amount, appointment, link in product(UNITS, COLLECTORS, AMOUNTS, APPOINTMENTS, LINKS)
    ]


def counted(texts: list[str]) -> list[tuple[str, int]]:
    command = [str(DEV), "web", "node", "tests/sms/count_segments.ts"]
    answer = subprocess.run(command, input=json.dumps(texts), capture_output=True, text=True, check=True, timeout=300)
    return [(size["encoding"], size["segments"]) for size in json.loads(answer.stdout)]


def test_an_independent_counter_counts_every_text_as_we_do() -> None:
    texts = [one.text for kind in Kind for language in ("vi", ACCENTED, "en") for one in rendered(kind, language)]
    names = {Encoding.GSM7: "GSM-7", Encoding.UCS2: "UCS-2"}
    ours = [(names[size.encoding], size.segments) for size in map(measure, texts)]

    assert len(texts) == len(Kind) * 3 * len(UNITS) * len(COLLECTORS) * len(AMOUNTS) * len(APPOINTMENTS) * len(LINKS)
    assert [pair for pair in zip(texts, ours, counted(texts), strict=True) if pair[1] != pair[2]] == []


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_without_accents_one_gsm7_segment_is_enough_whatever_the_names(kind: Kind, language: str) -> None:
    assert {(one.size.encoding, one.size.segments) for one in rendered(kind, language)} == {(Encoding.GSM7, 1)}


@pytest.mark.parametrize("kind", Kind)
def test_with_accents_two_segments_are_enough_whatever_the_names(kind: Kind) -> None:
    assert {one.size.segments for one in rendered(kind, ACCENTED)} <= {1, 2}


@pytest.mark.parametrize("kind", Kind)
def test_a_text_with_accents_says_what_the_one_without_says(kind: Kind) -> None:
    assert TEMPLATES.by_name[kind].forms.keys() == {"vi", ACCENTED, "en"}


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("language", ["vi", ACCENTED, "en"])
def test_amount_code_and_the_hour_of_a_cut_are_never_shortened(kind: Kind, language: str) -> None:
    for one in rendered(kind, language):
        assert "871.020d" in one.text
        assert "PB14010012345" in one.text
        assert kind is not Kind.CUT_WARNING or "01/12 08:00" in one.text
