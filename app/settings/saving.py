"""Changing the settings file: one value at a time, whole or not at all, the previous file kept."""

import copy
import json
import re
from pathlib import Path
from typing import Any

from app.errors import BadSettings, UsageError
from app.paths import Home
from app.settings.fields import as_json
from app.settings.loading import known_field, read_document, unreadable_file
from app.settings.values import all_fields
from app.wholefile import write_atomically

_SURROGATE = re.compile("[\ud800-\udfff]")


def set_value(home: Home, key: str, text: str, *, file: Path | None = None) -> Any:
    """Write one setting into the settings file and return the value written, JSON-ready.

    The file gets the defaults of the settings it lacks; what this version does not know stays; the file before the
    change is kept as `settings.json.bak`.

    Args:
        home: the working directory.
        key: dotted name (`qc.policy_version`).
        text: the value as typed; a list as JSON or separated by commas.
        file: another settings file than the working directory's.

    Raises:
        UsageError: no such setting, or a wrong value.
        BadSettings: the file cannot be read (it is not overwritten) or not written.
    """
    field = known_field(key)
    try:
        value = as_json(field.rule.read(text))
    except ValueError as error:
        raise UsageError(
            f"{key}: {error}.", hint=f"Allowed: {field.rule.allowed().replace('`', '')}.", code="settings.value"
        ) from error
    path = file or home.settings
    document, unreadable = read_document(path)
    if unreadable:
        raise unreadable_file(path, unreadable)
    changed = backfilled(document or {})
    if not isinstance(changed[field.section], dict):
        raise unreadable_file(path, f"{field.section} is no object of settings")
    changed[field.section][field.name] = value
    if file is None:
        home.require_writable()
    _save(path, changed)
    return value


def default_document() -> dict[str, Any]:
    """All settings at their defaults, as the file holds them."""
    return backfilled({})


def backfilled(document: dict[str, Any]) -> dict[str, Any]:
    """A copy of a settings document with the default of every setting that it lacks."""
    filled = copy.deepcopy(document)
    for field in all_fields():
        section = filled.setdefault(field.section, {})
        if isinstance(section, dict):
            section.setdefault(field.name, as_json(field.default))
    return filled


def document_bytes(document: dict[str, Any]) -> bytes:
    """A settings document as the file holds it: UTF-8, indented, ending in a newline.

    Lone surrogates, which stand for bytes of a path that are no UTF-8, are written as JSON escapes.
    """
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text).encode()


def _save(path: Path, document: dict[str, Any]) -> None:
    """Write the document, with what the file held before beside it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            write_atomically(path.with_name(path.name + ".bak"), path.read_bytes())
        write_atomically(path, document_bytes(document))
    except OSError as error:
        raise BadSettings(
            f"The settings file {path} cannot be written: {error.strerror or error}.",
            hint="Is the disk full, or the folder read-only?",
            code="settings.not_written",
        ) from error
