"""Keeps `None`, `True` and their like alive under a Qt binding that gives too few references to them.

The stable-ABI wheels of PySide6 6.12 are compiled with headers in which these objects are immortal (Python 3.12,
PEP 683), so `Py_RETURN_NONE` and its sisters take no reference. On Python 3.11 every call into Qt that returns nothing
then loses one, and after some thousands the interpreter aborts with "none_dealloc: deallocating None" (or with
"bool_dealloc" at its end). A count that no program can use up makes them as immortal here as they are there.
"""

import ctypes
import sys

_ENOUGH = 1 << 60
_SINGLETONS = (None, True, False, NotImplemented, Ellipsis)


def keep_singletons_alive() -> bool:
    """Raise the reference counts beyond reach; False where that is neither needed nor possible.

    The count is the first field of an object in every release build of CPython; it is written only where it was found
    there.
    """
    if sys.implementation.name != "cpython" or sys.version_info >= (3, 12):
        return False
    kept = [_keep(singleton) for singleton in _SINGLETONS]
    return all(kept)


def _keep(singleton: object) -> bool:
    count = ctypes.c_ssize_t.from_address(id(singleton))
    if count.value >= _ENOUGH >> 1:
        return True
    if abs(count.value - sys.getrefcount(singleton)) > 8:
        return False
    count.value += _ENOUGH
    return True
