"""What a check found as one HTML page that needs nothing else."""

from collections.abc import Iterator
from datetime import UTC, datetime

from app.model.names import shown
from app.qc.checking import CheckResult
from app.qc.findings import AssetResult, Finding, Outcome, RuleResult
from app.reports.checkwords import by_records, idle_waivers, tally, told, where_of, word_of, worst_first
from app.reports.htmlpage import PAGE_STYLE, page_colors, page_frame
from app.reports.words import count_words, html_text

_STYLE = """
.badge{display:inline-block;border-radius:4px;padding:1px 8px;font-size:12px;font-weight:600;
 border:1px solid currentColor;white-space:nowrap}
.FAIL,.ERROR{color:var(--fail_text)}.WARNING{color:var(--stale_text)}.PASS{color:var(--pass_text)}
.INFO,.WAIVED,.SKIPPED{color:var(--dim)}
details{margin-top:12px}summary{cursor:pointer;color:var(--dim)}
h3{font-size:14px;font-weight:600;margin:0;overflow-wrap:anywhere;display:flex;gap:10px;align-items:baseline}
code{font:12px ui-monospace,Menlo,Consolas,monospace;overflow-wrap:anywhere}
td.w{white-space:nowrap}
table.findings{table-layout:fixed;min-width:900px}.findings td{overflow-wrap:anywhere}
.findings th:nth-child(1){width:96px}.findings th:nth-child(2){width:26%}.findings th:nth-child(5){width:14%}
.findings th:nth-child(6){width:16%}
"""


def check_page_lines(result: CheckResult, now: datetime | None = None) -> Iterator[str]:
    """The lines of the page: totals, then each asset with findings, the worst first; the others by name alone.

    Args:
        result: what was found.
        now: when it was checked; the clock's time where omitted.
    """
    policy = result.policy
    title = f"{policy.title or policy.id} – {result.outcome.value}"
    recorded = f" · {by_records(result)}" if result.recorded else ""
    head, tail = page_frame(title, f"{page_colors()}{PAGE_STYLE}{_STYLE}")
    yield head
    yield f"<h1>{html_text(policy.title or policy.id)} {_badge(result.outcome.value.upper())}</h1>"
    yield (
        f'<p class="dim">{html_text(policy.id)} {html_text(policy.version)} · <code>{policy.sha256[:16]}</code> · '
        f"{now or datetime.now(UTC):%Y-%m-%d %H:%M} UTC{html_text(recorded)}</p>"
    )
    yield _cards(result)
    assets = worst_first(result)
    for asset in assets:
        if asset.findings:
            yield from _asset(asset)
    bare = [asset for asset in assets if not asset.findings]
    yield from _listed("Nothing to object to", [asset for asset in bare if asset.results])
    yield from _listed("No rule is about these", [asset for asset in bare if not asset.results])
    yield from _rules(result)
    yield tail


def _listed(title: str, assets: list[AssetResult]) -> Iterator[str]:
    """Assets by their names alone."""
    if not assets:
        return
    yield f"<section><h2>{title}</h2><details><summary>{count_words(len(assets))} assets</summary><ul>"
    for asset in assets:
        yield f"<li>{html_text(asset.asset)}</li>"
    yield "</ul></details></section>"


def _badge(word: str) -> str:
    return f'<span class="badge {word}">{word}</span>'


def _cards(result: CheckResult) -> str:
    """Assets by how they came out; below them what became of their rules."""
    counts = result.asset_counts
    names = (
        ("Assets", "judged"), ("Failed", "fail"), ("Not checked", "error"), ("Waived", "waived"),
        ("Skipped", "skipped"), ("Passed", "pass"),
    )  # fmt: skip
    cards = "".join(
        f'<div class="card"><span class="dim">{name}</span><b>{count_words(counts[key])}</b></div>'
        for name, key in names
        if counts[key] or key in ("judged", "fail", "pass")
    )
    words = f"Rules: {tally(result)}."
    if counts["others"]:
        others = "other file or sequence" if counts["others"] == 1 else "other files or sequences"
        words += f" The policy is not about {count_words(counts['others'])} {others}."
    if result.waivers:
        words += f" Waivers: {shown(result.waivers)}. {idle_waivers(result)}".rstrip()
    return f'<div class="cards">{cards}</div><p class="dim">{html_text(words)}</p>'


def _asset(asset: AssetResult) -> Iterator[str]:
    word = asset.outcome.value.upper()
    yield f'<section><h3>{_badge(word)}<span>{html_text(asset.asset)}</span></h3><table class="findings"><thead><tr>'
    yield "".join(f"<th>{name}</th>" for name in ("", "Rule", "Expected", "Observed", "Where", "Evidence"))
    yield "</tr></thead><tbody>"
    for rule in asset.results:
        for finding in rule.findings:
            yield _row(rule, finding)
    passed = sum(rule.outcome is Outcome.PASS for rule in asset.results)
    yield f'</tbody></table><p class="dim">{passed} of {len(asset.results)} rules passed</p></section>'


def _row(rule: RuleResult, finding: Finding) -> str:
    name = f'<code>{html_text(finding.rule)}</code><br><span class="dim">{html_text(rule.title)}</span>'
    observed = finding.observed or (told(finding) if finding.outcome is Outcome.ERROR else "")
    cells = (finding.expected, observed, where_of(finding), finding.evidence if finding.evidence != observed else "")
    return (
        f'<tr><td class="w">{_badge(word_of(finding))}</td><td>{name}</td>'
        + "".join(f"<td>{html_text(cell)}</td>" for cell in cells)
        + "</tr>"
    )


def _rules(result: CheckResult) -> Iterator[str]:
    """The rules of the policy, so that the page says what was asked for."""
    yield "<section><h2>Rules</h2><table><tbody>"
    for rule in result.policy.rules:
        yield (
            f"<tr><td><code>{html_text(rule.id)}</code></td><td>{html_text(rule.title)}</td>"
            f'<td class="dim">{rule.severity}</td></tr>'
        )
    yield "</tbody></table></section>"
