"""Which share of which server a network mount shows, however the mount writes it."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

#: File systems whose share names mean the same in capitals and small letters.
_SMB = frozenset(["cifs", "smb3", "smbfs", "network", "smb", "afpfs"])
_WEB = frozenset(["webdav", "davfs"])
_URL = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_SERVICE = re.compile(r"\._[a-z-]+\._tcp\.local\.?$", re.IGNORECASE)
_HOST_PATH = re.compile(r"^(\[[0-9A-Fa-f:.%]+\]|[^:/\[\]]+):(/.*|[^/].*)?$")


@dataclass(frozen=True, slots=True)
class Share:
    """A network share.

    Attributes:
        server: in small letters, without user, port or service name; an IPv6 address without brackets.
        name: its name or exported path, without slashes at its ends.
        folder: the folder of it that is mounted, without slashes at its ends; empty for the whole.
    """

    server: str
    name: str
    folder: str = ""

    @property
    def key(self) -> str:
        """`server/name`: the same for every way to mount it."""
        return f"{self.server}/{self.name}"


def share_of(device: str, kind: str) -> Share | None:
    r"""The share that a mount's device names, or None for something else.

    Args:
        device: `//nas/media`, `nas:/media`, `me@nas:/media`, `\\nas\media`, `https://nas/dav`, ...
        kind: the file system's type.
    """
    text = _URL.sub("//", device.strip()).replace("\\", "/")
    smb = kind.lower() in _SMB
    if text.startswith("//"):
        host, _, path = text[2:].partition("/")
        smb = smb or kind.lower() not in _WEB
    elif match := _HOST_PATH.match(text):
        host, path = match[1], match[2] or ""
    else:
        return None
    server = _server(host)
    path = unquote(path) if smb else path
    parts = [part for part in path.split("/") if part]
    if not server:
        return None
    if not smb and kind.lower() not in _WEB:
        return Share(server, "/".join(parts))
    name, *below = parts or [""]
    return Share(server, name.lower() if smb else name, "/".join(below))


def same_server(one: str, other: str) -> bool:
    """Whether two names may be one server: equal, or one is the other with a domain (`nas`, `nas.studio.local`)."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    return bool(short) and not short[0].isdigit() and ":" not in short and long.startswith(short + ".")


def _server(host: str) -> str:
    host = host.rpartition("@")[2].split(";")[-1] if not re.search(r"@(SSL|\d+)", host) else host.split("@")[0]
    host = _SERVICE.sub("", unquote(host))
    if host.startswith("["):
        return host[1 : host.find("]")].lower()
    return re.sub(r":\d+$", "", host).rstrip(".").lower()
