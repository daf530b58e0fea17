"""Finds the shots of a tree of shows. The listing runs in a killable child: shows lie on shared storage."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

from app.errors import InputError, MediaError
from app.jobs.children import stream
from app.jobs.events import Stage
from app.jobs.framing import Send
from app.jobs.job import Job
from app.model.names import shown
from app.model.production import Layout, Place, parse_layout, place_of

Told = TypeVar("Told")

_HANDLER = "app.production.places:serve"
_DIGITS = re.compile(r"(\d+)")
_BETWEEN = " _-."


def find_places(root: Path, layout: Layout, job: Job, *, silence_s: float = 30.0) -> list[Place]:
    """Every shot below a root, by show and shot, with the shows that have none.

    A folder that cannot be listed is a failed item of the job.

    Args:
        root: the folder that holds the shows.
        layout: how they are laid out in it.
        job: told of folders that cannot be read.
        silence_s: seconds after which storage that gives nothing counts as hung.

    Raises:
        InputError: the root is not there or cannot be read.
    """
    request = {"root": str(root), "layout": str(layout)}
    job.stage(Stage.WALK)
    found: list[Place] = []
    try:
        with closing(stream(_HANDLER, request, job.token, silence_s=silence_s)) as messages:
            for header, _ in messages:
                if "failed" in header:
                    job.item_failed(shown(header["failed"]), header["reason"], "folder.unreadable")
                    continue
                found.append(Place(**header["place"]))
                job.progress(len(found), current=shown(found[-1].path))
    except MediaError as error:
        raise InputError(error.message, hint=error.hint, code=error.code) from error
    return sorted(found, key=lambda place: (_natural(place.show), _natural(place.shot)))


def by_show(places: Iterable[Place], told: Mapping[Place, Told]) -> tuple[tuple[str, tuple[Told, ...]], ...]:
    """What is told of each shot, show by show in the order of the places; nothing of a show without a shot."""
    shows = groupby(places, key=lambda place: place.show)
    return tuple((show, tuple(told[place] for place in shots if place.shot)) for show, shots in shows)


def serve(request: dict[str, Any], send: Send) -> None:
    """The child's side: go down the levels of the layout and send each place."""
    root, layout = Path(request["root"]), parse_layout(request["layout"])
    try:
        os.listdir(root)  # noqa: PTH208 - as text with undecodable bytes
    except OSError as error:
        raise InputError(
            f"{shown(str(root))} cannot be read: {error.strerror}",
            hint="Give the folder that holds the shows, with --shows-root or in the configuration.",
            code="shows.not_there",
        ) from error
    _Finder(root, layout, send).below("", 0, {})


class _Finder:
    """Goes down a layout, level by level."""

    def __init__(self, root: Path, layout: Layout, send: Send) -> None:
        self._root = root
        self._layout = layout
        self._send = send

    def below(self, path: str, depth: int, fields: dict[str, str]) -> bool:
        """Send the places below a folder; whether there was one."""
        if depth == self._layout.shot_depth:
            rest = "/".join(level.text for level in self._layout.levels[depth:])
            there = f"{path}/{rest}".rstrip("/")
            self._tell(place_of(fields, there, there=(self._root / there).is_dir()))
            return True
        level = self._layout.levels[depth]
        if not level.fields:
            within = f"{path}/{level.text}".lstrip("/")
            return (self._root / within).is_dir() and self.below(within, depth + 1, fields)
        some = False
        for name in self._folders(path):
            filled = level.match(name)
            if filled is None:
                continue
            within = f"{path}/{name}".lstrip("/")
            known = {**fields, **filled}
            any_below = self.below(within, depth + 1, known)
            if not any_below and "show" in filled:
                self._tell(place_of({"show": known["show"]}, within, there=True))
            some = some or any_below
        return some

    def _tell(self, place: Place) -> None:
        fields = {"show": place.show, "shot": place.shot, "path": place.path, "there": place.there}
        self._send({"place": fields})

    def _folders(self, path: str) -> Iterator[str]:
        """Names of the folders in a folder, hidden ones left out; a link to a folder counts."""
        try:
            with os.scandir(self._root / path) as entries:
                names = [entry.name for entry in entries if not entry.name.startswith(".") and entry.is_dir()]
        except OSError as error:
            self._send({"failed": str(self._root / path), "reason": error.strerror or type(error).__name__})
            return
        yield from sorted(names, key=_natural)


def _natural(name: str) -> tuple[list[tuple[bool, int, str]], str]:
    """A key that sorts `sh2` before `sh10`, and `s 040` before `s050`: what parts words and numbers is none."""
    parts = [part.strip(_BETWEEN).casefold() for part in _DIGITS.split(name)]
    return [(part.isdigit(), int(part) if part.isdecimal() else 0, part) for part in parts], name
