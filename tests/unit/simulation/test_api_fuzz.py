"""What the fuzzer of the API gets to read."""

from typing import Any

from services.gateway.routes import describe
from simulation.api_fuzz.fuzzer import REVOCATION, without_free_text


def _patterns(description: Any) -> set[str]:
    if isinstance(description, dict):
        own = {description["pattern"]} if isinstance(description.get("pattern"), str) else set()
        return own.union(*map(_patterns, description.values()))
    return set().union(*map(_patterns, description)) if isinstance(description, list) else set()


def test_a_fuzzer_gets_the_description_without_the_patterns_of_free_text_alone() -> None:
    whole, read = _patterns(describe()), _patterns(without_free_text(describe()))
    left_out = whole - read
    assert read
    assert left_out
    assert all(r"[^\x00-" in pattern for pattern in left_out)
    assert not any(r"[^\x00-" in pattern for pattern in read)


def test_what_is_tried_by_itself_is_an_operation() -> None:
    assert REVOCATION in describe()["paths"]
