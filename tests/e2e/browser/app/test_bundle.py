"""The phone app is small: it is opened where there is little signal, on phones that are slow."""

import gzip
from pathlib import Path

import pytest

from ops.stack.state import PROJECT

DIST = PROJECT / "web" / "dist"


def _zipped(*patterns: str) -> int:
    files: list[Path] = [file for pattern in patterns for file in DIST.glob(pattern)]
    assert files, f"{DIST} holds none of {patterns}: ./dev web build"
    return sum(len(gzip.compress(file.read_bytes(), 9)) for file in files)


def test_what_is_loaded_to_open_the_app_is_at_most_60_kb() -> None:
    assert _zipped("index.html", "assets/app-*.js", "assets/app-*.css") <= 60_000


def test_with_printing_and_english_which_are_loaded_later_it_stays_small() -> None:
    assert _zipped("*.html", "*.js", "assets/*.js", "assets/*.css", "assets/*.json") <= 75_000


@pytest.mark.parametrize("file", sorted(DIST.rglob("*.html")), ids=lambda file: file.name)
def test_no_page_has_scripts_or_styles_of_its_own_or_from_elsewhere(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert "<style" not in text
    assert " style=" not in text
    assert "http://" not in text
    assert "https://" not in text
    assert text.count("<script") == text.count('<script type="module" crossorigin src="/app/assets/')
