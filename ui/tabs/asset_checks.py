"""What a policy says of the asset in sight: checked on request, kept for a return."""

from collections import OrderedDict
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from app.errors import AppError
from app.jobs.job import CancelToken
from app.model.names import shown
from app.qc.checking import CheckRequest, CheckResult
from app.qc.policies import ShippedPolicy, shipped_policies
from ui.desk import Desk
from ui.reasons import said_of
from ui.tabs.asset_documents import AssetStamp
from ui.tabs.findings_pane import OTHER_POLICY, FindingsPane
from ui.workers.job_worker import Done, Failed, Outcome
from ui.workers.reader import Reader

_POLICY = "inspect/policy"
_KEPT = 200


class AssetChecks(QObject):
    """Checks one asset after the other.

    Args:
        desk: engine and jobs.
        pane: has the policies to choose from, and the button.
    """

    changed = Signal()
    """Something else is known of the asset in sight."""

    def __init__(self, desk: Desk, pane: FindingsPane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._pane = desk, pane
        self._asset: AssetStamp | None = None
        self._drive = ""
        self._kept: OrderedDict[AssetStamp, tuple[Mapping[str, Any], str]] = OrderedDict()
        self._jobs: dict[str, AssetStamp] = {}
        self._policies: dict[str, str] = {}
        self._reader = Reader("policies", self)
        self._reader.answered.connect(self._read)
        pane.check_asked.connect(self.check)
        desk.jobs.job_ended.connect(self._job_ended)
        self._reader.ask("policies", _shipped)

    def look_at(self, asset: AssetStamp | None, drive: str = "") -> None:
        """Another asset is in sight, or the same one again.

        Args:
            asset: None for none.
            drive: the label of its drive where that is not there: then what was recorded is judged.
        """
        if (asset, drive) == (self._asset, self._drive):
            return
        self._asset, self._drive = asset, drive
        self._pane.check.setEnabled(asset is not None)
        kept = self._kept.get(asset) if asset is not None else None
        running = asset is not None and asset in self._jobs.values()
        self._pane.say("Checking…" if running else kept[1] if kept else "")

    def validation(self) -> Mapping[str, Any] | None:
        """What is known of the asset in sight: `{"policy", "outcome", "findings"}`, rules that passed among them."""
        found = self._kept.get(self._asset) if self._asset is not None else None
        return found[0] if found else None

    def check(self, policy: str) -> None:
        """Judge the asset in sight by a policy: the id of a shipped one, or a file."""
        if policy == OTHER_POLICY:
            policy, _ = QFileDialog.getOpenFileName(self._pane, "Policy", "", "Policies (*.yaml *.yml)")
            if policy:
                self._pane.add_policy(policy, PurePath(policy).name)
        if not policy or self._asset is None or self._asset in self._jobs.values():
            return
        self._desk.window.state.set_text(_POLICY, policy)
        path = self._asset[0]
        request = CheckRequest((path,), policy, drive=self._drive)
        job_id = self._desk.jobs.start("check", request, title=shown(PurePath(path).name), small=True)
        self._jobs[job_id], self._policies[job_id] = self._asset, policy
        self._pane.say("Checking…")

    def cancel(self) -> None:
        """Stop what runs for the asset in sight."""
        for job_id, asset in self._jobs.items():
            if asset == self._asset:
                self._desk.jobs.cancel(job_id)

    def stop(self, *, wait: bool = True) -> None:
        """End the thread; a dialogue that closes must not wait for it."""
        if wait:
            self._reader.stop()
        else:
            self._reader.leave()

    def _read(self, _kind: str, _number: int, policies: tuple[ShippedPolicy, ...]) -> None:
        names = [(policy.id, policy.title) for policy in policies]
        self._pane.set_policies(names, self._desk.window.state.text(_POLICY))
        self._pane.check.setEnabled(self._asset is not None)

    def _job_ended(self, job_id: str, outcome: Outcome) -> None:
        asset, policy = self._jobs.pop(job_id, None), self._policies.pop(job_id, "")
        if asset is None:
            return
        if isinstance(outcome, Done) and isinstance(outcome.result, CheckResult):
            self._kept[asset] = (validation_of(outcome.result), words_of(outcome.result))
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            if asset == self._asset:
                self._pane.say(self._kept[asset][1])
                self.changed.emit()
        elif asset == self._asset:
            error = outcome.error if isinstance(outcome, Failed) else None
            self._pane.say(said_of(error, policy) if isinstance(error, AppError) else "Stopped")


def validation_of(result: CheckResult) -> dict[str, Any]:
    """What a check says, each rule: its objections, or one line for a rule that has none."""
    findings: list[Mapping[str, Any]] = []
    for asset in result.assets:
        for rule in asset.results:
            if rule.findings:
                findings += [finding.document() for finding in rule.findings]
            else:
                about = {"rule": rule.rule, "outcome": rule.outcome.value, "severity": rule.severity}
                findings.append({**about, "observed": rule.title or rule.outcome.value})
    return {"policy": result.policy.reference, "outcome": result.outcome.value, "findings": findings}


def words_of(result: CheckResult) -> str:
    """`Fails 2 rules, 1 warning · 14 pass`; says where recorded facts were judged, or nothing was."""
    if not result.assets:
        return "This policy is not about such a file: nothing was checked."
    counts = result.counts
    told = [(counts["fail"], "fail"), (counts["error"], "could not be checked"), (counts["warnings"], "with a warning"),
            (counts["waived"], "waived"), (counts["pass"], "pass"), (counts["skipped"], "skipped")]  # fmt: skip
    words = " · ".join(f"{count} {word}" for count, word in told if count)
    return f"{words}{' · by what the last scan recorded' if result.recorded else ''}"


def _shipped(_token: CancelToken) -> tuple[ShippedPolicy, ...]:
    return shipped_policies()
