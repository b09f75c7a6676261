"""The phone app opens soon: it is opened where there is little signal, on phones that are slow (ADR 12)."""

import gzip
from pathlib import Path

import pytest

from stack.state import PROJECT

DIST = PROJECT / "web" / "dist"
CODE = {".html", ".js", ".css"}
COMPRESSED = {".br", ".gz"}
DOCS = DIST / "docs"
"""The viewer of the API, which is no part of the app."""
OFFICE = DIST / "office"
"""The office, which is another one."""


def _zipped(files: list[Path]) -> int:
    assert files, f"{DIST} is empty: ./dev web build"
    return sum(len(gzip.compress(file.read_bytes(), 9)) for file in files)


def _built() -> list[Path]:
    files = [file for file in sorted(DIST.rglob("*")) if file.is_file() and file.suffix not in COMPRESSED]
    return [file for file in files if {DOCS, OFFICE}.isdisjoint(file.parents)]


def _opening() -> list[Path]:
    return [*DIST.glob("index.html"), *DIST.glob("assets/app-*.js"), *DIST.glob("assets/app-*.css")]


def test_what_is_loaded_to_open_the_app_is_at_most_50_kb() -> None:
    assert len(_opening()) == 3
    assert _zipped(_opening()) <= 50_000


def test_each_part_that_is_loaded_behind_the_first_screen_is_at_most_12_kb() -> None:
    """Screens that are not the first, English words, the drawing worker, the service worker."""
    later = [file for file in _built() if file.suffix in CODE and file not in _opening()]
    assert {file.name: _zipped([file]) for file in later if _zipped([file]) > 12_000} == {}


def test_all_code_and_words_of_the_app_are_at_most_100_kb() -> None:
    """What a new version is, in both languages: every phone downloads it behind the screen, at most once a day."""
    assert _zipped([file for file in _built() if file.suffix in CODE]) <= 100_000


def test_besides_there_are_only_the_letters_for_paper_and_an_icon() -> None:
    other = [file for file in _built() if file.suffix not in CODE]
    assert sorted(file.suffix for file in other) == [".json", ".svg", ".webmanifest"]
    # Two thirds of it are the readings of Chinese characters, which a name may hold; loaded behind the first screen.
    assert _zipped(other) <= 36_000


def test_the_app_neither_loads_nor_keeps_the_viewer_of_the_api() -> None:
    assert (DOCS / "swagger-ui-bundle.js").is_file()
    for file in _built():
        assert "swagger" not in file.read_text(encoding="utf-8")
        assert "docs/" not in file.read_text(encoding="utf-8")


def test_the_office_opens_with_at_most_60_kb_and_is_neither_loaded_nor_kept_by_phones() -> None:
    opening = [*OFFICE.glob("index.html"), *OFFICE.glob("assets/office-*.js"), *OFFICE.glob("assets/office-*.css")]
    assert len(opening) == 3
    assert _zipped(opening) <= 60_000
    for file in _built():
        assert "office/" not in file.read_text(encoding="utf-8")


PAGES = [DIST / "index.html", OFFICE / "index.html"]


@pytest.mark.parametrize("file", PAGES, ids=["app", "office"])
def test_no_page_has_scripts_or_styles_of_its_own_or_from_elsewhere(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert "<style" not in text
    assert " style=" not in text
    assert "http://" not in text
    assert "https://" not in text
    assets = (
        '<script type="module" crossorigin src="/office/assets/'
        if file.is_relative_to(OFFICE)
        else '<script type="module" crossorigin src="/app/assets/'
    )
    assert text.count("<script") == text.count(assets) == 1
