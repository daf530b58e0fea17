"""Reports in files: CSV that is no program, JSON of everything, and one HTML page that needs nothing else."""

import base64
import csv
import json
import os
from html.parser import HTMLParser
from pathlib import Path

import pytest

from app.engine import Engine
from app.errors import InputError, UsageError
from app.jobs.job import Job
from app.operations import run
from app.reports.reportfiles import ExportReportRequest, ReportExport
from app.reports.sections import SECTIONS, ReportOptions
from tests.reports.reportkit import EVIL, ODD, Library, make_library


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return make_library(tmp_path_factory.mktemp("library"))


@pytest.fixture
def engine(library: Library) -> Engine:
    return library.engine()


def export(engine: Engine, form: str, **request: object) -> list[Path]:
    result = run(engine, "export_report", ExportReportRequest(form, **request), Job())  # type: ignore[arg-type]
    assert isinstance(result, ReportExport)
    assert result.bytes > 0
    return [Path(file) for file in result.files]


def table(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def test_csv_is_a_file_for_each_table_named_after_the_time(engine: Engine) -> None:
    files = export(engine, "csv")
    assert {file.parent for file in files} == {engine.home.exports / "reports"}
    names = {file.name.split("_")[1] for file in files}
    assert names == {one.name for section in SECTIONS.values() for one in section.tables}
    again = export(engine, "csv")
    assert not set(files) & set(again)


def test_a_name_that_would_be_a_formula_is_none_in_csv(engine: Engine, tmp_path: Path) -> None:
    (file,) = export(engine, "csv", report="largest-files", path=str(tmp_path / "largest.csv"))
    rows = table(file)
    assert "'=formula.csv" in {row["name"] for row in rows}
    assert rows[0]["size"] == "500"


def test_csv_of_one_report_goes_into_a_folder_that_is_there(engine: Engine, tmp_path: Path) -> None:
    files = export(engine, "csv", report="recent", path=str(tmp_path))
    assert {file.parent for file in files} == {tmp_path}
    assert len(files) == 2


def test_json_holds_every_section(engine: Engine, tmp_path: Path) -> None:
    (file,) = export(engine, "json", path=str(tmp_path / "all.json"))
    document = json.loads(file.read_text(encoding="utf-8"))
    assert document["report"] == "all"
    assert list(document["sections"]) == list(SECTIONS)
    assert document["sections"]["duplicates"]["wasted_bytes"] == 1100


class _Page(HTMLParser):
    """What a page is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: dict[str, int] = {}
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] = self.tags.get(tag, 0) + 1
        self.links += [value or "" for name, value in attrs if name in ("src", "href", "xlink:href")]
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_html_page_has_charts_and_runs_or_loads_nothing(engine: Engine, tmp_path: Path) -> None:
    (file,) = export(engine, "html", options=ReportOptions(days=36_500), path=str(tmp_path / "all.html"))
    text = file.read_text(encoding="utf-8")
    page = _Page()
    page.feed(text)
    assert page.tags["svg"] >= 4
    assert page.tags["h2"] == len(SECTIONS)
    assert not {"script", "img", "link", "iframe"} & set(page.tags)
    assert page.links == []
    assert "url(" not in text
    assert EVIL in page.text
    assert not {character for character in text if ord(character) < 32} - {"\n"}
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in text
    assert "prefers-color-scheme:dark" in text


def test_a_single_drive_is_exported_alone(engine: Engine, tmp_path: Path) -> None:
    drive = engine.catalog.drive("Shelf")
    (file,) = export(engine, "json", report="overview", drive_ids=(drive.id,), path=str(tmp_path / "one.json"))
    assert json.loads(file.read_text(encoding="utf-8"))["drives"] == ["Shelf"]


def test_what_cannot_be_written_is_said(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        export(engine, "html", path=str(tmp_path / "not there" / "page.html"))
    with pytest.raises(UsageError):
        export(engine, "pdf")
    with pytest.raises(UsageError):
        export(engine, "csv", report="horoscope")


def test_a_name_that_is_no_text_can_be_had_back_from_csv(engine: Engine, tmp_path: Path) -> None:
    for report in ("largest-files", "heaviest-folders", "duplicates"):
        (file,) = export(engine, "csv", report=report, path=str(tmp_path / f"{report}.csv"))
        rows = table(file)
        odd = [row["raw_name"] for row in rows if row["raw_name"]]
        assert [base64.b64decode(one) for one in odd] == ([os.fsencode(ODD)] if report == "largest-files" else [])
    (file,) = export(engine, "csv", report="categories", path=str(tmp_path / "categories.csv"))
    assert "raw_name" not in table(file)[0]
