"""The office has words for what its people do."""

import re
from pathlib import Path

import pytest

from services.gateway.routes import OPERATIONS
from services.gateway.staff.act_log import is_kept

WORDS = Path("web/src/i18n")
BESIDES = {"signIn", "firstSignIn", "firstAdministrator"}
"""Kept where nobody is signed in yet."""


@pytest.mark.parametrize("language", ["vi", "en"])
def test_all_that_is_kept_of_people_has_words_in_the_office(language: str) -> None:
    kept = {operation.name for operation in OPERATIONS if operation.staff and is_kept(operation)} | BESIDES
    words = (WORDS / f"acts_{language}.ts").read_text(encoding="utf-8")
    assert set(re.findall(r"^  act_(\w+): ", words, re.MULTILINE)) == kept
