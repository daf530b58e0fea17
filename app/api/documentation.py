"""`/docs`: what can be asked, as one page without scripts, made from the OpenAPI description."""

import re
from collections.abc import Iterator
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

routes = APIRouter()

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_CODE = re.compile("`([^`]+)`")
_KINDS = {"array": "text, several", "string": "text", "integer": "number", "boolean": "true or false"}
_STYLE = (
    ":root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;"
    "padding:0 1rem}h2{font-size:1rem;margin:2rem 0 .25rem;font-family:ui-monospace,monospace}"
    "h2 b{display:inline-block;min-width:4rem}table{border-collapse:collapse;width:100%}"
    "td,th{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;border-top:1px solid #8884}"
    "td:first-child{white-space:nowrap}code{font-family:ui-monospace,monospace}"
)


@routes.get("/docs", include_in_schema=False)
async def docs(request: Request) -> HTMLResponse:
    """Every route with its parameters."""
    page = "".join(_page(request.app.openapi(), str(request.base_url).rstrip("/")))
    return HTMLResponse(page, headers={"Content-Security-Policy": _POLICY, "Referrer-Policy": "no-referrer"})


def _page(description: dict[str, Any], address: str) -> Iterator[str]:
    about = description["info"]
    yield f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(about["title"])} API</title>'
    yield f"<style>{_STYLE}</style><h1>{escape(about['title'])} {escape(about['version'])}: the local API</h1>"
    yield f"<p>{escape(about['description'])}</p>"
    yield f'<pre><code>curl -H "X-API-Key: …" {escape(address)}/v1/health</code></pre>'
    yield '<p>The same for programs: <a href="/openapi.json">/openapi.json</a>. Errors have one form: '
    yield "<code>{&quot;error&quot;: {code, message, hint, context}}</code>.</p>"
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            yield f"<h2><b>{method.upper()}</b> {escape(path)}</h2>"
            yield f"<p>{_text(operation.get('description', ''))}</p>"
            parameters = [*operation.get("parameters", ()), *_fields(description, operation)]
            rows = "".join(_row(parameter) for parameter in parameters)
            if rows:
                yield f"<table>{rows}</table>"


def _fields(description: dict[str, Any], operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The fields of a body, told like parameters."""
    if "requestBody" not in operation:
        return
    name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    model = description["components"]["schemas"][name]
    for field, schema in model["properties"].items():
        text = f"In the body: {schema.get('description', '')}"
        yield {
            "name": field,
            "in": "body",
            "schema": schema,
            "description": text,
            "required": field in model["required"],
        }


def _row(parameter: dict[str, Any]) -> str:
    need = ", needed" if parameter.get("required") and parameter["in"] != "path" else ""
    schema = parameter.get("schema", {})
    kinds = [_KINDS.get(kind.get("type", ""), kind.get("type", "")) for kind in schema.get("anyOf", [schema])]
    words = " or ".join(kind for kind in kinds if kind != "null") + need
    return (
        f"<tr><td><code>{escape(parameter['name'])}</code></td><td>{escape(words)}</td>"
        f"<td>{_text(parameter.get('description', ''))}</td></tr>"
    )


def _text(words: str) -> str:
    """A sentence as HTML; what stands between backticks is code."""
    return _CODE.sub(r"<code>\1</code>", escape(words))
