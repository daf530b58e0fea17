"""Keeps `None` alive under a Qt binding that gives too few references to it.

The stable-ABI wheels of PySide6 6.12 are compiled with headers in which `None` is immortal (Python 3.12, PEP 683), so
`Py_RETURN_NONE` takes no reference. On Python 3.11 every call into Qt that returns nothing then loses one, and after
some thousands the interpreter aborts with "none_dealloc: deallocating None". A count no program can use up makes
`None` as immortal here as it is there.
"""

import ctypes
import sys

_ENOUGH = 1 << 60


def keep_none_alive() -> bool:
    """Raise the reference count of `None` beyond reach; False where that is neither needed nor possible.

    The count is the first field of an object in every release build of CPython; it is written only after it was found
    there.
    """
    if sys.implementation.name != "cpython" or sys.version_info >= (3, 12):
        return False
    count = ctypes.c_ssize_t.from_address(id(None))
    if abs(count.value - sys.getrefcount(None)) > 2 or count.value >= _ENOUGH:
        return count.value >= _ENOUGH
    count.value += _ENOUGH
    return True
