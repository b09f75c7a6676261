"""Whether two processes, one with an older and one with a newer schema of a message, can read each other.

During a rolling deploy both versions of a service run side by side, so a change must be readable in both directions.
What is not gets a new message version, and the old one is served as long as anyone sends it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

_COMPARED = (
    "type",
    "format",
    "pattern",
    "const",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
)


def breaking_changes(older: Schema, newer: Schema) -> list[str]:
    """Return a sentence for each change that an older or newer process could not read; empty when there is none."""
    return sorted(set(_compare(older, newer, older, newer, "message", frozenset())))


def _resolve(schema: Schema, root: Schema) -> Schema:
    while "$ref" in schema:
        resolved: Any = root
        for part in str(schema["$ref"]).removeprefix("#/").split("/"):
            resolved = resolved[part]
        schema = resolved
    return schema


def _compare(
    older: Schema, newer: Schema, older_root: Schema, newer_root: Schema, path: str, seen: frozenset[str]
) -> Iterator[str]:
    reference = str(older.get("$ref", ""))
    if reference and reference in seen:
        return  # a recursive model has been compared on the way here
    seen = seen | {reference} if reference else seen
    older, newer = _resolve(older, older_root), _resolve(newer, newer_root)
    for keyword in _COMPARED:
        if older.get(keyword) != newer.get(keyword):
            yield f"{path}: {keyword} was {older.get(keyword)!r} and is {newer.get(keyword)!r}"
    if sorted(map(str, older.get("enum", []))) != sorted(map(str, newer.get("enum", []))):
        yield f"{path}: the allowed values changed"
    yield from _compare_properties(older, newer, older_root, newer_root, path, seen)
    for keyword in ("items", "additionalProperties"):
        if isinstance(older.get(keyword), Mapping) and isinstance(newer.get(keyword), Mapping):
            yield from _compare(older[keyword], newer[keyword], older_root, newer_root, f"{path}.{keyword}", seen)
    for keyword in ("anyOf", "oneOf"):
        yield from _compare_alternatives(older, newer, older_root, newer_root, path, seen, keyword)


def _compare_properties(
    older: Schema, newer: Schema, older_root: Schema, newer_root: Schema, path: str, seen: frozenset[str]
) -> Iterator[str]:
    older_properties: Schema = older.get("properties", {})
    newer_properties: Schema = newer.get("properties", {})
    for name in older.get("required", []):
        if name not in newer_properties:
            yield f"{path}.{name}: an older reader needs it and it is gone"
        elif name not in newer.get("required", []):
            yield f"{path}.{name}: an older reader needs it and it became optional"
    for name in newer.get("required", []):
        if name not in older.get("required", []):
            yield f"{path}.{name}: a newer reader needs it and an older sender leaves it out"
    for name in older_properties.keys() & newer_properties.keys():
        yield from _compare(
            older_properties[name], newer_properties[name], older_root, newer_root, f"{path}.{name}", seen
        )


def _compare_alternatives(
    older: Schema,
    newer: Schema,
    older_root: Schema,
    newer_root: Schema,
    path: str,
    seen: frozenset[str],
    keyword: str,
) -> Iterator[str]:
    older_list, newer_list = older.get(keyword, []), newer.get(keyword, [])
    if len(older_list) != len(newer_list):
        yield f"{path}: the number of alternatives changed"
        return
    for index, (one, other) in enumerate(zip(older_list, newer_list, strict=True)):
        yield from _compare(one, other, older_root, newer_root, f"{path}|{index}", seen)
