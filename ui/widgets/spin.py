"""Number fields as they look everywhere in the window."""

from PySide6.QtWidgets import QSpinBox

_MARGIN = 6


def spin_box(least: int, most: int, value: int, name: str, suffix: str = "") -> QSpinBox:
    """A field for a whole number.

    Args:
        least: the end of its range.
        most: the other end.
        value: what it shows at first.
        name: its name for screen readers.
        suffix: the unit behind the number, with a leading space.
    """
    field = QSpinBox()
    field.setRange(least, most)
    field.setValue(value)
    field.setSuffix(suffix)
    field.setAccessibleName(name)
    field.lineEdit().setTextMargins(_MARGIN, 0, 0, 0)
    return field
