"""The phone and the server draw the same dots and send the same bytes."""

import base64
import hashlib
import os
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.printing import Document, PrinterProfile, QrCode, render, to_escpos
from tests.unit.printing.strategies import documents
from tests.unit.web.node import PhoneRenderer

EXAMPLES = int(os.environ.get("THUNGAN_RANDOM_DOCUMENTS", "100"))

profiles = st.builds(
    PrinterProfile,
    width_dots=st.sampled_from((384, 576)),
    native_qr=st.booleans(),
    text_mode=st.sampled_from(("none", "none", "ascii_lines", "unaccented")),
    cut=st.sampled_from(("none", "partial", "full")),
    fence=st.booleans(),
    status=st.booleans(),
    feed_command=st.booleans(),
    tail_rows=st.integers(0, 400),
)


@pytest.fixture(scope="module")
def phone() -> Iterator[PhoneRenderer]:
    with PhoneRenderer() as renderer:
        yield renderer


def expect_the_same(phone: PhoneRenderer, document: Document, profile: PrinterProfile, *, resync: bool) -> None:
    raster = render(document, profile.width_dots)
    assert phone.render(document, profile, resync=resync) == {
        "height": raster.height,
        "sha256": hashlib.sha256(raster.data).hexdigest(),
        "escpos": base64.b64encode(to_escpos(document, profile, resync=resync)).decode(),
    }


@settings(max_examples=EXAMPLES)
@given(document=documents, profile=profiles, resync=st.booleans())
def test_any_document_comes_out_of_the_phone_as_the_server_would_print_it(
    phone: PhoneRenderer, document: Document, profile: PrinterProfile, resync: bool
) -> None:
    expect_the_same(phone, document, profile, resync=resync)


@pytest.mark.parametrize("error_level", ["L", "M", "Q", "H"])
@pytest.mark.parametrize("alphabet", ["0123456789", "ABCDEF:/$", "aệ"], ids=["digits", "capitals", "bytes"])
def test_codes_of_every_size_have_the_same_modules(phone: PhoneRenderer, error_level: str, alphabet: str) -> None:
    length, versions = 1, 0
    while True:
        data = (alphabet * length)[:length]
        try:
            code = QrCode.model_validate({"data": data, "error_level": error_level})
        except ValueError:
            break
        document = Document(kind="test", title="Mã", blocks=(code,))
        expect_the_same(phone, document, PrinterProfile(tail_rows=0), resync=False)
        length, versions = length + max(1, length // 5), versions + 1
    assert versions > 10


@pytest.mark.parametrize(
    ("change", "reported"),
    [
        ({"version": 2}, "not understood: $.version"),
        ({"colour": "red"}, "not understood: $.colour"),
        ({"blocks": []}, "not understood: $.blocks"),
        ({"blocks": [{"type": "picture"}]}, "not understood: $.blocks[0].type"),
        ({"blocks": [{"type": "text", "text": "a", "size": 3}]}, "not understood: $.blocks[0].size"),
        ({"blocks": [{"type": "text"}]}, "not understood: $.blocks[0].text"),
        ({"blocks": [{"type": "feed", "rows": 1.5}]}, "not understood: $.blocks[0].rows"),
        ({"blocks": [{"type": "qr", "data": "a" * 700}]}, "too many"),
        ({"blocks": [{"type": "qr", "data": "a\x1b@"}]}, "control characters"),
    ],
)
def test_the_phone_refuses_what_it_could_not_print_whole(
    phone: PhoneRenderer, change: dict[str, object], reported: str
) -> None:
    good = {"version": 1, "kind": "test", "title": "Giấy", "blocks": [{"type": "rule"}]}
    answer = phone.ask({"document": {**good, **change}, "profile": PrinterProfile().model_dump(), "resync": False})
    assert reported in answer["error"]
