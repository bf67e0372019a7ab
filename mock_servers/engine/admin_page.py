"""The admin API's page for people, made of its OpenAPI document: it needs no script and no network, and shows what calls there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

STYLE = """
:root { color-scheme: light dark; } body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 0 auto; padding: 1rem; }
section { border-top: 1px solid #8886; padding: .5rem 0; } h2 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
code { font-family: ui-monospace, monospace; } p { margin: .2rem 0; } dl { margin: .2rem 0 .2rem 1.5rem; } dt { float: left; margin-right: .6rem; }
"""


def render(document: Mapping[str, Any]) -> str:
    """One HTML page. `document` is an OpenAPI 3.1 document as FastAPI makes it."""
    info = document["info"]
    head = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(info['title'])}</title><style>{STYLE}</style></head><body><h1>{escape(info['title'])}</h1>"
        f'<p>{escape(info["summary"])} The whole of it for programs: <a href="openapi.json">openapi.json</a>.</p>'
    )
    parts = [head]
    for path, calls in document["paths"].items():
        for method, call in calls.items():
            parts.append(_section(method.upper(), path, call, document))
    return "".join(parts) + "</body></html>"


def _section(method: str, path: str, call: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    told = call.get("description") or call.get("summary", "")
    members = "".join(f"<dt><code>{escape(name)}</code></dt><dd>{escape(what)}&nbsp;</dd>" for name, what in _members(call, document))
    return (
        f"<section><h2><code>{method} {escape(path)}</code></h2><p>{escape(told)}</p>{f'<dl>{members}</dl>' if members else ''}</section>"
    )


def _members(call: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Parameters of the query and members of the body, each with what is said of it."""
    for parameter in call.get("parameters", ()):
        if parameter["in"] == "query":
            yield f"?{parameter['name']}=", parameter.get("description", "")
    for content in call.get("requestBody", {}).get("content", {}).values():
        schema = _resolved(content.get("schema", {}), document)
        for name, member in schema.get("properties", {}).items():
            wanted = "needed" if name in schema.get("required", ()) else ""
            yield name, "; ".join(text for text in (wanted, member.get("description", "")) if text)


def _resolved(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema
