"""Random documents, with all the text that people manage to enter."""

import string
import unicodedata

from hypothesis import strategies as st

from shared.printing import Cell, Columns, Document, Feed, QrCode, Rule, Text

VIETNAMESE = "".join(
    unicodedata.normalize("NFC", vowel + tone)
    for base in "aăâeêioôơuưy"
    for vowel in (base, base.upper())
    for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
)

_letters = st.text(VIETNAMESE + "đĐ₫" + string.ascii_letters + string.digits + " .,-/:()\u00a0\n", max_size=80)
_anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
_hostile = st.text("\x00\x07\t\r\n\x0b\x1b\x1c\x1d\x10\x7f\x9b@aEJkrv!V(\u200b\u0301\u0323ệ😀 ", max_size=30)
_rare = st.text("ƀɃŏŎĭčñêơư\u0306\u0300\u0323 \n\u00a0សរ្ីꨌВǖ□陳", max_size=30)
texts = _rare | _letters | _anything | _hostile | _letters.map(lambda text: unicodedata.normalize("NFD", text))

aligns = st.sampled_from(("left", "center", "right"))
weights = st.sampled_from(("regular", "bold"))
sizes = st.sampled_from((1, 2))

cells = st.builds(
    Cell,
    text=texts,
    align=aligns,
    weight=weights,
    width=st.none() | st.integers(1, 20),
    share=st.integers(1, 5),
    keep=st.booleans(),
)
blocks = st.one_of(
    st.builds(Text, text=texts, align=aligns, weight=weights, size=sizes),
    st.builds(Columns, cells=st.lists(cells, min_size=1, max_size=5).map(tuple), size=sizes),
    st.builds(Rule, style=st.sampled_from(("single", "double", "dashed"))),
    st.builds(Feed, rows=st.integers(1, 300)),
    st.builds(
        QrCode,
        data=st.text(string.ascii_uppercase + string.digits + "/:.", min_size=1, max_size=120)
        | st.text("Ầệđ₫ab", min_size=1, max_size=60),
        error_level=st.sampled_from("LMQH"),
        caption=st.none() | texts,
    ),
)
documents = st.builds(
    Document,
    kind=st.just("receipt"),
    title=st.just("Biên nhận"),
    blocks=st.lists(blocks, min_size=1, max_size=8).map(tuple),
)
