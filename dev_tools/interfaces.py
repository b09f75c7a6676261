"""Write the generated descriptions of both interfaces: ``python -m dev_tools.interfaces``.

``docs/asyncapi.json`` describes the messages on the broker, from the services' topologies and the contracts;
``docs/openapi.json`` the gateway's HTTP API, from its operations.
"""

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from dev_tools.contracts import schema_of
from ops.system import SERVICES
from services.gateway.routes import describe
from shared.contracts.message import Event, Request
from shared.contracts.registry import messages, owner
from shared.messaging.topology import Names, Topology

FOLDER = Path(__file__).parents[1] / "docs"


def topologies() -> dict[str, Topology]:
    """Return the topology of each service."""
    return {service: import_module(f"services.{service}.topology").TOPOLOGY for service in sorted(SERVICES)}


def asyncapi() -> dict[str, Any]:
    """Return the AsyncAPI 3.0 description of everything that travels over the broker."""
    names = Names("thungan")
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    described: dict[str, Any] = {}
    for routing_key, message in messages().items():
        schemas = schema_of(message)
        summary = (message.__doc__ or "").split("\n", 1)[0]
        described[routing_key] = {"name": routing_key, "summary": summary, "payload": schemas["message"]}
        exchange = names.events if issubclass(message, Event) else names.requests
        channels[routing_key] = {
            "address": routing_key,
            "description": f"Exchange {exchange}, routing key {routing_key}; owned by {owner(message)}.",
            "messages": {routing_key: {"$ref": f"#/components/messages/{routing_key}"}},
        }
        if issubclass(message, Request):
            reply = f"{routing_key}.reply"
            described[reply] = {"name": reply, "payload": schemas["reply"]}
            channels[reply] = {
                "address": None,
                "description": "Direct reply-to.",
                "messages": {reply: {"$ref": f"#/components/messages/{reply}"}},
            }
    for service, topology in topologies().items():
        for message in topology.emits:
            operations[f"{service}.sends.{message.routing_key()}"] = _operation("send", message.routing_key())
        for message in topology.consumes:
            operations[f"{service}.receives.{message.routing_key()}"] = _operation("receive", message.routing_key())
        for request in topology.requests:
            key = request.routing_key()
            operations[f"{service}.answers.{key}"] = {
                **_operation("receive", key),
                "reply": {"channel": {"$ref": f"#/channels/{key}.reply"}},
            }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Thu Ngân: messages on the broker",
            "version": "1",
            "description": "Events go through an outbox and an inbox; requests are answered by direct reply-to.",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": described},
    }


def _operation(action: str, routing_key: str) -> dict[str, Any]:
    return {"action": action, "channel": {"$ref": f"#/channels/{routing_key}"}}


def documents() -> dict[Path, str]:
    """Return what each generated file should hold."""
    contents = {"asyncapi.json": asyncapi(), "openapi.json": describe()}
    return {
        FOLDER / name: json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        for name, content in contents.items()
    }


def main() -> int:
    """Write the files."""
    for path, text in documents().items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
