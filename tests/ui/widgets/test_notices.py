"""Banners stay until they are dealt with; toasts pass and never take the focus."""

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMainWindow, QWidget

from ui.widgets.banner import BannerKind, BannerStrip, BannerView
from ui.widgets.buttons import KeyButton
from ui.widgets.toasts import Toasts, ToastView


def button(parent: QWidget, words: str) -> KeyButton:
    return next(b for b in parent.findChildren(KeyButton) if b.text() == words)


def test_a_banner_acts_and_closes_by_its_own_buttons(qtbot) -> None:
    strip = BannerStrip()
    qtbot.addWidget(strip)
    assert strip.isHidden()
    strip.show_banner(BannerView("ffmpeg", "ffmpeg was not found.", BannerKind.WARNING, "Locate…"))
    with qtbot.waitSignal(strip.action_clicked) as acted:
        qtbot.mouseClick(button(strip, "Locate…"), Qt.MouseButton.LeftButton)
    assert acted.args == ["ffmpeg"]
    close = next(w for w in strip.findChildren(QWidget) if w.accessibleName() == "Close this notice")
    with qtbot.waitSignal(strip.closed) as closed:
        qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    assert closed.args == ["ffmpeg"]
    assert strip.isHidden()


def test_a_banner_shown_again_is_replaced_not_doubled(qtbot) -> None:
    strip = BannerStrip()
    qtbot.addWidget(strip)
    strip.show_banner(BannerView("a", "one"))
    strip.show_banner(BannerView("b", "grave", BannerKind.ERROR))
    strip.show_banner(BannerView("a", "two"))
    assert sorted(strip.ids()) == ["a", "b"]
    layout = strip.layout()
    assert layout is not None
    first = layout.itemAt(0).widget()
    assert first is not None and first.accessibleName() == "error: grave"


def test_a_banner_shows_text_never_markup(qtbot) -> None:
    strip = BannerStrip()
    qtbot.addWidget(strip)
    strip.show_banner(BannerView("a", "<b>name</b>.exr is damaged"))
    assert "<b>name</b>.exr is damaged" in [getattr(w, "text", str)() for w in strip.findChildren(QWidget)]


def make_host(qtbot, width: int = 1400) -> tuple[QMainWindow, QLineEdit, Toasts]:
    host = QMainWindow()
    qtbot.addWidget(host)
    field = QLineEdit()
    host.setCentralWidget(field)
    toasts = Toasts()
    host.statusBar().addPermanentWidget(toasts)
    host.resize(width, 500)
    host.show()
    qtbot.waitExposed(host)
    host.activateWindow()
    field.setFocus()
    return host, field, toasts


def test_a_toast_leaves_the_typing_alone_and_goes_by_itself(qtbot) -> None:
    host, field, toasts = make_host(qtbot)
    QTest.keyClicks(field, "sh0")
    toasts.show_toast(ToastView("Exported 18,402 rows", "pass", "Open folder", "/exports", 0.05))
    QTest.keyClicks(host.focusWidget(), "10")
    assert field.text() == "sh010"
    qtbot.waitUntil(lambda: not toasts.shown())


def test_the_button_of_a_toast_says_what_it_is_about(qtbot) -> None:
    host, _field, toasts = make_host(qtbot)
    toasts.show_toast(ToastView("Exported", "pass", "Open folder", "/exports/hits.csv", 0))
    (toast,) = toasts.shown()
    with qtbot.waitSignal(toasts.action_clicked) as acted:
        qtbot.mouseClick(toast.action, Qt.MouseButton.LeftButton)
    assert acted.args == ["/exports/hits.csv"]
    assert host.isVisible()
    assert not toasts.shown()


def test_toasts_stand_side_by_side_and_cover_nothing(qtbot) -> None:
    host, field, toasts = make_host(qtbot)
    page = field.height()
    for number in range(6):
        toasts.show_toast(ToastView(f"Notice {number} " + "with more words " * 9, seconds=0))
    qtbot.waitUntil(lambda: all(toast.width() > 100 for toast in toasts.shown()))
    places = [QRect(toast.mapTo(host, QPoint()), toast.size()) for toast in toasts.shown()]
    assert len(places) == 2
    assert all(host.rect().contains(place) for place in places)
    assert not any(a.intersects(b) for n, a in enumerate(places) for b in places[n + 1 :])
    assert not any(place.intersects(field.geometry()) for place in places)
    assert field.height() >= page - 8
    assert toasts.shown()[-1].view.text.startswith("Notice 5")


def test_a_toast_is_clicked_away_by_its_cross(qtbot) -> None:
    host, _field, toasts = make_host(qtbot)
    for text in ("One", "Two"):
        toasts.show_toast(ToastView(text, seconds=0))
    qtbot.mouseClick(toasts.shown()[0].close_button, Qt.MouseButton.LeftButton)
    assert [toast.view.text for toast in toasts.shown()] == ["Two"]
    assert host.isVisible()
