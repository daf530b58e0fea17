"""The external programs at a glance, below the databases of the Maintenance tab."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.diagnostics.overview import ToolStatus
from app.model.names import shown
from ui.widgets.buttons import KeyButton
from ui.widgets.flow_layout import FlowLayout
from ui.widgets.labels import DimLabel, IconLabel, PlainLabel, SectionHead
from ui.widgets.tips import tip


class ToolsCard(QFrame):
    """Names, versions, and a button for more."""

    asked = Signal()
    """More is wanted."""
    logs_asked = Signal()
    """The folder of the log files is to be opened."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.summary = DimLabel("looking…")
        self.more = KeyButton("Diagnostics…", icon="settings")
        self.more.setToolTip("What each tool is for, what is limited without it, and how to get it")
        self.more.clicked.connect(self.asked)
        self.logs = KeyButton("Open logs", icon="folder-open")
        self.logs.setToolTip("The folder of the log files")
        self.logs.clicked.connect(self.logs_asked)
        self._tools = QWidget()
        self._flow = FlowLayout(self._tools, spacing=20)
        head = QHBoxLayout()
        head.addWidget(SectionHead("Tools"))
        head.addWidget(self.summary)
        head.addStretch(1)
        head.addWidget(self.logs)
        head.addWidget(self.more)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 10)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._tools)

    def show_tools(self, tools: list[ToolStatus]) -> None:
        """Show how the tools stand."""
        while (item := self._flow.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        found = sum(status.tool.found for status in tools)
        self.summary.setText(f"{found} of {len(tools)} found; none is needed to scan, search or sign off")
        for status in tools:
            self._flow.addWidget(_Mark(status))
        self._tools.updateGeometry()


class _Mark(QWidget):
    """One tool: a sign, its name, its version."""

    def __init__(self, status: ToolStatus) -> None:
        super().__init__()
        found = status.tool.found
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(IconLabel("pass" if found else "dash", 14, "pass_text" if found else "dim"))
        row.addWidget(PlainLabel(status.tool.name))
        row.addWidget(DimLabel(status.tool.version if found else "not found"))
        self.setToolTip(tip(shown(status.tool.path) if found else f"Limited without it: {status.program.without}"))
        self.setAccessibleName(f"{status.tool.name}: {status.tool.version if found else 'not found'}")
