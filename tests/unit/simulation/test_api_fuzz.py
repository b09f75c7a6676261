"""What the fuzzer of the API gets to read."""

import json
from typing import Any

from services.gateway.routes import describe
from simulation.api_fuzz.fuzzer import SHUTTING_OUT, for_people, without_free_text


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


def test_what_is_tried_by_itself_are_operations() -> None:
    assert set(SHUTTING_OUT) <= set(describe()["paths"])


def test_for_people_every_operation_that_is_not_open_to_everybody_calls_for_the_header_with_their_session() -> None:
    whole = describe()
    read = for_people(whole)
    calls = {json.dumps(operation["security"]) for methods in read["paths"].values() for operation in methods.values()}
    assert json.dumps([{"session": []}]) in calls
    assert not any("device" in call for call in calls)
    assert read["components"]["securitySchemes"]["session"]["in"] == "header"
    assert whole["components"]["securitySchemes"]["session"]["in"] == "cookie"
