"""The playhead of the review: which picture is due, which are kept, which are decoded next, and what was dropped."""

import math
import time
from collections import OrderedDict, deque
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from app.errors import AppError
from ui import formats
from ui.tabs.review_decoder import Decoder, Picture, Want
from ui.tabs.review_reel import Reel, View
from ui.widgets.frame_strip import Range

#: Bytes of decoded pictures that are kept.
CACHE_BYTES = 512 << 20

_AHEAD = 48
_SHOW_LOADING_MS = 150
_LET_GO_MS = 700
_TELL_MS = 200
_MOST_SPEED = 8
_DECODE_MEMORY = 0.3

Key = tuple[object, ...]


class Player(QObject):
    """Moves through a reel and asks the decoder for what will be looked at next. All in the window's thread.

    Args:
        decoder: its answers come back here.
    """

    pictured = Signal(object, object)
    """A position and the `Picture` that belongs to it."""
    missing = Signal(object)
    """A position without a file."""
    failed = Signal(object, object)
    """A position and the `AppError` that says why it cannot be shown."""
    loading = Signal(object)
    """The picture of a position takes its time."""
    moved = Signal(object)
    """The playhead stands at another position."""
    cache_changed = Signal()
    """Other pictures are ready than before; told a few times a second."""
    paced = Signal(str, bool)
    """How fast it plays, and whether frames were dropped; empty while it stands."""

    def __init__(self, decoder: Decoder, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._decoder = decoder
        decoder.decoded.connect(self._decoded)
        decoder.refused.connect(self._refused)
        self._serial = 0
        self.reel: Reel | None = None
        self.position = 0
        self._view = View(0, "", "")
        self._room = (0, 0)
        self._whole = False
        self._kept: OrderedDict[Key, Picture] = OrderedDict()
        self._bytes = 0
        self._refusals: dict[Key, AppError] = {}
        self._shown: Key | None = None
        self._decode_s = 0.05
        self._speed = 0
        self._anchor = (0.0, 0)
        self._times: deque[float] = deque(maxlen=64)
        self._dropped = 0
        self._tick = QTimer(self, timerType=Qt.TimerType.PreciseTimer)
        self._tick.timeout.connect(self._play_on)
        self._slow = QTimer(self, singleShot=True, interval=_SHOW_LOADING_MS)
        self._slow.timeout.connect(self._say_loading)
        self._let_go = QTimer(self, singleShot=True, interval=_LET_GO_MS)
        self._let_go.timeout.connect(self._hurry)
        self._tell = QTimer(self, singleShot=True, interval=_TELL_MS)
        self._tell.timeout.connect(self.cache_changed)

    def load(self, reel: Reel | None) -> None:
        """Look at another asset, from its first picture; the pictures of the one before are let go."""
        self.pause()
        self._serial += 1
        self._kept.clear()
        self._refusals.clear()
        self._bytes, self._shown = 0, None
        self.reel = reel
        self._view = reel.views[0] if reel is not None and reel.views else View(0, "", "")
        self._let_go.start()
        self._slow.stop()
        self._decoder.forget()
        if reel is None or reel.kind == "sound" or not reel.existing:
            self.position = 0
            return
        self.position = reel.first
        self.moved.emit(self.position)
        self._show()

    def go_to(self, position: int) -> None:
        """Stand at a position, kept inside the reel."""
        if self.reel is None or self.reel.kind == "sound" or not self.reel.existing:
            return
        position = min(max(position, self.reel.first), self.reel.last)
        if self._speed:
            self._anchor = (time.monotonic(), position)
        if position != self.position:
            self.position = position
            self.moved.emit(position)
            self._show()

    def step(self, frames: int) -> None:
        """Go on by so many positions, or back; it stands still then."""
        self.pause()
        self.go_to(self.position + frames)

    def set_view(self, view: View) -> None:
        """Show another part or layer."""
        if view != self._view:
            self._view = view
            self._show()

    def view(self) -> View:
        """The part and layer shown."""
        return self._view

    def set_room(self, width: int, height: int, *, whole: bool) -> None:
        """How large the picture is shown, in device pixels; `whole` asks for every pixel of it."""
        before = self.factor()
        self._room, self._whole = (width, height), whole
        if self.reel is not None and self.factor() != before:
            self._show()

    def factor(self) -> int:
        """By how much pictures are reduced: as far as the room loses nothing by it."""
        reel = self.reel
        if self._whole or reel is None or not reel.width or not reel.height or not all(self._room):
            return 1
        return max(1, int(min(reel.width / self._room[0], reel.height / self._room[1])))

    def picture(self) -> Picture | None:
        """The picture in sight, where it is that of the position."""
        return self._kept.get(self._key(self.position))

    def cached(self) -> tuple[Range, ...]:
        """Positions whose pictures are ready."""
        key = self._key(0)
        return formats.ranges_of(sorted(int(str(k[1])) for k in self._kept if k[2:] == key[2:]))

    def playing(self) -> int:
        """Speed and direction: 1 forwards at the reel's rate, -2 backwards at twice that, 0 while it stands."""
        return self._speed

    def play(self, direction: int) -> None:
        """Play forwards (1) or backwards (-1); again in the same direction doubles the speed."""
        if self.reel is None or not self.reel.moves:
            return
        faster = self._speed * direction > 0
        self._speed = direction * min(abs(self._speed) * 2, _MOST_SPEED) if faster else direction
        self._anchor = (time.monotonic(), self.position)
        self._times.clear()
        self._dropped = 0
        self._tick.start(max(4, round(500 / float(self.reel.rate * abs(self._speed)))))
        self._ask()
        self._say_pace()

    def pause(self) -> None:
        """Stand still."""
        if self._speed:
            self._speed = 0
            self._tick.stop()
            self.paced.emit("", False)
            self._show()

    def toggle(self) -> None:
        """Play or stand still."""
        if self._speed:
            self.pause()
        else:
            self.play(1)

    def _key(self, position: int) -> Key:
        return (self._serial, position, self._view.part, self._view.layer, self.factor())

    def _show(self) -> None:
        """Bring the picture of the position to the screen, or ask for it."""
        reel, position = self.reel, self.position
        if reel is None:
            return
        key = self._key(position)
        self._slow.stop()
        if reel.path(position) is None:
            self._shown = key
            self.missing.emit(position)
        elif key in self._kept:
            self._shown = key
            self._kept.move_to_end(key)
            self.pictured.emit(position, self._kept[key])
        elif key in self._refusals:
            self._shown = key
            self.failed.emit(position, self._refusals[key])
        elif not (self._shown is not None and self._shown[:4] == key[:4]):
            self._slow.start()
        self._ask()

    def _ask(self) -> None:
        """Tell the decoder what is needed, the most urgent first."""
        if self.reel is not None and self.reel.existing and self.reel.kind != "sound":
            self._decoder.want([self._want(position) for position in self._needed()])

    def _needed(self) -> list[int]:
        """Positions to decode: the one in sight, then those ahead that will be in time."""
        assert self.reel is not None
        reel, length = self.reel, self.reel.last - self.reel.first + 1
        direction = -1 if self._speed < 0 else 1
        stride = self._stride()
        start = self.position if not self._speed else self._due() + direction * (stride if stride > 1 else 0)
        needed = [] if self._speed else [self.position]
        for place in range(0, length, stride):
            if len(needed) >= self._room_ahead():
                break
            needed.append(reel.first + (start - reel.first + direction * place) % length)
        keys = {position: self._key(position) for position in dict.fromkeys(needed)}
        return [
            position
            for position, key in keys.items()
            if reel.path(position) is not None and key not in self._kept and key not in self._refusals
        ]

    def _stride(self) -> int:
        """Every how manieth frame can be decoded in time while it plays."""
        if not self._speed or self.reel is None:
            return 1
        return max(1, math.ceil(self._decode_s * float(self.reel.rate) * abs(self._speed) - 0.15))

    def _room_ahead(self) -> int:
        one = next(reversed(self._kept.values())).cost if self._kept else CACHE_BYTES // _AHEAD
        return max(1, min(_AHEAD, CACHE_BYTES // max(one, 1) - 2))

    def _want(self, position: int) -> Want:
        assert self.reel is not None
        reel, factor = self.reel, self.factor()
        wide, high = (-(-reel.width // factor), -(-reel.height // factor)) if factor > 1 else (0, 0)
        return Want(
            self._key(position),
            reel.path(position) or "",
            position if reel.kind == "movie" else None,
            self._view.part,
            self._view.layer,
            wide,
            high,
        )

    def _decoded(self, key: Key, picture: Picture) -> None:
        if key[0] != self._serial or self.reel is None:
            return
        self._decode_s += _DECODE_MEMORY * (picture.seconds - self._decode_s)
        self._keep(key, picture)
        self._learn(picture)
        if not self._tell.isActive():
            self._tell.start()
        if self._speed:
            self._ask()
            return
        if key == self._key(self.position):
            self._show()

    def _refused(self, key: Key, error: AppError) -> None:
        if key[0] != self._serial or self.reel is None:
            return
        self._refusals[key] = error
        if key == self._key(self.position) and not self._speed:
            self._show()

    def _keep(self, key: Key, picture: Picture) -> None:
        """Keep a picture; where there is no room, those go first that are needed last."""
        before = self._kept.pop(key, None)
        self._bytes += picture.cost - (before.cost if before else 0)
        self._kept[key] = picture
        if self._bytes <= CACHE_BYTES or self.reel is None:
            return
        length = self.reel.last - self.reel.first + 1
        now = self._key(0)[2:]
        direction = -1 if self._speed < 0 else 1

        def urgency(other: Key) -> tuple[bool, int]:
            return other[2:] != now, (int(str(other[1])) - self.position) * direction % length

        for other in sorted(self._kept, key=urgency, reverse=True):
            if self._bytes <= CACHE_BYTES or len(self._kept) == 1:
                return
            if other != key:
                self._bytes -= self._kept.pop(other).cost

    def _learn(self, picture: Picture) -> None:
        """A decoder knows better how large a picture is and how many frames a movie has."""
        assert self.reel is not None
        frame = picture.frame
        if not self.reel.width:
            self.reel = replace(self.reel, width=frame.full_width, height=frame.full_height)
        if self.reel.kind == "movie" and frame.frames and frame.frames - 1 != self.reel.last:
            self.reel = replace(self.reel, existing=((0, frame.frames - 1),))
            self.cache_changed.emit()

    def _due(self) -> int:
        """The position that the clock asks for."""
        assert self.reel is not None
        reel, (began, start) = self.reel, self._anchor
        gone = int((time.monotonic() - began) * float(reel.rate) * self._speed)
        return reel.first + (start - reel.first + gone) % (reel.last - reel.first + 1)

    def _play_on(self) -> None:
        """Show what is due; where that is not ready, the latest picture before it that is."""
        if self.reel is None or not self._speed:
            return
        reel, due, direction = self.reel, self._due(), 1 if self._speed > 0 else -1
        length = reel.last - reel.first + 1
        ahead = (due - self.position) * direction % length
        for back in range(ahead):
            position = reel.first + (due - reel.first - back * direction) % length
            key = self._key(position)
            if reel.path(position) is None or key in self._kept or key in self._refusals:
                self._dropped += ahead - back - 1
                self._times.append(time.monotonic())
                self.position = position
                self.moved.emit(position)
                self._show()
                self._say_pace()
                return

    def _say_pace(self) -> None:
        if self.reel is None or not self._speed:
            return
        wanted = float(self.reel.rate) * abs(self._speed)
        words = f"{wanted:.4g} fps"
        if len(self._times) > 4:
            now = time.monotonic()
            recent = [moment for moment in self._times if now - moment < 2]
            if len(recent) > 2:
                real = (len(recent) - 1) / max(recent[-1] - recent[0], 1e-3)
                words = f"{min(real, wanted):.1f} of {wanted:.4g} fps"
        if self._dropped:
            words += f" · {formats.count(self._dropped)} dropped"
        self.paced.emit(words, self._dropped > 0)

    def _say_loading(self) -> None:
        if self.reel is not None:
            self.loading.emit(self.position)

    def _hurry(self) -> None:
        self._decoder.let_go_of_others(self._serial)
