"""What was written for the verdict that stands: sidecar, content, signature, policy; or why nothing was."""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.errors import AppError, MediaError
from app.files.sidecar import Record
from app.qc.dossier import Dossier
from ui import formats, theme
from ui.widgets.buttons import tool_button
from ui.widgets.labels import DimLabel, ElidedLabel, PlainLabel, SectionHead
from ui.widgets.tips import tip
from ui.widgets.verdict import VerdictBadge, VerdictMark

_HINTS = {
    "media.permission": "Its content is hashed before it is signed: give yourself the right to read that file, "
    "then sign again.",
    "media.vanished": "Scan the drive again to see what is there, then sign what is.",
    "media.link": "Sign off the file that it leads to.",
    "media.special": "Only a file with content can be signed off.",
}


class WrittenBlock(QWidget):
    """Shows a record as it lies on the disk.

    Args:
        reasons: words of the reason codes.
    """

    def __init__(self, reasons: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reasons = reasons
        self._path: Path | None = None
        self._folder: Path | None = None
        self._hash = ""
        self.badge = VerdictBadge()
        self.who = ElidedLabel(mode=Qt.TextElideMode.ElideRight, dim=True)
        self.values = {name: ElidedLabel() for name in ("Sidecar", "Content", "Signature", "Policy")}
        self.said = ElidedLabel(mode=Qt.TextElideMode.ElideRight)
        self.message = PlainLabel()
        self.message.setWordWrap(True)
        self.message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.open_button = tool_button("folder-open", "Open the sidecar's folder", size=16)
        self.copy_button = tool_button("copy", "Copy the content hash", size=16)
        for button in (self.open_button, self.copy_button):
            button.setFixedSize(24, 22)
        self.open_button.clicked.connect(self._open)
        self.copy_button.clicked.connect(self._copy)
        self._rows: list[QWidget] = []
        self._lay_out()
        self.show_nothing()

    def path(self) -> Path:
        """The sidecar shown; an empty path where there is none."""
        return self._path or Path()

    def show_nothing(self) -> None:
        """No asset is looked at."""
        self.setVisible(False)

    def show_dossier(self, dossier: Dossier, state: str = "") -> None:
        """Show what stands for an asset; `state` is what it was found to be now, else what the catalogue knows."""
        self.setVisible(True)
        self._folder = dossier.folder
        record = dossier.record
        state = state or dossier.asset.state
        if record is None:
            self._show_rows(shown=False)
            self.badge.set_verdict(VerdictMark.PENDING)
            self.who.setFullText("nobody judged it yet")
            self.said.setFullText("")
            self.say(
                dossier.sidecar_problem or "Nothing was written for it yet.", "fail" if dossier.sidecar_problem else ""
            )
            return
        self._show(record, VerdictMark(state) if state == "stale" else VerdictMark(record.verdict))
        if dossier.sidecar_problem:
            self.say(dossier.sidecar_problem, "fail")
        elif state == "stale":
            text = f"The content changed after this {record.verdict}. Look at it again and sign it off anew."
            self.say(text, "stale")
        elif not dossier.drive.online:
            self.say("As it was when the drive was last seen.", "")

    def show_record(self, record: Record) -> None:
        """Show a record that was written this moment."""
        self.setVisible(True)
        self._show(record, VerdictMark(record.verdict))

    def show_writing(self, result: str) -> None:
        """A verdict is on its way to the disk."""
        self.setVisible(True)
        self.say(f"Writing {result}: the content is hashed first…", "accent")

    def show_error(self, error: AppError) -> None:
        """A verdict was not written."""
        self.setVisible(True)
        hint = error.hint or _HINTS.get(error.code) or _hint_of_kind(error)
        self.say(f"Not written: {error.message.rstrip('.')}. {hint}", "fail")

    def say(self, text: str, state: str = "") -> None:
        """A sentence below the record; `state` is "", "accent", "pass", "fail" or "stale"."""
        self.message.setText(text)
        self.message.setVisible(bool(text))
        if self.message.property("state") != state:
            self.message.setProperty("state", state)
            self.message.style().unpolish(self.message)
            self.message.style().polish(self.message)

    def _lay_out(self) -> None:
        frame = QFrame()
        frame.setProperty("role", "panel")
        grid = QGridLayout(frame)
        grid.setContentsMargins(12, 8, 8, 8)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.badge)
        head.addWidget(self.who, 1)
        grid.addLayout(head, 0, 0, 1, 3)
        grid.addWidget(self.said, 1, 0, 1, 3)
        for row, (name, value) in enumerate(self.values.items(), 2):
            label = DimLabel(name)
            value.setFont(theme.ui_font(numbers=True))
            grid.addWidget(label, row, 0)
            grid.addWidget(value, row, 1)
            value.setMinimumHeight(22)
            self._rows += [label, value]
        grid.addWidget(self.open_button, 2, 2)
        grid.addWidget(self.copy_button, 3, 2)
        self._rows += [self.open_button, self.copy_button]
        grid.addWidget(self.message, 6, 0, 1, 3)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(4)
        layout.addWidget(SectionHead("Written"))
        layout.addWidget(frame)

    def _show(self, record: Record, mark: VerdictMark) -> None:
        self._path, self._hash = record.path, record.content_hash
        self._show_rows(shown=True)
        self.badge.set_verdict(mark, f"was {record.verdict}" if mark == VerdictMark.STALE else "")
        self.who.setFullText(f"{record.operator or 'by a crawl'} · {formats.date(record.time_us)}")
        reasons = ", ".join(self._reasons.get(code, code) for code in record.reasons)
        said = " — ".join(filter(None, (reasons, record.note)))
        self.said.setFullText(said)
        self.said.setVisible(bool(said))
        self.values["Sidecar"].setFullText(self._relative(record.path))
        self.open_button.setToolTip(tip(f"Open the folder of {record.path}"))
        self.values["Content"].setFullText(short_hash(record.content_hash) or "none")
        self.copy_button.setToolTip(f"Copy {record.content_hash}")
        self.values["Signature"].setFullText("unsigned")
        self.values["Policy"].setFullText(record.policy_version or "none")
        self.say("")

    def _relative(self, path: Path) -> str:
        if self._folder is not None and path.is_relative_to(self._folder):
            return _clean(str(path.relative_to(self._folder)))
        return _clean(path.name)

    def _show_rows(self, *, shown: bool) -> None:
        for widget in self._rows:
            widget.setVisible(shown)
        self.said.setVisible(shown)
        if not shown:
            self._path, self._hash = None, ""

    def _open(self) -> None:
        if self._path is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._path.parent)))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._hash)


def short_hash(content_hash: str) -> str:
    """`blake3:c29b41…7f02`; a short text stays as it is."""
    name, _, digits = content_hash.rpartition(":")
    if len(digits) <= 16:
        return content_hash
    return f"{name}:{digits[:8]}…{digits[-4:]}" if name else f"{digits[:8]}…{digits[-4:]}"


def _hint_of_kind(error: AppError) -> str:
    """What to do about an error that does not say it: the media cannot be read, or the sidecar not be written."""
    if isinstance(error, MediaError):
        return "See whether the drive is connected and sound and that file can be read, then sign again."
    return "Make room for it or let the folder be written to, then sign again."


def _clean(name: str) -> str:
    return name.encode("utf-8", "replace").decode()
