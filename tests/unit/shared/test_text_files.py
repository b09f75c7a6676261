"""Plain text is read in pieces, and as if it were read as a whole; whatever else a file may be is read as a whole."""

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.csv_files import Row, read_rows
from shared.csv_files.cells import Name, Whole
from shared.csv_files.text_file import TextFile, source_of
from shared.printing.text import without_glyph
from shared.text import half_width, is_ordinary, tidy, with_vietnamese_d, without_accents, without_pictures


class Thing(Row):
    name: Name
    number: Whole


def _read(content: bytes, path: Path) -> tuple[object, object, object, bool]:
    path.write_bytes(content)
    both = [
        read_rows("things.csv", data, Thing, lambda line, row: (line, row)) for data in (content, source_of(path).data)
    ]
    assert both[0] == both[1]
    return both[1].rows, both[1].bad, both[1].columns, both[1].is_broken


@given(
    st.lists(
        st.sampled_from(["name,number", "sep=;", "a;b", "Hạnh,1", '"x\ny",2', '"open', "", "ð,3", "Ng\x1b,4", "a,b,c"])
    ),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([b"", codecs.BOM_UTF8]),
)
def test_a_file_has_the_same_rows_and_bad_lines_in_pieces(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], end: str, mark: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "things.csv"
    _read(mark + end.join(["name,number", *lines, ""]).encode(), path)
    _read(mark + end.join([*lines, ""]).encode(), path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b",;\r\n",
        b"name,number",
        "name,number\nHạnh,1\n".encode("utf-16"),
        b"name,number\n\xd4,1\n",
        b"<table>\n",
        b"PK\x03\x04\n",
    ],
)
def test_what_is_no_plain_text_is_read_as_a_whole(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "things.csv").write_bytes(content)
    assert source_of(tmp_path / "things.csv").data == content


def test_a_file_that_is_written_to_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "things.csv"
    path.write_text("name,number\nHạnh,1\n", "utf-8")
    source = source_of(path).data
    assert isinstance(source, TextFile)
    path.write_text("name,number\nHạnh,1\nHằng,2\n", "utf-8")
    read = read_rows("things.csv", source, Thing, lambda line, row: (line, row))
    assert (read.is_broken, [bad.slug for bad in read.bad]) == (True, ["changed"])


@given(st.text(alphabet=st.one_of(st.characters(max_codepoint=0x1EFF), st.characters()), max_size=12))
def test_of_an_ordinary_text_nothing_is_left_out_or_read_otherwise(text: str) -> None:
    if is_ordinary(text):
        assert tidy(with_vietnamese_d(half_width(without_pictures(text)))) == tidy(text)
        assert without_glyph(text) == ({}, "")
        assert without_accents(text).isascii()
