"""The golden schemas: what every process that is running now relies on."""

import json
from typing import Any

import pytest

from dev_tools.contracts import FOLDER, breaking, schema_of
from shared.contracts.compatibility import breaking_changes
from shared.contracts.registry import messages, owner


@pytest.mark.parametrize("routing_key", messages())
def test_a_message_still_reads_as_its_golden_schema_says(routing_key: str) -> None:
    golden = json.loads((FOLDER / f"{routing_key}.json").read_text())
    current = json.loads(json.dumps(schema_of(messages()[routing_key])))
    assert breaking(golden, current) == []
    assert golden == current, "compatible, but not written down: run `python -m dev_tools.contracts`"


def test_no_golden_schema_is_left_without_its_message() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.json")) == sorted(messages())


def test_every_message_is_named_and_owned() -> None:
    for routing_key, message in messages().items():
        assert message.message_name.islower()
        assert routing_key.endswith(f".v{message.message_version}")
        assert owner(message) in {"billing", "customer", "gateway", "invoice", "notify", "receipt"}


BASE: dict[str, Any] = {
    "type": "object",
    "properties": {"amount": {"type": "integer"}, "note": {"type": "string"}, "kind": {"enum": ["a", "b"]}},
    "required": ["amount"],
}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            {"properties": {"note": {"type": "string"}, "kind": {"enum": ["a", "b"]}}, "required": []},
            "it is gone",
        ),
        ({"required": []}, "became optional"),
        ({"required": ["amount", "note"]}, "an older sender leaves it out"),
        ({"properties": {**BASE["properties"], "amount": {"type": "string"}}}, "type was 'integer'"),
        ({"properties": {**BASE["properties"], "kind": {"enum": ["a", "b", "c"]}}}, "allowed values changed"),
        ({"properties": {**BASE["properties"], "amount": {"type": "integer", "maximum": 5}}}, "maximum"),
    ],
)
def test_a_change_that_breaks_a_reader_is_named(change: dict[str, Any], says: str) -> None:
    found = breaking_changes(BASE, {**BASE, **change})
    assert any(says in sentence for sentence in found), found


def test_a_new_optional_member_breaks_nobody() -> None:
    newer = {**BASE, "properties": {**BASE["properties"], "extra": {"type": "string"}}}
    assert breaking_changes(BASE, newer) == []
