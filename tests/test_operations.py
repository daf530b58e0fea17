"""The table of operations: each can be called by its name, with a request of its own kind."""

import dataclasses

import pytest

from app.operations import OPERATIONS, Operation


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.name)
def test_every_operation_knows_the_dataclass_that_it_takes(operation: Operation) -> None:
    kind = operation.request_type()
    assert (kind.__name__, dataclasses.is_dataclass(kind)) == (operation.request, True)
