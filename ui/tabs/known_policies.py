"""The policies and waivers that can be chosen: those that come with the program, and the files that were used last."""

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
_WAIVERS, _WAIVED = "inspect/waivers", "inspect/waived"
_MOST_FILES = 8
_MOST_WAIVED = 64


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
        return _files_in(self._state, _FILES)

    def remember(self, policy: str) -> None:
        """Something is checked against this one."""
        self._state.set_text(USED_POLICY, policy)
        if is_file(policy):
            _put_first(self._state, _FILES, policy)


class WaiverMemory:
    """Which file of waivers was used with which policy, over restarts: a waiver names rules of its policy.

    Args:
        state: of the window.
    """

    def __init__(self, state: WindowState) -> None:
        self._state = state

    def used(self, policy: str) -> str:
        """The file that a policy was checked with last; empty for none."""
        file = self._of_policies().get(policy, "")
        return file if isinstance(file, str) else ""

    def files(self) -> tuple[str, ...]:
        """The files used last, at most eight, the newest first."""
        return _files_in(self._state, _WAIVERS)

    def remember(self, policy: str, file: str) -> None:
        """Something is checked against a policy with these waivers, or without any: an empty `file`."""
        others = [(one, known) for one, known in self._of_policies().items() if one != policy]
        latest = [(policy, file), *others] if file else others
        self._state.set_text(_WAIVED, json.dumps(dict(latest[:_MOST_WAIVED])))
        if file:
            _put_first(self._state, _WAIVERS, file)

    def _of_policies(self) -> dict[str, object]:
        known = _json_in(self._state, _WAIVED)
        return known if isinstance(known, dict) else {}


def _json_in(state: WindowState, key: str) -> object:
    """What is remembered as JSON; None for nothing, or for what is none."""
    try:
        return json.loads(state.text(key) or "null")
    except ValueError:
        return None


def _files_in(state: WindowState, key: str) -> tuple[str, ...]:
    known = _json_in(state, key)
    return tuple(file for file in known if isinstance(file, str))[:_MOST_FILES] if isinstance(known, list) else ()


def _put_first(state: WindowState, key: str, file: str) -> None:
    files = [file, *(known for known in _files_in(state, key) if known != file)]
    state.set_text(key, json.dumps(files[:_MOST_FILES]))  # escapes what is no Unicode


def read_policies(files: Sequence[str], _token: CancelToken) -> KnownPolicies:
    """What can be chosen; a share that does not answer is not taken for one that lacks a file.

    Args:
        files: those used last, of policies or waivers.
    """
    there = folders_there(str(PurePath(file).parent) for file in files)
    gone = (file for file in files if there[str(PurePath(file).parent)] is False or _lacks(file, there))
    return KnownPolicies(shipped_policies(), frozenset(gone))


def _lacks(file: str, there: dict[str, bool | None]) -> bool:
    return there[str(PurePath(file).parent)] is True and not os.path.isfile(file)  # noqa: PTH113 - may be no valid text


def is_file(policy: str) -> bool:
    """Whether a policy is named by its file."""
    return "/" in policy or policy.endswith((".yaml", ".yml"))
