"""Reports as one HTML page that needs nothing else: charts as inline SVG, light and dark as the reader's system is.

Every name on a drive is written by somebody else: it is escaped, and the page allows no script and loads nothing.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from app.reports.htmlcharts import bar_chart, day_chart, treemap
from app.reports.sections import SECTIONS, Column, Kind, ReportSet, Table
from app.reports.words import count_words, html_text, size_words, time_words

_TOKENS = (
    "window", "panel", "row", "line", "text", "dim", "accent", "stale_text", "fail_text", "pass_text", "track",
    "chart_text",
    *(f"chart_{number}" for number in range(1, 9)),
)  # fmt: skip
#: Columns whose values may be broken anywhere, so that the short ones beside them are not.
_LONG = frozenset(("name", "path", "relative_path", "hash"))
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
#: The look of every page.
PAGE_STYLE = """
*{box-sizing:border-box}
body{margin:0;padding:32px 24px 64px;background:var(--window);color:var(--text);
 font:14px/1.45 system-ui,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
main{max-width:1280px;margin:0 auto}
h1{font-size:22px;font-weight:600;margin:0 0 4px}
h2{font-size:12px;font-weight:600;letter-spacing:.04em;text-transform:uppercase;color:var(--dim);margin:0 0 12px}
p.dim,.dim{color:var(--dim)}
section{background:var(--panel);border:1px solid var(--line);border-radius:6px;padding:16px;margin-top:16px;
 overflow-x:auto}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin-top:16px}
.card{background:var(--panel);border:1px solid var(--line);border-radius:6px;padding:10px 14px}
.card b{display:block;font-size:20px;font-weight:600;font-variant-numeric:tabular-nums}
table{border-collapse:collapse;width:100%;margin-top:12px}
th{text-align:left;font-weight:600;color:var(--dim);border-bottom:1px solid var(--line);padding:6px 10px;
 white-space:nowrap}
th::first-letter{text-transform:uppercase}
td{padding:5px 10px;vertical-align:top}
td.p{overflow-wrap:anywhere}
tr:nth-child(even) td{background:var(--row)}
.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
td.t{white-space:nowrap;font-variant-numeric:tabular-nums}
svg{display:block;width:100%;height:auto;font-size:12px}
svg text{fill:var(--text)}svg .dim{fill:var(--dim)}svg .on{fill:var(--chart_text)}
svg .bar{fill:var(--accent)}svg .track{fill:var(--track)}svg .axis{stroke:var(--line)}
@media print{body{padding:0}section,.card{break-inside:avoid}}
"""


def report_page(made: ReportSet, now: datetime | None = None) -> str:
    """The page.

    Args:
        made: the reports; with their tree, where they have the heaviest folders.
        now: when they were made; the clock's time where omitted.
    """
    drives = made.heading["drives"]
    about = ", ".join(drives) if drives else "no drive"
    title = f"Reelmark report – {about if len(drives) < 4 else f'{len(drives)} drives'}"
    documents = {name: report.document() for name, report in made.reports.items()}
    body = [f"<h1>{html_text(title)}</h1>", f'<p class="dim">{html_text(about)} · {_moment(now)} UTC</p>']
    if "overview" in documents:
        body.append(_cards(documents))
    for name, document in documents.items():
        body.append(_section(name, document, made))
    head, tail = page_frame(title, f"{page_colors()}{PAGE_STYLE}")
    return "\n".join([head, *body, tail])


def page_frame(title: str, style: str) -> tuple[str, str]:
    """What stands before and behind the body of a page that loads nothing and runs no script."""
    head = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="dark light"><title>{html_text(title)}</title>'
        f"<style>{style}</style></head><body><main>"
    )
    return head, "</main></body></html>"


def _moment(now: datetime | None) -> str:
    return f"{now or datetime.now(UTC):%Y-%m-%d %H:%M}"


@cache
def page_colors() -> str:
    """The window's own colours as variables, the dark ones where the reader's system is dark."""
    light, dark = (_variables(name) for name in ("light", "dark"))
    return f":root{{{light}}}@media(prefers-color-scheme:dark){{:root{{{dark}}}}}"


def _variables(theme: str) -> str:
    text = files("resources").joinpath("themes", f"{theme}.json").read_text(encoding="utf-8")
    colors: dict[str, str] = json.loads(text)["colors"]
    return "".join(f"--{token}:{colors[token]};" for token in _TOKENS)


def _cards(documents: Mapping[str, Any]) -> str:
    overview = documents["overview"]
    cards = [
        ("Files", count_words(overview["files"])),
        ("Size", size_words(overview["bytes"])),
        ("Average", size_words(overview["average_bytes"])),
        ("Folders", count_words(overview["folders"])),
        ("Sequences", count_words(overview["sequences"])),
        ("Missing frames", count_words(overview["missing_frames"])),
    ]
    if "duplicates" in documents:
        cards.append(("Duplicates cost", size_words(documents["duplicates"]["wasted_bytes"])))
    shown = (
        f'<div class="card"><span class="dim">{html_text(name)}</span><b>{value}</b></div>' for name, value in cards
    )
    return f'<div class="cards">{"".join(shown)}</div>'


def _section(name: str, document: Mapping[str, Any], made: ReportSet) -> str:
    section = SECTIONS[name]
    parts = [f"<h2>{html_text(section.title)}</h2>", _chart(name, document, made), _remark(name, document)]
    if name not in ("categories", "top-extensions") or not document["rows"]:
        parts.append(_table(section.tables[0], document))
    return "<section>" + "".join(parts) + "</section>"


def _chart(name: str, document: Mapping[str, Any], made: ReportSet) -> str:
    if name in ("categories", "top-extensions"):
        key = "category" if name == "categories" else "extension"
        rows = [(row[key] or "(none)", row["bytes"], row["files"]) for row in document["rows"]]
        rest = document.get("rest", {"files": 0, "bytes": 0})
        return bar_chart([*rows, *([("others", rest["bytes"], rest["files"])] if rest["files"] else [])])
    if name == "recent":
        return day_chart([(day["day"], day["bytes"], day["files"]) for day in document["timeline"]])
    if name == "heaviest-folders" and made.tree is not None:
        return treemap(made.tree)
    return ""


def _remark(name: str, document: Mapping[str, Any]) -> str:
    words = ""
    if name == "recent":
        words = (
            f"{count_words(document['files'])} files with {size_words(document['bytes'])} were modified in "
            f"{document['days']} days, since {document['since']}."
        )
        if document["later"]["files"]:
            words += f" {count_words(document['later']['files'])} more are dated in the future."
    elif name == "duplicates":
        words = (
            f"{count_words(document['groups'])} groups with {count_words(document['copies'])} files; "
            f"{size_words(document['wasted_bytes'])} could be freed."
        )
        if document["unhashed"]["files"]:
            words += (
                f" {count_words(document['unhashed']['files'])} files cannot be told: not hashed, or suspected of rot."
            )
    return f'<p class="dim">{html_text(words)}</p>' if words else ""


def _table(table: Table, document: Mapping[str, Any]) -> str:
    rows = [*table.rows(document)]
    if not rows:
        return '<p class="dim">Nothing.</p>'
    head = "".join(f"<th{_class(column)}>{html_text(column.head)}</th>" for column in table.columns)
    lines = "".join(f"<tr>{_cells(table.columns, row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"


def _cells(columns: Iterable[Column], row: Mapping[str, Any]) -> str:
    return "".join(f"<td{_class(column)}>{html_text(cell_words(column, row[column.key]))}</td>" for column in columns)


def _class(column: Column) -> str:
    if column.kind is Kind.TEXT:
        return ' class="p"' if column.key in _LONG else ""
    return {Kind.COUNT: ' class="n"', Kind.BYTES: ' class="n"', Kind.TIME: ' class="t"'}.get(column.kind, "")


def cell_words(column: Column, value: Any) -> str:
    """A value of a row as people read it."""
    if value is None:
        return "–"
    if column.kind is Kind.BYTES:
        return size_words(value)
    if column.kind is Kind.COUNT:
        return count_words(value)
    return time_words(value) if column.kind is Kind.TIME else str(value)
