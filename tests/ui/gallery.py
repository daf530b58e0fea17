# ruff: noqa: E501, T201
"""Every widget in its states, with made-up data. Run by hand: `python -m tests.ui.gallery [--shots DIR]`."""

import argparse
import math
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QPolygon, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QRadioButton,
    QSlider,
    QSpinBox,
    QSplitter,
    QTableView,
    QTabWidget,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from ui import formats, theme
from ui.main_window import MainWindow
from ui.page import Page
from ui.widgets.banner import BannerKind, BannerView
from ui.widgets.buttons import KeyButton, tool_button
from ui.widgets.chip import Chip
from ui.widgets.drive_list import DriveCard, DriveList
from ui.widgets.empty_state import EmptyState
from ui.widgets.frame_strip import FindingTick, Frames
from ui.widgets.frame_viewer import FrameViewer
from ui.widgets.job_view import JobState, JobView
from ui.widgets.labels import DimLabel, ElidedLabel, KeyHint, SectionHead
from ui.widgets.log_view import LogLine, LogView
from ui.widgets.stat_card import StatCard
from ui.widgets.tables import style_table, style_tree
from ui.widgets.timeline import Timeline
from ui.widgets.toasts import ToastView
from ui.widgets.verdict import VerdictBadge, VerdictMark, verdict_icon
from ui.widgets.viewer_frame import PictureInfo, SoundInfo

MISSING = {1014, 1015, 1016, 1058, 1093}
GIB = 10**9


def picture(width: int = 1024, height: int = 576) -> QImage:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    sky = QLinearGradient(0, 0, width, height)
    sky.setColorAt(0, QColor("#101a2c"))
    sky.setColorAt(0.5, QColor("#5a4a40"))
    sky.setColorAt(1, QColor("#d69b4e"))
    painter.fillRect(image.rect(), sky)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor("#f2e0b5"))
    painter.drawEllipse(QPoint(width * 7 // 10, height * 3 // 10), height // 16, height // 16)
    painter.setBrush(QColor("#101216"))
    tops = [
        QPoint(x, height - round(height * (0.12 + 0.2 * abs(math.sin(x / width * 11))))) for x in range(0, width, 24)
    ]
    painter.drawPolygon(QPolygon([QPoint(0, height), *tops, QPoint(width, height)]))
    painter.end()
    return image


def sound() -> SoundInfo:
    def channel(k: int) -> list[tuple[float, float]]:
        loud = [min(1.0, abs(math.sin(n / 97 + k)) * (0.6 + 0.5 * math.sin(n / 311)) + 0.02) for n in range(6000)]
        return [(-v, v) for v in loud]

    names = ("L", "R", "C", "LFE")
    peaks = tuple(channel(k) for k in range(4))
    return SoundInfo(peaks, 184.0, "mix_5.1_v02.wav", "48 kHz · 24 bit · 4 channels", names, "-23.1 LUFS")


def drives() -> tuple[DriveCard, ...]:
    return (
        DriveCard("1", "LTO-RESTORE-07", True, 72 * GIB, 100 * GIB, "usb", "USB · exFAT · scanned 2 h ago", "same drive, 5 of 5 evidences", busy=True),
        DriveCard("2", "SHUTTLE_A", True, 41 * GIB, 100 * GIB, "drive", "SSD · APFS · scanned yesterday", "same drive elsewhere (was G:)"),
        DriveCard("3", "ARCHIVE_2024_12", False, 96 * GIB, 100 * GIB, "drive", "HDD · NTFS · 14 months ago", "verification overdue: 61 days", "stale"),
        DriveCard("4", "SAN plates", True, 83 * GIB, 100 * GIB, "network", "network · scanned 20 min ago", "2 mount paths of one share"),
        DriveCard("5", "A drive whose name is much longer than any card could ever show in one line", True, 99 * GIB, 100 * GIB, "drive", "HDD", "3 files unreadable", "fail"),
    )  # fmt: skip


def scan_page(jobs: MainWindow) -> QWidget:
    page, split = QWidget(), QSplitter(Qt.Orientation.Horizontal)
    split.setObjectName("scan_split")
    left = QWidget()
    column = QVBoxLayout(left)
    column.setContentsMargins(16, 16, 8, 16)
    column.addWidget(SectionHead("Drives"))
    cards = DriveList()
    cards.set_drives(drives())
    cards.select("1")
    column.addWidget(cards)
    split.addWidget(left)
    split.addWidget(_scan_right())
    split.setStretchFactor(1, 1)
    split.setSizes([320, 1100])
    layout = QHBoxLayout(page)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(split)
    return page


def _scan_right() -> QWidget:
    right = QWidget()
    column = QVBoxLayout(right)
    column.setContentsMargins(12, 16, 16, 16)
    column.setSpacing(12)
    column.addWidget(SectionHead("Scan"))
    column.addWidget(_scan_form())
    counters = QHBoxLayout()
    counters.setSpacing(8)
    for label, value, state in (
        ("Files", "418,220", ""), ("New", "1,204", "accent"), ("Changed", "37", "stale"), ("Moved", "112", ""),
        ("Missing", "0", "fail"), ("Unreadable", "3", "fail"), ("Skipped", "58", ""), ("Speed", "96 k/s · 412 MB/s", ""),
    ):  # fmt: skip
        counters.addWidget(StatCard(label, value, state))
    column.addLayout(counters)
    column.addWidget(SectionHead("Jobs"))
    table = QTableView()
    model = QStandardItemModel(0, 6)
    model.setHorizontalHeaderLabels(["Started", "Drive", "Mode", "Files", "Took", "Outcome"])
    for row in (
        ("22:14", "LTO-RESTORE-07", "delta", 418220, "running", "hashing 61 %"),
        ("20:02", "SAN plates", "delta", 2114008, "4 min 10 s", "done · 12 unreadable"),
        ("19:40", "SHUTTLE_A", "full", 88310, "11 min", "done"),
        (
            "yesterday 11:02",
            "ARCHIVE_2024_12",
            "verify",
            731004,
            "3 h 2 min",
            "1 suspected rot, good copy on SHUTTLE_A",
        ),
    ):
        items = [QStandardItem(formats.count(cell) if isinstance(cell, int) else cell) for cell in row]
        items[3].setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        model.appendRow(items)
    table.setModel(model)
    style_table(table, "Job history")
    table.selectRow(1)
    column.addWidget(table, 1)
    column.addWidget(SectionHead("Log"))
    log = LogView()
    log.append_lines([LogLine(f"walked /media/lto-restore-07/show/ep{n:03}", "info", "22:14:03") for n in range(40)])
    log.append_lines(
        [LogLine("plate_014.dpx is truncated", "error", "22:14:09"), LogLine("Resumed", "warning", "22:15:00")]
    )
    log.setMaximumHeight(130)
    column.addWidget(log)
    return right


def _scan_form() -> QWidget:
    form = QFrame()
    form.setProperty("role", "panel")
    grid = QGridLayout(form)
    grid.setContentsMargins(16, 12, 16, 12)
    grid.setSpacing(8)
    grid.setColumnMinimumWidth(0, 96)
    grid.addWidget(DimLabel("Folder or drive"), 0, 0)
    grid.addWidget(QLineEdit("/media/lto-restore-07"), 0, 1, 1, 3)
    grid.addWidget(KeyButton("Browse…", icon="folder"), 0, 4)
    mode, profile = QComboBox(), QComboBox()
    mode.addItems(["Delta: what changed", "Full: everything again"])
    profile.addItems(["USB (found): 8 threads, 256 KB, gentle", "SSD", "HDD"])
    grid.addWidget(DimLabel("Mode"), 1, 0)
    grid.addWidget(mode, 1, 1)
    grid.addWidget(DimLabel("Profile"), 1, 2)
    grid.addWidget(profile, 1, 3)
    grid.addWidget(KeyButton("Start scan", role="primary", icon="play"), 1, 4)
    grid.setColumnStretch(1, 1)
    grid.setColumnStretch(3, 1)
    checks = QHBoxLayout()
    for number, words in enumerate(("Inventory only", "Resume", "Light analysis", "Fingerprints")):
        box = QCheckBox(words)
        box.setChecked(number == 1)
        if number == 2:
            box.setTristate(True)
            box.setCheckState(Qt.CheckState.PartiallyChecked)
        box.setEnabled(number != 3)
        checks.addWidget(box)
    checks.addStretch(1)
    grid.addLayout(checks, 2, 1, 1, 4)
    return form


def search_page(window: MainWindow) -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(16, 16, 16, 12)
    column.setSpacing(8)
    field = QLineEdit("sh010_comp")
    field.setProperty("role", "search")
    column.addWidget(field)
    column.addLayout(_chips(page))
    split = QSplitter(Qt.Orientation.Horizontal)
    table = QTableView()
    table.setModel(_hits())
    style_table(table, "Hits")
    table.selectRow(0)
    for place, width in enumerate((280, 90, 140, 140, 110)):
        table.setColumnWidth(place, width)
    split.addWidget(table)
    side = QFrame()
    side.setProperty("role", "side")
    facts = QVBoxLayout(side)
    facts.setContentsMargins(12, 8, 8, 8)
    name = QLabel("sh010_comp_v004.1001-1100#.exr")
    name.setProperty("role", "title")
    facts.addWidget(name)
    preview = FrameViewer()
    preview.setFixedHeight(200)
    preview.show_picture(
        picture(), PictureInfo("sh010_comp_v004   beauty · RGBA half", "4096×2304", "1047   00:00:43:15")
    )
    facts.addWidget(preview)
    facts.addWidget(
        ElidedLabel("/media/san/plates/show/FG/ep010/sh010/comp/v004/sh010_comp_v004.1001-1100#.exr", dim=True)
    )
    facts.addWidget(VerdictBadge(VerdictMark.STALE, "was pass by alice, 12 days ago"))
    facts.addStretch(1)
    split.addWidget(side)
    split.setSizes([1000, 380])
    split.setStretchFactor(0, 1)
    column.addWidget(split, 1)
    return page


def _chips(page: QWidget) -> QHBoxLayout:
    chips = QHBoxLayout()
    chips.setSpacing(8)
    menu = QMenu(page)
    for words in ("Image", "Video", "Audio"):
        menu.addAction(words)
    made = [Chip("All drives (14, 3 connected)"), Chip("Category", removable=True, menu=menu), Chip("Extension", menu=menu),
            Chip("Size", menu=menu), Chip("Verdict", removable=True, menu=menu), Chip("Has duplicates")]  # fmt: skip
    made[0].setChecked(True)
    made[1].set_value("image")
    made[4].set_value("pending")
    made[5].setEnabled(False)
    for chip in made:
        chips.addWidget(chip)
    chips.addStretch(1)
    chips.addWidget(DimLabel("18,402 hits · 6 ms"))
    export = KeyButton("Export", icon="export")
    export.setMenu(menu)
    chips.addWidget(export)
    return chips


def _hits() -> QStandardItemModel:
    model = QStandardItemModel(0, 6)
    model.setHorizontalHeaderLabels(["Name", "Size", "Modified", "Drive", "Verdict", "Folder"])
    for n in range(300):
        verdict = ("pending", "stale", "fail", "pass")[n % 4]
        cells = [f"sh010_comp_v00{n % 6}.{1001 + 3 * n}.exr", formats.size(48.2e6 + n * 1e5), "2026-11-20 10:40",
                 "SAN plates", verdict, f"/show/FG/ep010/sh010/comp/v00{n % 6}"]  # fmt: skip
        row = [QStandardItem(cell) for cell in cells]
        row[1].setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        model.appendRow(row)
    return model


def review_page(window: MainWindow) -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    split = QSplitter(Qt.Orientation.Horizontal)
    split.addWidget(_queue())
    middle = QWidget()
    stack = QVBoxLayout(middle)
    stack.setContentsMargins(0, 0, 0, 0)
    stack.setSpacing(0)
    viewer, timeline = FrameViewer(), Timeline()
    viewer.setObjectName("viewer")
    viewer.set_pixel_reader(lambda x, y: (0.4182, 0.3377, 0.2210, 1.0))
    info = PictureInfo(
        "sh010_comp_v004   beauty · RGBA half", "", "1047   00:00:43:15", data_window=QRect(24, 18, 976, 540)
    )
    viewer.show_picture(picture(), info)
    frames = Frames.of(
        [f for f in range(1001, 1101) if f not in MISSING],
        [FindingTick(1032, "stale"), FindingTick(1033, "stale"), FindingTick(1071)],
    )
    timeline.set_frames(Frames(frames.existing, ((1001, 1013), (1017, 1057), (1059, 1062)), frames.findings), 1047)
    stack.addWidget(viewer, 1)
    stack.addWidget(timeline)
    split.addWidget(middle)
    split.addWidget(_inspector())
    split.setSizes([330, 800, 330])
    split.setStretchFactor(1, 1)
    column.addWidget(split, 1)
    column.addWidget(_verdict_bar())
    return page


def _queue() -> QWidget:
    side = QFrame()
    side.setProperty("role", "side")
    column = QVBoxLayout(side)
    column.setContentsMargins(8, 8, 8, 8)
    row = QHBoxLayout()
    show = QComboBox()
    show.addItems(["Pending (214)", "All", "Stale (3)"])
    row.addWidget(show)
    row.addWidget(QLineEdit(placeholderText="Filter…"), 1)
    column.addLayout(row)
    tree = QTreeView()
    model = QStandardItemModel(0, 2)
    model.setHorizontalHeaderLabels(["Asset", "Note"])
    for show_name in ("FG · ep010", "FG · ep011"):
        parent = QStandardItem(show_name)
        for name, verdict, note in (
            ("sh010_comp_v004.1001-1100#.exr", "pending", "5 missing"), ("sh010_plate.1001-1100#.dpx", "stale", ""),
            ("sh030_comp_v007.1001-1084#.exr", "fail", "NaN ×12"), ("trailer_v03.mov", "pass", ""),
        ):  # fmt: skip
            parent.appendRow([QStandardItem(verdict_icon(VerdictMark(verdict)), name), QStandardItem(note)])
        model.appendRow([parent, QStandardItem()])
    tree.setModel(model)
    style_tree(tree, "Queue", 0)
    tree.expandAll()
    tree.setColumnWidth(1, 84)
    tree.setCurrentIndex(model.index(0, 0, model.index(0, 0)))
    column.addWidget(tree, 1)
    return side


def _inspector() -> QWidget:
    tabs = QTabWidget()
    tabs.setDocumentMode(True)
    tree = QTreeView()
    model = QStandardItemModel(0, 3)
    model.setHorizontalHeaderLabels(["Check", "Seen", "Frames"])
    for check, seen, at in (
        ("seq.complete", "5 missing", "1014-1016"),
        ("px.finite", "12 NaN in G", "1071"),
        ("exr.compression", "piz", "all"),
    ):
        model.appendRow([QStandardItem(check), QStandardItem(seen), QStandardItem(at)])
    tree.setModel(model)
    style_tree(tree, "Findings")
    tree.setRootIsDecorated(False)
    empty = EmptyState(
        "seal", "Nothing written yet", "A verdict appears here as what was written: sidecar, hash and signature."
    )
    tabs.addTab(tree, "Findings 3")
    tabs.addTab(empty, "History")
    tabs.addTab(QWidget(), "Facts")
    return tabs


def _verdict_bar() -> QWidget:
    bar = QFrame()
    bar.setObjectName("foot")
    bar.setProperty("role", "bar")
    row = QHBoxLayout(bar)
    row.setContentsMargins(12, 8, 12, 8)
    row.setSpacing(8)
    operator = QComboBox()
    operator.addItems(["alice · supervisor", "bob"])
    row.addWidget(operator)
    row.addWidget(KeyButton("Pass", role="pass", icon="pass", key="P"))
    row.addWidget(KeyButton("Fail", role="fail", icon="fail", key="F"))
    row.addWidget(KeyButton("Pending", icon="pending", key="U"))
    row.addWidget(QLineEdit(placeholderText="Note (N)"), 1)
    row.addWidget(KeyButton("Undo", icon="undo", key="Ctrl+Z"))
    row.addWidget(KeyButton("Next pending", role="primary", key="]"))
    return bar


def pieces_page(window: MainWindow) -> QWidget:
    page = QWidget()
    grid = QGridLayout(page)
    grid.setContentsMargins(16, 16, 16, 16)
    grid.setSpacing(12)
    viewers: list[Callable[[FrameViewer], None]] = [
        lambda v: v.show_nothing(),
        lambda v: (v.show_picture(picture()), v.show_loading("Loading frame 1048…")),
        lambda v: v.show_missing(1014, "Between 1013 and 1017, three frames have no file."),
        lambda v: v.show_error("plate_014.dpx ends in the middle of the picture: 12.1 MB of 48.2 MB."),
        lambda v: v.show_sound(sound()),
        lambda v: _alpha(v),
    ]
    for place, show in enumerate(viewers):
        viewer = FrameViewer()
        show(viewer)
        grid.addWidget(viewer, place // 3, place % 3)
    lines = QVBoxLayout()
    for frames, at in (
        (Frames.of([f for f in range(1, 100_001) if f % 9000 and not 40_000 < f < 41_000]), 50_000),
        (Frames.of([1001]), 1001), (Frames.of(range(1, 13)), 4), (Frames(), 0),
    ):  # fmt: skip
        timeline = Timeline()
        timeline.set_frames(frames, at)
        lines.addWidget(timeline)
    grid.addLayout(lines, 2, 0, 1, 2)
    grid.addLayout(_small_pieces(), 2, 2)
    for row in range(2):
        grid.setRowStretch(row, 1)
    return page


def _alpha(viewer: FrameViewer) -> None:
    image = QImage(8, 5, QImage.Format.Format_ARGB32)
    for x in range(8):
        for y in range(5):
            image.setPixelColor(x, y, QColor(30 * x, 50 * y, 120, 255 - 30 * x))
    viewer.show_picture(image, PictureInfo("tiny.png   RGBA", "", "", data_window=QRect(1, 1, 5, 3)))


def _small_pieces() -> QVBoxLayout:
    column = QVBoxLayout()
    row = QHBoxLayout()
    for mark in VerdictMark:
        row.addWidget(VerdictBadge(mark))
    row.addStretch(1)
    column.addLayout(row)
    keys = QHBoxLayout()
    for name in ("Ctrl+K", "F1", "]", "Space"):
        keys.addWidget(KeyHint(name))
    for name in ("previous", "play", "next", "fit", "one-to-one", "settings"):
        keys.addWidget(tool_button(name, name, checkable=name == "fit"))
    keys.addStretch(1)
    column.addLayout(keys)
    extra = QHBoxLayout()
    spin, radio, slider = QSpinBox(), QRadioButton("Radio"), QSlider(Qt.Orientation.Horizontal)
    radio.setChecked(True)
    slider.setValue(40)
    for part in (spin, radio, QRadioButton("Other"), slider):
        extra.addWidget(part)
    column.addLayout(extra)
    column.addWidget(
        EmptyState(
            "scan",
            "No drive yet",
            "Choose a folder or a drive to catalogue it.",
            "Scan a folder…",
            "Try the demo library",
        )
    )
    return column


def dress(window: MainWindow) -> None:
    window.banners.show_banner(
        BannerView("ffmpeg", "ffmpeg was not found: movies show no thumbnails.", BannerKind.WARNING, "Locate…")
    )
    window.banners.show_banner(BannerView("resume", "The scan of LTO-RESTORE-07 goes on where it was stopped."))
    window.banners.show_banner(
        BannerView("shard", "The shard of ARCHIVE_2024_12 is damaged.", BannerKind.ERROR, "Repair…")
    )
    window.show_job(JobView("1", "Scanning LTO-RESTORE-07", "hashing", done=255114, total=418220, items_per_s=1204, bytes_per_s=412e6,
        seconds_left=370, current="/media/lto-restore-07/show/FG/ep010/sh010/comp/v004/sh010_comp_v004.1047.exr", failed=3))  # fmt: skip
    window.show_job(
        JobView("2", "Scanning SHUTTLE_A", "walking", done=88310, items_per_s=96000, current="DCIM/100MEDIA")
    )
    window.show_job(JobView("3", "Scanning SAN plates", state=JobState.PAUSED, done=10, total=100))
    window.toasts.show_toast(ToastView("Exported 18,402 rows to hits.csv", "pass", "Open folder", "/tmp", 0))
    window.toasts.show_toast(ToastView("The tracker did not answer; 2 verdicts wait.", "warning", seconds=0))
    window.set_note("provider: CPU · API off")


def make(state: Path | None = None) -> MainWindow:
    window = MainWindow(state, "0.1")
    for number, title, icon, build in (
        (1, "Scan", "scan", scan_page), (2, "Search", "search", search_page), (6, "QC Review", "review", review_page),
        (9, "Pieces", "settings", pieces_page),
    ):  # fmt: skip
        widget = build(window)
        window.add_page(Page(number, title, icon, widget, (("Space", "Play"), ("← →", "Frame"), ("P", "Pass"))))
    return window


def shoot(app: QApplication, window: MainWindow, folder: Path, sizes: str) -> None:
    for mode in ("dark", "light"):
        theme.apply_theme(app, mode)
        for width, height in (tuple(map(int, size.split("x"))) for size in sizes.split(",")):
            window.resize(width, height)
            for number in (1, 2, 6, 9):
                window.show_page(number)
                app.processEvents()
                window.grab().save(str(folder / f"{mode}-{width}-{number}.png"))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--shots", type=Path)
    parser.add_argument("--theme", default="dark")
    parser.add_argument("--sizes", default="1280x800,2560x1440")
    parser.add_argument("--plain", action="store_true", help="without banners, jobs and toasts")
    options = parser.parse_args()
    app = QApplication(sys.argv[:1])
    theme.apply_theme(app, options.theme)
    window = make()
    if not options.plain:
        dress(window)
    window.show()
    if options.shots:
        options.shots.mkdir(parents=True, exist_ok=True)
        QTimer.singleShot(300, lambda: (shoot(app, window, options.shots, options.sizes), app.quit()))
    app.exec()


if __name__ == "__main__":
    main()
