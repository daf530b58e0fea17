"""Small pictures for the style sheet (chevrons, check marks), tinted and registered in memory.

A style sheet can only name files or Qt resources. The tinted SVGs are packed in the binary form that Qt's resource
compiler writes (format 1: tree, names, data; see qtbase/src/corelib/io/qresource.cpp), so nothing touches a disk.
"""

import struct
from functools import cache
from importlib.resources import files

from PySide6.QtCore import qRegisterResourceData

_FOLDER = 2
_ROOT = "reelmark"


@cache
def svg_source(name: str) -> str:
    """The SVG text of the icon `name`, drawn in black.

    Raises:
        FileNotFoundError: there is no such icon.
    """
    return files("resources").joinpath("icons", f"{name}.svg").read_text(encoding="utf-8")


def tinted_svg(name: str, color: str) -> bytes:
    """The icon with its black replaced by `color` (`#rrggbb`)."""
    return svg_source(name).replace('"#000"', f'"{color}"').encode()


_registered: dict[str, tuple[bytes, bytes, bytes]] = {}


def register_glyphs(theme: str, glyphs: dict[str, str]) -> str:
    """Make `:/reelmark/<theme>/<name>.svg` exist for every name, once; returns the folder's path.

    Args:
        theme: name of the theme.
        glyphs: icon name to colour. `check@text` is the icon `check` under the file name `check-text.svg`.
    """
    if theme not in _registered:
        contents = {
            f"{name.replace('@', '-')}.svg": tinted_svg(name.partition("@")[0], color) for name, color in glyphs.items()
        }
        tree, names, data = pack((_ROOT, theme), contents)
        _registered[theme] = (tree, names, data)
        qRegisterResourceData(1, tree, names, data)
    return f":/{_ROOT}/{theme}"


def pack(folders: tuple[str, ...], contents: dict[str, bytes]) -> tuple[bytes, bytes, bytes]:
    """Tree, names and data (format 1) of one chain of folders with files in the innermost."""
    names, data = b"", b""
    ordered = sorted(contents, key=_name_hash)
    tree = struct.pack(">IHII", 0, _FOLDER, 1, 1)
    for depth, folder in enumerate(folders):
        children = 1 if depth < len(folders) - 1 else len(ordered)
        tree += struct.pack(">IHII", len(names), _FOLDER, children, depth + 2)
        names += _name_entry(folder)
    for name in ordered:
        tree += struct.pack(">IHHHI", len(names), 0, 0, 1, len(data))
        names += _name_entry(name)
        data += struct.pack(">I", len(contents[name])) + contents[name]
    return tree, names, data


def _name_entry(name: str) -> bytes:
    return struct.pack(">HI", len(name), _name_hash(name)) + name.encode("utf-16-be")


def _name_hash(name: str) -> int:
    """Qt's hash of a name (the ELF hash over its UTF-16 units)."""
    value = 0
    for unit in name:
        value = ((value << 4) + ord(unit)) & 0xFFFFFFFF
        value ^= (value & 0xF0000000) >> 23
        value &= 0x0FFFFFFF
    return value
