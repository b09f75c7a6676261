"""Write the JSON schema of every message beside the contracts: ``python -m dev_tools.contracts``.

Refuses to overwrite a schema with one that an older or newer process could not read: such a change needs a new version.
"""

import json
import sys
from pathlib import Path
from typing import Any

import shared.contracts
from shared.contracts.compatibility import breaking_changes
from shared.contracts.message import Message, Request
from shared.contracts.registry import messages

FOLDER = Path(shared.contracts.__file__).parent / "schemas"


def schema_of(message: type[Message]) -> dict[str, Any]:
    """Return what is frozen of a message: its own schema and, for a request, the schema of the answer."""
    schema: dict[str, Any] = {"message": message.model_json_schema(mode="serialization")}
    if issubclass(message, Request):
        schema["reply"] = message.reply_type.model_json_schema(mode="serialization")
    return schema


def schema_text(message: type[Message]) -> str:
    """Return the schema as it is kept in the file."""
    return json.dumps(schema_of(message), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def breaking(older: dict[str, Any], newer: dict[str, Any]) -> list[str]:
    """Return the breaking changes of a message and of its reply."""
    return [f"{part}: {change}" for part in older for change in breaking_changes(older[part], newer.get(part, {}))]


def main() -> int:
    """Write what is new or compatible; return 1 and write nothing when a change breaks."""
    changes: list[str] = []
    texts: dict[Path, str] = {}
    for routing_key, message in messages().items():
        path = FOLDER / f"{routing_key}.json"
        texts[path] = schema_text(message)
        if path.exists():
            changes += [
                f"{routing_key} {change}" for change in breaking(json.loads(path.read_text()), schema_of(message))
            ]
    if changes and "--break" not in sys.argv:
        sys.stderr.write(
            "\n".join([*changes, "Give the message a new version, or pass --break before the first release."]) + "\n"
        )
        return 1
    FOLDER.mkdir(exist_ok=True)
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
