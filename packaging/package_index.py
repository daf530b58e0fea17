"""The package indexes this machine is set up to use, read with the standard library alone.

pip's own rules in short: options of the environment (`PIP_INDEX_URL`, ...) win over pip's configuration files; a user's
file wins over the machine's; `[install]` wins over `[global]`. Pages are read in both forms of the simple repository
interface (JSON and HTML, packaging.python.org/specifications/simple-repository-api).
"""

import base64
import configparser
import hashlib
import html.parser
import json
import netrc
import os
import ssl
import sys
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path

_ACCEPT = "application/vnd.pypi.simple.v1+json, text/html;q=0.5"
_SECONDS = 60


@dataclass(frozen=True)
class IndexFile:
    """One file that an index offers; `sha256` is empty where the index does not say it."""

    name: str
    url: str
    sha256: str


def _configuration_files() -> list[Path]:
    """Pip's configuration files, weakest first."""
    named = os.environ.get("PIP_CONFIG_FILE", "")
    if named == os.devnull:
        return []
    home = Path.home()
    if sys.platform == "win32":
        found = [
            Path(os.environ.get("PROGRAMDATA", "C:/ProgramData"), "pip", "pip.ini"),
            home / "pip" / "pip.ini",
            Path(os.environ.get("APPDATA", home), "pip", "pip.ini"),
        ]
    else:
        config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
        found = [Path(folder, "pip", "pip.conf") for folder in _machine_folders()]
        found += [Path("/etc/pip.conf"), home / ".pip" / "pip.conf", config / "pip" / "pip.conf"]
    return [*found, Path(named)] if named else found


def _machine_folders() -> list[str]:
    if sys.platform == "darwin":
        return ["/Library/Application Support", str(Path.home() / "Library" / "Application Support")]
    return (os.environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(os.pathsep)


def option(name: str) -> str:
    """One option of pip (`index-url`), from the environment or pip's files; empty where nobody sets it."""
    from_environment = os.environ.get("PIP_" + name.upper().replace("-", "_"), "")
    if from_environment:
        return from_environment
    value = ""
    for path in _configuration_files():
        parser = configparser.RawConfigParser()
        try:
            parser.read(path, encoding="utf-8")
        except (OSError, configparser.Error, UnicodeDecodeError) as error:
            print(f"note: {path} is not used: {error}", file=sys.stderr)
            continue
        for section in ("global", "install"):
            value = parser.get(section, name, fallback=value)
    return value


def indexes() -> list[str]:
    """Addresses of the indexes somebody configured here, in pip's order; pip's built-in default is not among them."""
    if option("no-index").lower() in ("1", "true", "yes", "on"):
        return []
    return [url.rstrip("/") for url in [*option("index-url").split(), *option("extra-index-url").split()]]


def offered(project: str) -> list[IndexFile]:
    """Every file of a project in the configured indexes and link folders; an index that fails is noted and passed."""
    found: list[IndexFile] = []
    for place in option("find-links").split():
        folder = Path(place.removeprefix("file://"))
        if folder.is_dir():
            found += [IndexFile(path.name, path.as_uri(), _digest(path.read_bytes())) for path in folder.glob("*.whl")]
    for index in indexes():
        try:
            found += page(index, project)
        except OSError as error:
            print(f"note: {_without_password(index)} does not answer for {project}: {error}", file=sys.stderr)
    return found


def page(index: str, project: str) -> list[IndexFile]:
    """The files of one project in one index.

    Raises:
        OSError: the index cannot be reached or does not know the project.
    """
    url = f"{index}/{project}/"
    if url.startswith("file:"):
        url += "index.html"
    body, kind, final = _get(url)
    if "json" in kind:
        found = [
            IndexFile(row["filename"], urllib.parse.urljoin(final, row["url"]), row["hashes"].get("sha256", ""))
            for row in json.loads(body)["files"]
        ]
    else:
        links = _Links(final)
        links.feed(body.decode("utf-8", "replace"))
        found = links.files
    return [IndexFile(file.name, _with_login_of(index, file.url), file.sha256) for file in found]


def _with_login_of(index: str, url: str) -> str:
    """The address of a file, with the index's own user and password where it lies on the same host."""
    ours, theirs = urllib.parse.urlsplit(index), urllib.parse.urlsplit(url)
    host = ours.netloc.rpartition("@")[2]
    return theirs._replace(netloc=ours.netloc).geturl() if theirs.netloc == host else url


def fetch(file: IndexFile, sha256: str) -> bytes:
    """The bytes of a file.

    Raises:
        OSError: it cannot be fetched.
        ValueError: what came is not the file with this SHA-256.
    """
    body, _, _ = _get(file.url)
    if _digest(body) != sha256:
        raise ValueError(f"{file.name} from {_without_password(file.url)} is not the file that the lock names")
    return body


class _Links(html.parser.HTMLParser):
    """Collects the links of an HTML index page."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base
        self.files: list[IndexFile] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One tag of the page; only links count."""
        target = dict(attrs).get("href") if tag == "a" else None
        if not target:
            return
        url, _, fragment = urllib.parse.urljoin(self.base, target).partition("#")
        name = urllib.parse.unquote(url.rpartition("/")[2])
        self.files.append(IndexFile(name, url, fragment.removeprefix("sha256=") if "sha256=" in fragment else ""))


def _get(url: str) -> tuple[bytes, str, str]:
    """Body, content type and final address of a page."""
    parts = urllib.parse.urlsplit(url)
    request = urllib.request.Request(url, headers={"Accept": _ACCEPT})
    if parts.scheme.startswith("http"):
        user, password = _login(parts)
        host = parts.netloc.rpartition("@")[2]
        request = urllib.request.Request(parts._replace(netloc=host).geturl(), headers={"Accept": _ACCEPT})
        if user:
            token = base64.b64encode(f"{user}:{password}".encode()).decode()
            request.add_unredirected_header("Authorization", f"Basic {token}")
    with _opener().open(request, timeout=_SECONDS) as answer:
        return answer.read(), answer.headers.get("Content-Type", ""), answer.url


def _login(parts: urllib.parse.SplitResult) -> tuple[str, str]:
    """User and password for an index: from its address, else from the user's netrc file."""
    if parts.username:
        return urllib.parse.unquote(parts.username), urllib.parse.unquote(parts.password or "")
    try:
        known = netrc.netrc().authenticators(parts.hostname or "")
    except (OSError, netrc.NetrcParseError):
        return "", ""
    return (known[0], known[2] or "") if known else ("", "")


def _opener() -> urllib.request.OpenerDirector:
    """Opens pages with the proxy and the certificates that pip would use."""
    authorities = option("cert") or os.environ.get("REQUESTS_CA_BUNDLE", "") or os.environ.get("CURL_CA_BUNDLE", "")
    context = ssl.create_default_context()
    if authorities and Path(authorities).exists():
        is_folder = Path(authorities).is_dir()
        context.load_verify_locations(**{"capath" if is_folder else "cafile": authorities})
    proxy = option("proxy")
    proxies = urllib.request.ProxyHandler({"http": proxy, "https": proxy} if proxy else None)
    return urllib.request.build_opener(proxies, urllib.request.HTTPSHandler(context=context))


def _without_password(url: str) -> str:
    parts = urllib.parse.urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
