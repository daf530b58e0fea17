"""Agreeing to a command of the package manager, and naming a portable copy."""

import re

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QFileDialog, QGridLayout, QLineEdit, QWidget

from app.diagnostics.installing import InstallRequest
from app.diagnostics.packages import InstallPlan
from ui.widgets.buttons import KeyButton, answer_enter
from ui.widgets.dialogs import button_row, dialog_column
from ui.widgets.labels import DimLabel, SectionHead

_SHA256 = re.compile("[0-9a-fA-F]{64}")


class CommandDialog(QDialog):
    """Shows the very command; runs it only when the user agrees, and never one that needs more rights.

    Args:
        name: the program.
        plan: how it would be installed.
    """

    agreed = Signal(object)
    """An `InstallRequest`."""

    def __init__(self, name: str, plan: InstallPlan, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Install {name}")
        self.resize(680, 170)
        self._request = InstallRequest(name, agreed=plan.command)
        self.command = QLineEdit(plan.line, readOnly=True)
        self.command.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.command.setAccessibleName("Command")
        self.command.setCursorPosition(0)
        words = (
            "This command will be run:"
            if plan.runs
            else "Only the administrator of this machine may run this. Copy it into a terminal:"
        )
        self.copy = KeyButton("Copy", icon="copy")
        self.run = KeyButton("Run it", role="primary")
        self.run.setVisible(plan.runs)
        cancel = KeyButton("Cancel" if plan.runs else "Close")
        self.copy.clicked.connect(self._copy)
        self.run.clicked.connect(self._run)
        cancel.clicked.connect(self.reject)
        buttons = button_row(cancel, self.run, left=(self.copy,))
        layout = dialog_column(self)
        layout.addWidget(SectionHead("Install", f"{name} by {plan.manager}"))
        layout.addWidget(DimLabel(words))
        layout.addWidget(self.command)
        layout.addStretch(1)
        layout.addLayout(buttons)
        answer_enter(self, cancel)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.command.text())

    def _run(self) -> None:
        self.agreed.emit(self._request)
        self.accept()


class PortableDialog(QDialog):
    """Asks for a file or an address and its SHA-256.

    Args:
        name: the program.
        folder: where the copy will lie.
    """

    agreed = Signal(object)
    """An `InstallRequest`."""

    def __init__(self, name: str, folder: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"A portable copy of {name}")
        self.resize(720, 240)
        self._name = name
        self.source = QLineEdit(placeholderText="A file, or https://…")
        self.source.setAccessibleName("File or address")
        self.sha256 = QLineEdit(placeholderText="64 hexadecimal digits, as the page of the download says them")
        self.sha256.setAccessibleName("SHA-256")
        self.browse = KeyButton("Browse…", icon="folder")
        self.install = KeyButton("Install", role="primary")
        self._cancel = KeyButton("Cancel")
        self._lay_out(folder)
        answer_enter(self, self.install)
        self.source.textChanged.connect(self._typed)
        self.sha256.textChanged.connect(self._typed)
        self.browse.clicked.connect(self._browse)
        self.install.clicked.connect(self._install)
        self._cancel.clicked.connect(self.reject)
        self._typed()

    def _lay_out(self, folder: str) -> None:
        note = DimLabel(
            f"The program itself, or a zip or tar that holds one file of its name. It is put under {folder} once its "
            "SHA-256 is right and it answers with its version."
        )
        note.setWordWrap(True)
        fields = QGridLayout()
        fields.setHorizontalSpacing(8)
        fields.setVerticalSpacing(8)
        fields.addWidget(DimLabel("From"), 0, 0)
        fields.addWidget(self.source, 0, 1)
        fields.addWidget(self.browse, 0, 2)
        fields.addWidget(DimLabel("SHA-256"), 1, 0)
        fields.addWidget(self.sha256, 1, 1, 1, 2)
        buttons = button_row(self._cancel, self.install)
        layout = dialog_column(self)
        layout.addWidget(SectionHead("A portable copy of", self._name))
        layout.addWidget(note)
        layout.addLayout(fields)
        layout.addStretch(1)
        layout.addLayout(buttons)

    def _typed(self) -> None:
        right = bool(_SHA256.fullmatch(self.sha256.text().strip()))
        self.install.setEnabled(right and bool(self.source.text().strip()))
        self.install.setToolTip("" if self.install.isEnabled() else "Name the file and its SHA-256.")

    def _browse(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, f"Choose {self._name}, or an archive with it")
        if path:
            self.source.setText(path)

    def _install(self) -> None:
        source = self.source.text().strip()
        self.agreed.emit(InstallRequest(self._name, source=source, sha256=self.sha256.text().strip()))
        self.accept()
