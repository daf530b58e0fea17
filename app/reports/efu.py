"""Everything's file lists (EFU): a drive on the shelf can be searched in Everything as if it were there.

UTF-8, comma separated: path, bytes, times as FILETIME, Windows attributes. Source: voidtools' forum, "EFU syntax".
"""

EFU_HEAD = b"Filename,Size,Date Modified,Date Created,Attributes\r\n"

#: From 1601, where FILETIME begins, to 1970, in units of 100 ns.
_EPOCH = 116_444_736_000_000_000
_LAST = (1 << 63) - 1
_NORMAL = 128
_CONTROLS = dict.fromkeys((*range(32), 127), "\ufffd")


def filetime(ns: int) -> int:
    """A file's time in units of 100 ns since 1601; 0 for what lies before.

    Args:
        ns: nanoseconds since 1970.
    """
    return min(max(ns // 100 + _EPOCH, 0), _LAST)


def efu_path(path: str) -> str:
    """A path as a quoted field. Control characters, which no path of Windows has, become U+FFFD."""
    if not path.isprintable():
        path = path.translate(_CONTROLS)
    return path.replace('"', '""')


def efu_base(base: str) -> tuple[str, str]:
    """A drive's base without its last separator, as its own system spells it, and that separator."""
    if base[1:2] == ":" or base.startswith(("\\\\", "//")):
        return base.replace("/", "\\").rstrip("\\"), "\\"
    return base.rstrip("/"), "/"


def efu_line(quoted: str, size: int, mtime_ns: int) -> str:
    """One file. When it was made is not catalogued.

    Args:
        quoted: its path as `efu_path` gives it.
        size: bytes.
        mtime_ns: nanoseconds since 1970.
    """
    return f'"{quoted}",{size},{filetime(mtime_ns)},,{_NORMAL}\r\n'
