"""The readable page of the API at ``/docs``: made from the OpenAPI description, without scripts or foreign parts."""

import base64
import hashlib
import json
from html import escape
from typing import Any

_STYLE = """
:root{color-scheme:light dark}
*{box-sizing:border-box}
body{margin:0;font:1rem/1.5 system-ui,sans-serif;color:#1b1f24;background:#fff}
main{max-width:60rem;margin:0 auto;padding:1rem}
h1{font-size:1.6rem}h2{margin:2rem 0 .5rem;border-bottom:1px solid #d0d7de;padding-bottom:.25rem}
h3{font-size:1rem;margin:1rem 0 .25rem}
details{border:1px solid #d0d7de;border-radius:.5rem;margin:.5rem 0;padding:0 .75rem}
summary{cursor:pointer;padding:.6rem 0}
code,pre{font:.875rem/1.45 ui-monospace,monospace}
pre{overflow-x:auto;background:#f3f4f6;padding:.75rem;border-radius:.5rem}
.method{display:inline-block;min-width:3.5rem;font-weight:700}
table{border-collapse:collapse;width:100%;margin:.25rem 0 .75rem}
th,td{text-align:left;vertical-align:top;padding:.3rem .5rem;border-bottom:1px solid #d9dde2;overflow-wrap:anywhere}
nav a{margin-right:1rem}
@media (prefers-color-scheme:dark){body{color:#e7eaee;background:#14171a}pre{background:#1f2429}
details,h2{border-color:#39414a}th,td{border-color:#39414a}a{color:#8ab4f8}}
"""

_LINKS = '<a href="#stream">stream</a><a href="#schemas">schemas</a><a href="/openapi.json">openapi.json</a>'

_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

DOCS_HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'",
    "Cache-Control": "no-cache",
}


def render(description: dict[str, Any]) -> bytes:
    """Return the page of an OpenAPI description as HTML."""
    info = description["info"]
    schemas = description["components"]["schemas"]
    tags = description["tags"]
    links = "".join(f'<a href="#{escape(tag["name"])}">{escape(tag["name"])}</a>' for tag in tags)
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{escape(info['title'])}</title><style>{_STYLE}</style></head><body><main>",
        f"<h1>{escape(info['title'])} {escape(info['version'])}</h1>",
        *(f"<p>{_text(part)}</p>" for part in info["description"].split("\n\n")),
        f"<nav>{links}{_LINKS}</nav>",
    ]
    for tag in tags:
        parts.append(f'<h2 id="{escape(tag["name"])}">{escape(tag["name"])}</h2><p>{_text(tag["description"])}</p>')
        parts += [
            _operation(path, method, operation)
            for path, methods in description["paths"].items()
            for method, operation in methods.items()
            if operation["tags"] == [tag["name"]]
        ]
    parts.append(_stream(description["x-stream"]))
    parts.append('<h2 id="schemas">schemas</h2>')
    parts += [
        f'<details id="schema-{escape(name)}"><summary><code>{escape(name)}</code> '
        f"{_text(str(schema.get('description', '')).split(chr(10), 1)[0])}</summary>{_members(schema)}"
        f"<pre>{escape(json.dumps(schema, indent=1, ensure_ascii=False))}</pre></details>"
        for name, schema in sorted(schemas.items())
    ]
    parts.append("</main></body></html>")
    return "".join(parts).encode()


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    line = f"<code>{escape(path)}</code> {_text(operation['summary'])}"
    parts = [
        f'<details id="{escape(operation["operationId"])}">',
        f'<summary><span class="method">{method.upper()}</span> {line}</summary>',
        f"<p>{_text(operation['description'])}</p>",
    ]
    if operation["parameters"]:
        rows = "".join(
            f"<tr><td><code>{escape(one['name'])}</code></td><td>{one['in']}</td><td>{_type(one['schema'])}"
            f"{'' if one['required'] else ', optional'}</td><td>{_text(one.get('description', ''))}</td></tr>"
            for one in operation["parameters"]
        )
        parts.append(f"<h3>Parameters</h3><table>{rows}</table>")
    if "requestBody" in operation:
        body = operation["requestBody"]["content"]["application/json"]["schema"]
        parts.append(f"<h3>Body</h3><p>{_type(body)}</p>")
    rows = "".join(
        f"<tr><td>{status}</td><td>{_text(answer['description'])}</td><td>"
        + ", ".join(f"{escape(kind)} {_type(part['schema'])}" for kind, part in answer.get("content", {}).items())
        + "</td></tr>"
        for status, answer in operation["responses"].items()
    )
    parts.append(f"<h3>Answers</h3><table>{rows}</table></details>")
    return "".join(parts)


def _stream(stream: dict[str, Any]) -> str:
    parts = [f'<h2 id="stream">stream</h2><p>{_text(stream["description"])}</p>']
    for heading in ("from_phone", "from_gateway"):
        rows = "".join(
            f"<tr><td>{_type(frame['schema'])}</td><td>{_text(frame['description'])}</td></tr>"
            for frame in stream[heading]
        )
        parts.append(f"<h3>{heading.replace('_', ' ')}</h3><table>{rows}</table>")
    rows = "".join(
        f"<tr><td>{code}</td><td>{_text(meaning)}</td></tr>" for code, meaning in stream["close_codes"].items()
    )
    parts.append(f"<h3>close codes</h3><table>{rows}</table>")
    return "".join(parts)


def _members(schema: dict[str, Any]) -> str:
    required = schema.get("required", [])
    rows = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{_type(member)}{'' if name in required else ', optional'}</td>"
        f"<td>{_text(str(member.get('description', '')))}</td></tr>"
        for name, member in schema.get("properties", {}).items()
    )
    return f"<table>{rows}</table>" if rows else ""


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#schema-{name}">{name}</a>'
    for union in ("oneOf", "anyOf"):
        if union in schema:
            return " or ".join(_type(option) for option in schema[union])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if "enum" in schema:
        return " | ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    if "const" in schema:
        return f"<code>{escape(str(schema['const']))}</code>"
    kind = escape(str(schema.get("format") or schema.get("type") or "any"))
    return f"{kind} <code>{escape(schema['pattern'])}</code>" if "pattern" in schema else kind


def _text(text: str) -> str:
    """Escape a sentence; what stands between backticks is code."""
    return "".join(
        f"<code>{escape(part)}</code>" if index % 2 else escape(part) for index, part in enumerate(text.split("`"))
    )
