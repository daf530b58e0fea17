"""Number fields as they look everywhere in the window."""

from functools import partial

from PySide6.QtWidgets import QSpinBox

#: Left of the digits.
MARGIN = 6


def spin_box(least: int, most: int, value: int, name: str, units: tuple[str, str] | None = None) -> QSpinBox:
    """A field for a whole number.

    Args:
        least: the end of its range.
        most: the other end.
        value: what it shows at first.
        name: its name for screen readers.
        units: what stands behind a one, and behind any other number.
    """
    field = QSpinBox()
    field.setRange(least, most)
    field.setValue(value)
    field.setAccessibleName(name)
    field.lineEdit().setTextMargins(MARGIN, 0, 0, 0)
    if units is not None:
        _name_units(field, units, value)
        field.valueChanged.connect(partial(_name_units, field, units))
    return field


def _name_units(field: QSpinBox, units: tuple[str, str], value: int) -> None:
    field.setSuffix(f" {units[value != 1]}")
