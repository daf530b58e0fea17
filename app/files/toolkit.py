"""Reads a `toolkit.yaml`: what is known of shows, over what the settings say."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.errors import AppError, InputError, UsageError
from app.files.showconfig import ShowConfig
from app.model.names import shown
from app.model.production import expected_range, parse_layout
from app.model.sizes import MEGABYTE
from app.yamlnodes import MOST_BYTES, Mapping, Node, Scalar, kind_of, read_yaml

#: Looked for in the current folder where no other file is named.
FILE_NAME = "toolkit.yaml"


def read_config(path: Path, base: ShowConfig) -> ShowConfig:
    """A `toolkit.yaml` over what the settings say. A relative `shows_root` is taken from the file's own folder.

    Raises:
        InputError: it cannot be read, or a value in it is wrong; with line and column.
    """
    reading = _Reading(replace(base, source=path))
    for key, node in _entries(read_yaml(_bytes_of(path), shown(str(path))), "the configuration"):
        reading.take(key, node)
    return reading.config


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError(
            f"{shown(str(path))} cannot be read: {error.strerror}",
            hint="Give a YAML file that you may read.",
            code="yaml.unreadable",
        ) from error


class _Reading:
    """Takes the keys of a file one by one."""

    def __init__(self, config: ShowConfig) -> None:
        self.config = config
        self._keys: dict[str, Callable[[Node], Any]] = {
            "shows_root": self._root, "layout": self._layout, "naming": self._naming, "thresholds": self._thresholds,
            "frame_ranges": self._ranges, "log_dir": self._log_dir, "tracking": self._later, "publishing": self._later,
        }  # fmt: skip

    def take(self, key: str, node: Node) -> None:
        """Take one key; one that nobody knows is kept to be told."""
        reader = self._keys.get(key)
        if reader is None:
            self._note_unknown(key, node)
        else:
            reader(node)

    def _note_unknown(self, key: str, node: Node) -> None:
        self.config = replace(self.config, unknown=(*self.config.unknown, (key, node.place.line)))

    def _root(self, node: Node) -> None:
        self.config = replace(self.config, shows_root=self._place(node, "shows_root"))

    def _layout(self, node: Node) -> None:
        text = _text(node, "layout")
        try:
            parse_layout(text)
        except UsageError as error:
            raise node.place.error(error.message, error.hint) from error
        self.config = replace(self.config, layout=text)

    def _naming(self, node: Node) -> None:
        naming = self.config.naming
        for key, value in _entries(node, "naming"):
            if key == "frame_prefix":
                naming = replace(naming, prefix=_text(value, "frame_prefix", empty=True))
            elif key == "frame_padding":
                naming = replace(naming, padding=int(_number(value, "frame_padding", 20, whole=True)))
            elif key == "frame_ext":
                ext = _text(value, "frame_ext", empty=True)
                naming = replace(naming, ext=f".{ext.lstrip('.')}" if ext else "")
            else:
                self._note_unknown(f"naming.{key}", value)
        self.config = replace(self.config, naming=naming)

    def _thresholds(self, node: Node) -> None:
        for key, value in _entries(node, "thresholds"):
            if key == "disk_warning_mb":
                self.config = replace(self.config, warn_bytes=round(_number(value, key, 1e12) * MEGABYTE))
            else:
                self._note_unknown(f"thresholds.{key}", value)

    def _ranges(self, node: Node) -> None:
        ranges = []
        for shots, value in _entries(node, "frame_ranges"):
            frames = _text(value, "a frame range")
            try:
                ranges.append(expected_range(frames, shots))
            except AppError as error:
                raise value.place.error(error.message, error.hint) from error
        self.config = replace(self.config, ranges=tuple(ranges))

    def _log_dir(self, node: Node) -> None:
        self.config = replace(self.config, log_dir=str(self._place(node, "log_dir")))

    def _place(self, node: Node, what: str) -> Path:
        """A folder: `~` stands for that of the user, and what is relative is taken from the file's own folder."""
        assert self.config.source is not None
        try:
            return self.config.source.parent / Path(_text(node, what)).expanduser()
        except RuntimeError as error:
            raise node.place.error(f"{what}: there is no such user", "Write the folder out.") from error

    def _later(self, node: Node) -> None:
        """A section that other commands read; its shape is checked here all the same."""
        for _ in _entries(node, "this section"):
            continue


def _entries(node: Node, what: str) -> Iterable[tuple[str, Node]]:
    """Keys and values; `what` is the word for them in the message where it is something else."""
    if not isinstance(node, Mapping):
        raise node.place.error(f"{what} has to be keys and values, not {kind_of(node)}")
    return node.entries.items()


def _text(node: Node, what: str, *, empty: bool = False) -> str:
    if not isinstance(node, Scalar) or (node.value is None and not empty):
        raise node.place.error(f"{what} has to be a text, not {kind_of(node)}")
    text = "" if node.value is None else node.text
    if "\0" in text or not (text or empty):
        raise node.place.error(f"{what} has to be a text")
    return text


def _number(node: Node, what: str, most: float, *, whole: bool = False) -> float:
    value = node.value if isinstance(node, Scalar) else None
    kinds = (int,) if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds) or not 0 <= value <= most:
        kind = "a whole number" if whole else "a number"
        raise node.place.error(f"{what} has to be {kind} from 0 to {most:g}, not {kind_of(node)}")
    return float(value)
