"""The policies that can be chosen: those that come with the program, and the files that were used last."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from app.jobs.job import CancelToken
from app.jobs.looking import folders_there
from app.qc.policies import ShippedPolicy, shipped_policies
from ui.window_state import WindowState

#: Under which key of the window's state the policy used last is kept.
USED_POLICY = "inspect/policy"
_FILES = "inspect/policies"
_MOST_FILES = 8


@dataclass(frozen=True, slots=True)
class KnownPolicies:
    """What can be chosen.

    Attributes:
        shipped: what comes with the program.
        gone: the files used last that are there no more.
    """

    shipped: tuple[ShippedPolicy, ...]
    gone: frozenset[str] = frozenset()


class PolicyMemory:
    """What was checked against, over restarts.

    Args:
        state: of the window.
    """

    def __init__(self, state: WindowState) -> None:
        self._state = state

    def used(self) -> str:
        """The id or file used last; empty for none."""
        used = self._state.text(USED_POLICY)
        files = self.files() if is_file(used) else ()
        return files[0] if files else used

    def files(self) -> tuple[str, ...]:
        """The files used last, at most eight, the newest first."""
        try:
            known = json.loads(self._state.text(_FILES) or "[]")
        except ValueError:
            return ()
        return tuple(file for file in known if isinstance(file, str))[:_MOST_FILES] if isinstance(known, list) else ()

    def remember(self, policy: str) -> None:
        """Something is checked against this one."""
        self._state.set_text(USED_POLICY, policy)
        if is_file(policy):
            files = [policy, *(file for file in self.files() if file != policy)]
            self._state.set_text(_FILES, json.dumps(files[:_MOST_FILES]))  # escapes what is no Unicode


def read_policies(files: Sequence[str], _token: CancelToken) -> KnownPolicies:
    """What can be chosen; a share that does not answer is not taken for one that lacks a file.

    Args:
        files: those used last.
    """
    there = folders_there(str(PurePath(file).parent) for file in files)
    gone = (file for file in files if there[str(PurePath(file).parent)] is False or _lacks(file, there))
    return KnownPolicies(shipped_policies(), frozenset(gone))


def _lacks(file: str, there: dict[str, bool | None]) -> bool:
    return there[str(PurePath(file).parent)] is True and not os.path.isfile(file)  # noqa: PTH113 - may be no valid text


def is_file(policy: str) -> bool:
    """Whether a policy is named by its file."""
    return "/" in policy or policy.endswith((".yaml", ".yml"))
