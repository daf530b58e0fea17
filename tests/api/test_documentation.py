"""docs/api.md and /docs name every route and parameter that there is, and no other."""

import re
from pathlib import Path
from typing import Any

from app.api.server import make_app
from app.settings import Api as Settings
from tests.api.servekit import Api, make_engine

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")


def described(folder: Path) -> dict[str, set[str]]:
    """Route to its parameters, from the application's own description."""
    paths: dict[str, dict[str, Any]] = make_app(make_engine(folder), Settings()).openapi()["paths"]
    return {
        f"{method.upper()} {path}": {found["name"] for found in operation.get("parameters", ())}
        | set(operation.get("requestBody", ()) and ("operation", "request"))
        for path, methods in paths.items()
        for method, operation in methods.items()
    }


def test_the_page_names_every_route_with_its_parameters(tmp_path: Path) -> None:
    documented: dict[str, set[str]] = {}
    for section in re.split(r"^### ", PAGE, flags=re.MULTILINE)[1:]:
        routes = re.findall(r"`((?:GET|POST|DELETE) /[^`]*)`", section.splitlines()[0])
        rows = set(re.findall(r"^\| `(\w+)`", section, flags=re.MULTILINE))
        shared = {"limit", "offset"} if "by page" in section.splitlines()[0] else set()
        documented |= {route: rows | shared | set(re.findall(r"\{(\w+)\}", route)) for route in routes}
    assert documented == described(tmp_path)


def test_the_served_page_names_every_route_and_runs_nothing(api: Api, tmp_path: Path) -> None:
    served = api.ask("/docs", key=None)
    text = served.body.decode()
    for route, parameters in described(tmp_path).items():
        method, path = route.split()
        assert f"<b>{method}</b> {path}" in text
        assert all(f"<code>{name}</code>" in text for name in parameters)
    assert "<script" not in text
    assert "default-src 'none'" in served.headers["content-security-policy"]
    assert set(api.ask("/openapi.json", key=None).document["paths"]) == {
        route.split()[1] for route in described(tmp_path)
    }


def test_every_code_of_an_error_that_the_api_makes_is_explained() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (Path(__file__).parents[2] / "app/api").glob("*.py"))
    codes = set(re.findall(r'"((?:auth|request|route|server|rate|report|state|job)\.[a-z_]+)"', source))
    assert codes <= set(re.findall(r"^\| `([a-z._]+)` \|", PAGE, flags=re.MULTILINE))
