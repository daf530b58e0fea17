"""What is said about this computer is true."""

import os

import apsw

from app.machine import this_machine


def test_the_machine_is_described() -> None:
    machine = this_machine()
    assert machine.cores == os.cpu_count()
    assert machine.usable_cores is not None
    assert 0 < machine.usable_cores <= (machine.cores or 0)
    assert machine.memory_bytes is not None
    assert machine.memory_bytes > 100_000_000
    assert machine.cpu
    assert machine.sqlite == apsw.sqlite_lib_version()
