r"""Reading `.env` files: `NAME=value` lines, as shells and most tools write them.

Understood: blank lines, `#` comments, `export NAME=…`, single quotes (taken as they stand), double quotes (with
`\n \t \" \\`), a byte order mark, Windows line ends. Nothing is expanded and nothing is run.
"""

import re
from pathlib import Path

_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)", re.DOTALL)
_SINGLE = re.compile(r"'([^']*)'\s*(?:#.*)?", re.DOTALL)
_DOUBLE = re.compile(r'"((?:[^"\\]|\\.)*)"\s*(?:#.*)?', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}


def read_dotenv(path: Path) -> tuple[dict[str, str], tuple[str, ...]]:
    """The variables of a `.env` file and what is wrong with it, a sentence each. A missing file has none of either."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return {}, ()
    except OSError as error:
        return {}, (f"{path} cannot be read: {error.strerror}",)
    return parse_dotenv(data.decode("utf-8-sig", "surrogateescape"), str(path))


def parse_dotenv(text: str, name: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """As `read_dotenv`, for the text of a file called `name`. A wrong line is named by number, never quoted."""
    variables: dict[str, str] = {}
    wrong: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        value = _value(match[2].strip()) if match else None
        if match is None or value is None:
            wrong.append(f"{name}: line {number} is not NAME=value")
        else:
            variables[match[1]] = value
    return variables, tuple(wrong)


def _value(text: str) -> str | None:
    """The value right of the equals sign; None for a quote that is not closed."""
    if text.startswith("'"):
        match = _SINGLE.fullmatch(text)
        return match[1] if match else None
    if text.startswith('"'):
        match = _DOUBLE.fullmatch(text)
        return _ESCAPE.sub(lambda escape: _ESCAPES.get(escape[1], escape[0]), match[1]) if match else None
    return re.split(r"\s#", text, maxsplit=1)[0].strip() if not text.startswith("#") else ""
