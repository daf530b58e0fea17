"""The key of the local API: where it is found, and making one. It is never a setting.

By order of force: an option, the variable that the setting `api.key_variable` names, `VIDEOCATALOG_API_KEY` (an older
program's name for it), either of them in `.env` of the working directory, the file `api.key` there, which only its
owner can read.
"""

import re
import secrets
import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.errors import BadSettings, UsageError
from app.paths import Home
from app.settings.dotenv import read_dotenv
from app.settings.values import Api
from app.wholefile import cannot_write, write_atomically

OLDER_VARIABLE = "VIDEOCATALOG_API_KEY"

_KEY = re.compile(r"[!-~]{1,200}")
_OTHERS_MAY_READ = stat.S_IRGRP | stat.S_IROTH


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key, where it was found, and whether other people on this machine can read it there."""

    key: str
    source: str
    exposed: bool = False


def find_key(home: Home, settings: Api, environ: Mapping[str, str], option: str | None = None) -> ApiKey | None:
    """The key in force, or None.

    Raises:
        UsageError: the option holds none.
        BadSettings: a variable or the file holds something that is no key.
    """
    if option is not None:
        if not _KEY.fullmatch(option):
            raise UsageError(_WRONG.format("--api-key"), hint=_MAKE_ONE, code="api.key")
        return ApiKey(option, "option --api-key")
    variables, _ = read_dotenv(home.dotenv)
    for layer, values in (("environment", environ), (str(home.dotenv), variables)):
        for name in (settings.key_variable, OLDER_VARIABLE):
            if values.get(name):
                return ApiKey(_checked(values[name], f"{layer} {name}"), f"{layer} {name}")
    return _in_file(home.api_key)


def make_key(home: Home) -> str:
    """Make a new key and keep it in the file; the one before is good no longer.

    Raises:
        BadSettings: the working directory cannot be written.
        InputError: the file cannot be.
    """
    home.require_writable()
    key = secrets.token_urlsafe(32)
    try:
        home.root.mkdir(parents=True, exist_ok=True)
        write_atomically(home.api_key, key.encode() + b"\n", private=True)
    except OSError as error:
        raise cannot_write(home.api_key, error) from error
    return key


def _in_file(file: Path) -> ApiKey | None:
    try:
        text = file.read_bytes().decode("utf-8", "replace").strip()
        exposed = sys.platform != "win32" and bool(file.stat().st_mode & _OTHERS_MAY_READ)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadSettings(f"{file} cannot be read: {error.strerror}", hint=_MAKE_ONE, code="api.key") from error
    return ApiKey(_checked(text, str(file)), str(file), exposed)


def _checked(key: str, source: str) -> str:
    if not _KEY.fullmatch(key):
        raise BadSettings(_WRONG.format(source), hint=_MAKE_ONE, code="api.key")
    return key


_WRONG = "The key of the API ({}) is not 1 to 200 printable ASCII characters without spaces."
_MAKE_ONE = "`reelmark serve --make-key` makes one."
