"""Putting the layers together: option, environment, `.env`, settings file, default.

A wrong value is reported and the next weaker layer decides. A file that cannot be read leaves the defaults in force:
reading goes on, whatever writes asks `LoadedSettings.require_readable` first.
"""

import difflib
import json
import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from functools import partial
from pathlib import Path
from typing import Any

from app.errors import BadSettings, UsageError
from app.paths import Home
from app.settings.dotenv import read_dotenv
from app.settings.fields import as_json
from app.settings.values import Field, Settings, all_fields, find_field, sections

_log = logging.getLogger(__name__)

Stamp = tuple[int, ...]

DEFAULT = "default"
OPTION = "option"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a layer of the settings.

    Attributes:
        key: the setting (`qc.min_sequence`); empty where the file as a whole is meant.
        value: what stood there, JSON-ready; None where the file as a whole is meant.
        source: where it stood.
        reason: what is wrong with it.
        used: the value in force instead, JSON-ready.
    """

    key: str
    value: Any
    source: str
    reason: str
    used: Any

    @property
    def sentence(self) -> str:
        """The problem as a line for people."""
        if not self.key:
            return self.reason
        used = json.dumps(self.used, ensure_ascii=False)
        return f"{self.key} ({self.source}): {self.reason}; using {used}"


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """The settings of one call and how they came about.

    Attributes:
        values: checked values.
        sources: dotted key to where its value comes from, for every setting.
        problems: what was wrong on the way.
        unknown: keys of the file that this version does not know; they are kept.
        home: the working directory.
        file: the settings file (which need not exist).
        unreadable: why the file could not be used at all; empty where it could, or does not exist.
        stamp: what tells that the settings file or `.env` was changed since.
        again: loads the same layers once more; None where nobody can.
    """

    values: Settings
    sources: Mapping[str, str]
    problems: tuple[Problem, ...]
    unknown: tuple[str, ...]
    home: Home
    file: Path
    unreadable: str = ""
    stamp: Stamp = ()
    again: "Callable[[], LoadedSettings] | None" = dataclass_field(default=None, repr=False, compare=False)

    def source(self, key: str) -> str:
        """Where the value of a dotted key comes from (`environment QC_POLICY_VERSION`)."""
        return self.sources[key]

    def require_readable(self) -> None:
        """Refuse to write anything on the strength of settings that could not be read.

        Raises:
            BadSettings: the file is there and cannot be used.
        """
        if self.unreadable:
            raise unreadable_file(self.file, self.unreadable)


def unreadable_file(file: Path, reason: str) -> BadSettings:
    """The error for a settings file that cannot be used."""
    return BadSettings(
        f"The settings file {file} cannot be used: {reason}.",
        hint=f"Mend or remove it; the version before the last change is {file.name}.bak.",
    )


def load_settings(
    home: Home, environ: Mapping[str, str], options: Mapping[str, Any] | None = None, *, file: Path | None = None
) -> LoadedSettings:
    """The settings in force.

    Args:
        home: the working directory, whose `settings.json` and `.env` are read.
        environ: the environment.
        options: dotted key to the value of a command-line option; None values count as not given.
        file: another settings file, named by the user; it must be there and readable.

    Raises:
        BadSettings: a named file cannot be used.
        UsageError: an option has a wrong value.
    """
    path = file or home.settings
    stamp = _stamp(home, path)
    document, unreadable = read_document(path)
    if file is not None and (unreadable or document is None):
        raise unreadable_file(file, unreadable or "it does not exist")
    found, problems = _variables(home, environ)
    if unreadable:
        problems.insert(0, Problem("", None, str(path), f"The settings file {path} cannot be used: {unreadable}", None))
    problems.extend(_wrong_sections(document or {}, path))
    values: dict[str, dict[str, Any]] = {section: {} for section in sections()}
    sources: dict[str, str] = {}
    for field in all_fields():
        value, sources[field.key], wrong = _decide(field, _given(field, options or {}, found, document or {}, path))
        values[field.section][field.name] = value
        problems.extend(wrong)
    settings = Settings(**{section: kind(**values[section]) for section, kind in sections().items()})
    unknown, again = tuple(unknown_keys(document or {})), partial(load_settings, home, environ, options, file=file)
    return LoadedSettings(settings, sources, tuple(problems), unknown, home, path, unreadable, stamp, again)


def renewed(loaded: LoadedSettings) -> LoadedSettings:
    """The settings in force now; the same where neither the settings file nor `.env` was changed since.

    A file that cannot be used any more leaves the former values in force, and the log says so.
    """
    stamp = _stamp(loaded.home, loaded.file)
    if loaded.again is None or stamp == loaded.stamp:
        return loaded
    try:
        now = loaded.again()
        now.require_readable()
    except BadSettings as error:
        _log.warning("%s The former settings stay in force.", error.message)
        return replace(loaded, stamp=stamp)
    for problem in now.problems:
        _log.warning("%s", problem.sentence)
    return now


def _stamp(home: Home, path: Path) -> Stamp:
    """Sizes and times of the files that settings come from; -1 for one that is not there."""
    found: list[int] = []
    for file in (path, home.dotenv):
        try:
            status = file.stat()
        except OSError:
            found.append(-1)
        else:
            found += [status.st_mtime_ns, status.st_size, status.st_ino]
    return tuple(found)


def _decide(field: Field, layers: Iterator[tuple[str, Any, bool]]) -> tuple[Any, str, list[Problem]]:
    """The value of a setting, the layer it comes from, and what was wrong in stronger ones."""
    wrong: list[tuple[Any, str, str]] = []
    value, source = field.default, DEFAULT
    for layer, given, is_text in layers:
        try:
            value = field.rule.read(given) if is_text else field.rule.check(given)
        except ValueError as error:
            if layer == OPTION:
                raise UsageError(f"{field.key}: {error}", code="settings.value") from error
            wrong.append((given, layer, str(error)))
            continue
        source = layer
        break
    used = as_json(value)
    return value, source, [Problem(field.key, given, layer, reason, used) for given, layer, reason in wrong]


def read_document(path: Path) -> tuple[dict[str, Any] | None, str]:
    """The settings file as a JSON object, and why it cannot be used. A missing or empty path gives (None, "")."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None, ""
    except OSError as error:
        return None, error.strerror or str(error)
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        return None, f"it is not JSON ({error})"
    if not isinstance(document, dict):
        return None, "it is not a JSON object"
    return document, ""


def unknown_keys(document: Mapping[str, Any]) -> Iterator[str]:
    """Dotted keys of a settings document that this version does not know."""
    for section, content in document.items():
        if section not in sections():
            yield section
        elif isinstance(content, dict):
            yield from (f"{section}.{name}" for name in content if find_field(f"{section}.{name}") is None)


def known_field(key: str) -> Field:
    """The setting of that dotted name.

    Raises:
        UsageError: there is none; the hint names the nearest.
    """
    field = find_field(key)
    if field is None:
        near = difflib.get_close_matches(key, [candidate.key for candidate in all_fields()], n=1)
        raise UsageError(
            f"There is no setting called {key}.",
            hint=f"Did you mean {near[0]}?" if near else "`reelmark settings show` lists them.",
            code="settings.key",
        )
    return field


def _variables(home: Home, environ: Mapping[str, str]) -> tuple[list[tuple[str, Mapping[str, str]]], list[Problem]]:
    """The layers of variables, strongest first, each with the words that name it; and wrong lines of `.env` files."""
    layers: list[tuple[str, Mapping[str, str]]] = [("environment", environ)]
    problems: list[Problem] = []
    files = [home.dotenv]
    if getattr(sys, "frozen", False):
        files.append(Path(sys.executable).with_name(".env"))
    for file in files:
        variables, wrong = read_dotenv(file)
        layers.append((str(file), variables))
        problems.extend(Problem("", None, str(file), sentence, None) for sentence in wrong)
    return layers, problems


def _given(
    field: Field,
    options: Mapping[str, Any],
    layers: list[tuple[str, Mapping[str, str]]],
    document: Mapping[str, Any],
    path: Path,
) -> Iterator[tuple[str, Any, bool]]:
    """(where, value, whether it is a text to be read) of every layer that says something, strongest first.

    An empty variable says nothing.
    """
    if options.get(field.key) is not None:
        given = options[field.key]
        yield OPTION, given, isinstance(given, str)
    for layer, variables in layers:
        for name in field.variables:
            if variables.get(name):
                yield f"{layer} {name}", variables[name], True
    section = document.get(field.section)
    if isinstance(section, dict) and field.name in section:
        yield str(path), section[field.name], False


def _wrong_sections(document: Mapping[str, Any], path: Path) -> Iterator[Problem]:
    """Sections of ours that are no objects."""
    for section in sections():
        if section in document and not isinstance(document[section], dict):
            yield Problem(section, document[section], str(path), "it is no object of settings", "the defaults")
