"""The settings as documented: the example file and the table are the code's own."""

import json
import os
from pathlib import Path

from app.settings.fields import as_json
from app.settings.saving import default_document, document_bytes
from app.settings.values import all_fields, sections

REPOSITORY = Path(__file__).parents[2]
START = "<!-- settings table: tests/settings/test_values.py compares it with the code -->"
END = "<!-- end of the settings table -->"


def settings_table() -> str:
    """The table of docs/settings.md, made from the dataclasses."""
    lines = []
    for section, values in sections().items():
        lines += ["", f"### `{section}`", "", (values.__doc__ or "").split("\n")[0], ""]
        lines += ["| setting | default | allowed | does |", "|---|---|---|---|"]
        for field in (field for field in all_fields() if field.section == section):
            default = json.dumps(as_json(field.default), ensure_ascii=False)
            default = "nine common reasons" if field.rule.kind == "reasons" else f"`{default}`"
            also = "".join(f" Also `{variable}`." for variable in field.rule.variables)
            lines.append(f"| `{field.key}` | {default} | {field.rule.allowed()} | {field.rule.text}{also} |")
    return "\n".join(lines) + "\n\n"


def test_the_example_file_holds_the_defaults() -> None:
    """To write the file and the table anew, run this file with WRITE_DOCS=1 in the environment."""
    example = REPOSITORY / "settings.example.json"
    if os.environ.get("WRITE_DOCS"):
        example.write_bytes(document_bytes(default_document()))
    assert example.read_bytes() == document_bytes(default_document())


def test_the_settings_table_of_the_documentation_is_the_code_s() -> None:
    page = REPOSITORY / "docs" / "settings.md"
    before, _, rest = page.read_text(encoding="utf-8").partition(START)
    table, _, after = rest.partition(END)
    if os.environ.get("WRITE_DOCS"):
        page.write_text(f"{before}{START}\n{settings_table()}{END}{after}", encoding="utf-8")
        return
    assert table == "\n" + settings_table()


def test_every_default_passes_its_own_rule_and_reads_back_from_json() -> None:
    for field in all_fields():
        assert field.rule.check(json.loads(json.dumps(as_json(field.default)))) == field.default, field.key


def test_no_two_settings_listen_to_one_variable() -> None:
    variables = [variable for field in all_fields() for variable in field.variables]
    assert len(variables) == len(set(variables))
