"""Two files or sequences beside each other: headers, pixels, and where they differ."""

from collections.abc import Mapping
from functools import partial
from pathlib import PurePath
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QProgressBar,
    QSplitter,
    QTableView,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.errors import AppError
from app.model.frames import Frame
from app.model.names import shown
from ui import formats, theme
from ui.desk import Desk
from ui.models.plain_rows import PlainRows
from ui.reasons import said
from ui.tabs.compare_frames import FrameChoice, all_frames, first_in_sight, has_frame
from ui.tabs.compare_reader import Compared, CompareReader, FrameCompared, Pair, Shown, file_of
from ui.tabs.compare_words import beyond, differing, equal_words, header_rows, pixel_rows, problems, verdict
from ui.tabs.review_keys import keeps_key, make_action
from ui.widgets.buttons import KeyButton
from ui.widgets.frame_viewer import FrameViewer
from ui.widgets.labels import DimLabel, ElidedLabel, IconLabel, NoticeLine, PlainLabel
from ui.widgets.spin import MARGIN
from ui.widgets.tables import give_room, part_of_window, share_columns, style_table
from ui.widgets.viewer_frame import PictureInfo

_SIDES = (("a", "A"), ("difference", "Difference"), ("b", "B"))
_LEGEND = (
    "Grey is equal, red over orange to white a growing error, magenta NaN or infinity on one side, "
    "dark what was not compared: only one of them has it, or it cannot be decoded"
)


class CompareDialog(QDialog):
    """Compares A with B.

    Args:
        desk: engine and window.
        a: a file, a frame or a pattern.
        b: the other.
    """

    def __init__(self, desk: Desk, a: str, b: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._given, self._pair = (a, b), Pair(a, b)
        self._shown: dict[str, Shown | str] = {}
        self._side, self._asked = "difference", ""
        self._found: Compared | None = None
        self._frame: Frame | None = None  # that somebody chose
        self._fresh = True  # nobody can have chosen a tab for what was found
        self._in_sight: Frame | None = None
        self.reader = CompareReader(desk.engine, self)
        self.names = {"a": ElidedLabel(), "b": ElidedLabel()}
        self.frames = FrameChoice()
        self.viewer, self.legend = FrameViewer(), DimLabel(_LEGEND)
        self.buttons = {side: KeyButton(words, role="choice", key=str(n)) for n, (side, words) in enumerate(_SIDES, 1)}
        self.sign, self.words = IconLabel("clock", 18), PlainLabel("Comparing…")
        self.header = PlainRows(("Part", "Attribute", "A", "B", "Frames"), numbers=(0,))
        self.pixels = PlainRows(
            ("Channel", "Part", "Largest", "Mean", "Differing", "Not finite", "Frame"), numbers=(1, 2, 3, 4, 5, 6)
        )
        self.header_table, self.pixel_table, self.tabs = QTableView(), QTableView(), QTabWidget()
        self.tolerance, self.progress = QDoubleSpinBox(), QProgressBar(textVisible=False)
        self.notice, self.close_button = NoticeLine(), KeyButton("Close", key="Esc")
        self._lay_out()
        self._connect()
        self._name(self._pair)
        self.show_side("difference")
        give_room(self)
        self._ask()

    def side(self) -> str:
        """What is in sight: `a`, `difference` or `b`."""
        return self._side

    def show_side(self, side: str, _checked: object = None) -> None:
        """Bring A, B or their difference into sight; the zoom stays."""
        self._side = side
        self.buttons[side].setChecked(True)
        self.legend.setVisible(side == "difference")
        found = self._shown.get(side)
        if isinstance(found, Shown):
            self.viewer.show_picture(found.image, found.info)
        elif found:
            self.viewer.show_nothing("No picture", found)
        else:
            self.viewer.show_loading("Comparing pixels…" if side == "difference" else "Decoding…")

    def done(self, result: int) -> None:
        """Qt: end the threads with the dialogue."""
        self.reader.leave()
        super().done(result)
        self.close()

    def event(self, event: QEvent) -> bool:
        """Qt: a field and the tabs keep the keys that they need themselves."""
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and keeps_key(self.focusWidget(), event):
            event.accept()
            return True
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: both sides share the new width."""
        super().resizeEvent(event)
        share_columns(self.header_table, 2, 3)

    def sizeHint(self) -> QSize:
        """Qt: room for a picture and a table."""
        return part_of_window(self, QSize(1180, 740))

    def _ask(self, _tolerance: float = 0.0) -> None:
        self.progress.setRange(0, 0)
        self.progress.show()
        self._shown.pop("difference", None)
        self.reader.ask(*self._given, self.tolerance.value())

    def _compared(self, found: Compared) -> None:
        self._pair = found.pair
        self._name(found.pair)
        words, state = verdict(found.document, pixels=found.pixels)
        self.words.setText(words)
        sign = {"pass": "pass", "stale": "stale"}.get(state, "clock")
        self.sign.set_icon(sign, f"{state}_text" if state else "dim")
        self.header.set_rows(header_rows(found.document))
        self._hide_columns(found.document)
        self.header_table.setColumnWidth(1, min(max(90, self.header_table.sizeHintForColumn(1)), 220))
        share_columns(self.header_table, 2, 3)
        count = len(self.header.rows())
        self.tabs.setTabText(0, f"Header {formats.count(count)}" if count else "Header")
        self.notice.say(problems(found.document))
        if not found.pixels:
            self._look(found)
            self.reader.ask_pixels(found.pair, self.tolerance.value())
            return
        self.progress.hide()
        self.pixels.set_rows(pixel_rows(found.document))
        different = len(differing(found.document))
        self.tabs.setTabText(1, f"Pixels {formats.count(different)}" if different else "Pixels")
        if self._fresh and different and not self.header.rows():
            self.tabs.setCurrentIndex(1)
        self._fresh = False
        self._look(found)

    def _look(self, found: Compared) -> None:
        """Show both sides and their difference: of sequences one frame, the worst where none was asked for."""
        self._found = found
        asked = found.pair.frame if self._frame is None else self._frame
        several = found.document.get("kind") == "sequence"
        known = found.pixels or not several or asked is not None
        frame = first_in_sight(found.document, asked) if several and known else None
        self._in_sight = frame
        self.frames.offer(all_frames(found.document), frame, found.document.get("picture_frame"))
        if known:
            self._ask_sides(found.document, frame)
        if found.pixels:
            self._show_difference(found, frame)

    def _show_difference(self, found: Compared, frame: Frame | None) -> None:
        self.reader.drop("difference")
        document, worst = found.document, found.document.get("picture_frame")
        alone = [side for key, side in (("only_a", "A"), ("only_b", "B")) if has_frame(document, key, frame)]
        if found.picture is not None and not found.picture.isNull() and frame == worst:
            self._keep(Shown("difference", found.picture, PictureInfo(_titled(frame))))
        elif alone:
            self._keep_words("difference", f"Frame {frame} is only in {alone[0]}.")
        elif not differing(document) and (frame is None or self._frame is None):
            self._keep_words("difference", equal_words(document))
        elif frame is None:
            self._keep_words("difference", "There is no picture of it.")
        elif has_frame(document, "equal", frame):
            self._keep_words("difference", f"No pixel of frame {frame} differs{beyond(document)}.")
        else:
            self._shown.pop("difference", None)
            self.show_side(self._side)
            self.reader.ask_frame(found.pair, frame, self.tolerance.value())

    def _choose_frame(self, frame: int) -> None:
        self._frame = frame
        if self._found is not None:
            self._look(self._found)

    def _frame_compared(self, found: FrameCompared) -> None:
        if self._found is None or found.frame != self._in_sight:
            return
        if found.picture is not None and not found.picture.isNull():
            self._keep(Shown("difference", found.picture, PictureInfo(_titled(found.frame))))
        else:
            self._keep_words("difference", equal_words(found.document))

    def _hide_columns(self, document: Mapping[str, Any]) -> None:
        """Parts and frames are columns where there is more than one."""
        several = any(entry.get("part") for key in ("header", "pixels") for entry in document.get(key) or ())
        frames = document.get("kind") == "sequence"
        for table, part, frame in ((self.header_table, 0, 4), (self.pixel_table, 1, 6)):
            table.setColumnHidden(part, not several)
            table.setColumnHidden(frame, not frames)

    def _ask_sides(self, document: Mapping[str, Any], frame: Frame | None) -> None:
        """Decode both sides; of sequences the frame in sight, where they have it."""
        paths = [file_of(path, frame) for path in (self._pair.a, self._pair.b)]
        if self._asked == str(paths):
            return
        self._asked = str(paths)
        for side, other, path in (("a", "only_b", paths[0]), ("b", "only_a", paths[1])):
            self._shown.pop(side, None)
            if has_frame(document, other, frame):
                self.reader.drop(side)
                self._keep_words(side, f"There is no frame {frame} in {side.upper()}.")
            else:
                self.reader.ask_side(side, path)
        self.show_side(self._side)

    def _keep(self, found: Shown) -> None:
        self._shown[found.side] = found
        if found.side == self._side:
            self.show_side(found.side)

    def _keep_words(self, side: str, words: str) -> None:
        self._shown[side] = words
        if side == self._side:
            self.show_side(side)

    def _failed(self, kind: str, error: AppError) -> None:
        if kind != "diff":
            self._keep_words(kind, said(error))
            return
        self.progress.hide()
        self.words.setText("They could not be compared")
        self.sign.set_icon("warning", "fail_text")
        self.notice.say(said(error))
        self._keep_words("difference", said(error))

    def _progressed(self, done: int, total: int | None) -> None:
        self.progress.setRange(0, total or 0)
        self.progress.setValue(done)

    def _name(self, pair: Pair) -> None:
        for side, path in (("a", pair.a), ("b", pair.b)):
            self.names[side].setFullText(shown(path))
        self.setWindowTitle(f"{shown(PurePath(pair.a).name)} and {shown(PurePath(pair.b).name)}")

    def _connect(self) -> None:
        self.reader.compared.connect(self._compared)
        self.reader.shown.connect(self._keep)
        self.reader.frame_compared.connect(self._frame_compared)
        self.reader.failed.connect(self._failed)
        self.frames.chosen.connect(self._choose_frame)
        self.reader.progressed.connect(self._progressed)
        self.tolerance.valueChanged.connect(self._ask)
        self.close_button.clicked.connect(self.reject)
        group = QButtonGroup(self)
        for number, (side, words) in enumerate(_SIDES, 1):
            button = self.buttons[side]
            button.setCheckable(True)
            group.addButton(button)
            button.clicked.connect(partial(self.show_side, side))
            make_action(self, f"Show {words}", str(number), "", partial(self.show_side, side))
        make_action(self, "Frame back", "Left", "", partial(self.frames.step, -1))
        make_action(self, "Frame forward", "Right", "", partial(self.frames.step, 1))

    def _lay_out(self) -> None:
        head = QGridLayout()
        head.setHorizontalSpacing(12)
        head.setVerticalSpacing(4)
        head.setColumnStretch(1, 1)
        for row, (side, label) in enumerate((("a", "A"), ("b", "B"))):
            head.addWidget(DimLabel(label), row, 0)
            head.addWidget(self.names[side], row, 1)
        line = QHBoxLayout()
        line.setSpacing(8)
        self.words.setFont(theme.ui_font(1.08, bold=True))
        for widget in (self.sign, self.words):
            line.addWidget(widget)
        line.addStretch(1)
        line.addWidget(self.progress)
        self.progress.setFixedWidth(160)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 12)
        layout.setSpacing(10)
        layout.addLayout(head)
        layout.addLayout(line)
        layout.addWidget(self.notice)
        layout.addWidget(self._parts(), 1)
        layout.addLayout(self._foot())

    def _parts(self) -> QSplitter:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.viewer, 1)
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in self.buttons.values():
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.frames)
        column.addLayout(row)
        column.addWidget(self.legend)
        self.legend.setWordWrap(True)
        for table, model, name, stretch in (
            (self.header_table, self.header, "Header differences", 3),
            (self.pixel_table, self.pixels, "Pixel differences", 0),
        ):
            table.setModel(model)
            style_table(table, name, stretch=stretch)
            table.setAlternatingRowColors(False)
        for column_, width in ((0, 52), (1, 150), (2, 150), (4, 110)):
            self.header_table.setColumnWidth(column_, width)
        for column_, width in ((1, 52), (2, 84), (3, 76), (4, 128), (5, 88), (6, 70)):
            self.pixel_table.setColumnWidth(column_, width)
        self.tabs.addTab(self.header_table, "Header")
        self.tabs.addTab(self.pixel_table, "Pixels")
        self.tabs.setAccessibleName("Differences")
        self.tabs.tabBar().setExpanding(False)
        split = QSplitter()
        split.setProperty("role", "gap")
        split.addWidget(left)
        split.addWidget(self.tabs)
        split.setSizes([600, 580])
        split.setStretchFactor(0, 1)
        split.setChildrenCollapsible(False)
        return split

    def _foot(self) -> QHBoxLayout:
        self.tolerance.setRange(0, 1000)
        self.tolerance.setDecimals(6)
        self.tolerance.setSingleStep(0.001)
        self.tolerance.setKeyboardTracking(False)
        self.tolerance.lineEdit().setTextMargins(MARGIN, 0, 0, 0)
        self.tolerance.setAccessibleName("Tolerance")
        self.tolerance.setToolTip("Errors up to this are none")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(DimLabel("Tolerance"))
        row.addWidget(self.tolerance)
        row.addStretch(1)
        row.addWidget(self.close_button)
        return row


def _titled(frame: Frame | None) -> str:
    return f"difference · frame {frame}" if frame is not None else "difference"
