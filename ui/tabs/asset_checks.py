"""What a policy says of the asset in sight: checked on request, kept for a return."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import PurePath
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from app.errors import AppError
from app.jobs.events import Noticed
from app.model.names import shown
from app.model.times import now_us, parse_time, rfc3339
from app.qc.checking import CheckRequest, CheckResult
from app.qc.waivers import UNREADABLE_WAIVERS
from ui import formats
from ui.desk import Desk
from ui.reasons import said, said_of
from ui.tabs.asset_documents import AssetStamp
from ui.tabs.findings_pane import FindingsPane, policy_name
from ui.tabs.known_policies import KnownPolicies, PolicyMemory, WaiverMemory, read_policies
from ui.tabs.policy_box import OpenPolicy, open_policy
from ui.tabs.variables_dialog import VariablesDialog
from ui.workers.job_worker import Done, Failed, Outcome
from ui.workers.reader import Reader

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
        self._recorded: Sequence[Mapping[str, Any]] = ()
        self._remark = ""
        self._not_kept: dict[str, str] = {}
        self._kept: OrderedDict[AssetStamp, tuple[Mapping[str, Any], str]] = OrderedDict()
        self._jobs: dict[str, AssetStamp] = {}
        self._policies: dict[str, str] = {}
        self._variables: dict[str, dict[str, str]] = {}
        self.asking: VariablesDialog | None = None
        self._memory = PolicyMemory(desk.window.state)
        self._waivers = WaiverMemory(desk.window.state)
        self._reader = Reader("policies", self)
        self._reader.answered.connect(self._answered)
        self._reader.failed.connect(self._not_read)
        pane.check_asked.connect(self.check)
        desk.jobs.job_ended.connect(self._job_ended)
        desk.jobs.noticed.connect(self._noticed)
        self._reader.ask("policies", partial(read_policies, self._memory.files()))

    def look_at(
        self,
        asset: AssetStamp | None,
        drive: str = "",
        recorded: Sequence[Mapping[str, Any]] = (),
        *,
        remark: str = "",
    ) -> None:
        """Another asset is in sight, or the same one again.

        Args:
            asset: None for none.
            drive: the id of its drive; while that is not there, what was recorded is judged. Empty for a file of
                no drive.
            recorded: what policies said of it before, the newest first, as the drive's records tell it.
            remark: what else is to be known of what a check finds, as a sentence.
        """
        known = (self._asset, self._drive, self._recorded, self._remark)
        if (asset, drive, recorded, remark) == known:
            return
        self._asset, self._drive, self._recorded, self._remark = asset, drive, recorded, remark
        self._pane.check.setEnabled(asset is not None)
        self._say_known()

    def _say_known(self) -> None:
        running = self._asset is not None and self._asset in self._jobs.values()
        kept = self._kept.get(self._asset) if self._asset is not None else None
        lines = [kept[1]] if kept else []
        lines += [recorded_words(one) for one in self.validations() if one is not (kept and kept[0])]
        lines += filter(None, [self._remark])
        self._pane.say("Checking…" if running else "\n".join(lines))

    def validation(self) -> Mapping[str, Any] | None:
        """What this window checked of the asset in sight: as `validation_of`; None for nothing."""
        found = self._kept.get(self._asset) if self._asset is not None else None
        return found[0] if found else None

    def validations(self) -> list[Mapping[str, Any]]:
        """What each policy said of the asset in sight when it was checked last, here or elsewhere."""
        own = self.validation()
        if own is None:
            return list(self._recorded)
        others = [one for one in self._recorded if one["policy"].get("id") != own["policy"].get("id")]
        later = [one for one in self._recorded if one not in others and _time(one) > _time(own)]
        return [*(later or [own]), *others]

    def check(self, policy: str, *, ask: bool = False) -> None:
        """Judge the asset in sight by a policy.

        Args:
            policy: the id of a shipped one, or a file.
            ask: ask for the values of its variables; else only where one has none that was given before.
        """
        if not policy or self._asset is None or self._asset in self._jobs.values():
            return
        self._memory.remember(policy)
        self._reader.ask("ask" if ask else "open", partial(open_policy, policy, self._asset))

    def _answered(self, kind: str, _number: int, answer: Any) -> None:
        if isinstance(answer, KnownPolicies):
            self._pane.offer_policies(answer, self._memory)
            self._pane.check.setEnabled(self._asset is not None)
            return
        self._pane.policies.learn(answer)
        if answer.sake != self._asset:
            return
        if answer.problem is not None:
            self._pane.say(said_of(answer.problem, answer.policy))
        elif answer.variables and (kind == "ask" or self._lacks(answer)):
            self._ask(answer.policy, answer.variables, answer.sake[0])
        else:
            self._start(answer.policy)

    def _lacks(self, opened: OpenPolicy) -> bool:
        """Whether a variable has no value, neither its own nor one that was given before."""
        known = self._variables.get(opened.policy, {})
        return any(default is None and name not in known for name, default in opened.variables)

    def _not_read(self, _kind: str, _number: int, error: AppError) -> None:
        self._pane.say(said(error))

    def _ask(self, policy: str, variables: Sequence[tuple[str, str | None]], path: str) -> None:
        """Ask for the values of variables, then check."""
        title = self._pane.policies.title_of(policy)
        self.asking = VariablesDialog(title, variables, self._variables.get(policy, {}), self._pane)
        self.asking.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.asking.given.connect(partial(self._given, policy, path))
        self.asking.open()

    def _given(self, policy: str, path: str, values: tuple[tuple[str, str], ...]) -> None:
        """Check what they were given for; meanwhile the queue may have gone on to another asset."""
        self._variables[policy] = dict(values)
        if self._asset is not None and self._asset[0] == path:
            self._start(policy)

    def _start(self, policy: str) -> None:
        if self._asset is None or self._asset in self._jobs.values():
            return
        path = self._asset[0]
        variables = tuple(self._variables.get(policy, {}).items())
        drives = (self._drive,) if self._drive else ()
        waivers = self._waivers.used(policy)
        request = CheckRequest((path,), policy, drives, variables=variables, waivers=waivers)
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

    def _noticed(self, job_id: str, event: Noticed) -> None:
        if job_id in self._jobs:
            self._not_kept[job_id] = f"{event.text} {event.hint}".strip()

    def _job_ended(self, job_id: str, outcome: Outcome) -> None:
        asset, policy = self._jobs.pop(job_id, None), self._policies.pop(job_id, "")
        not_kept = self._not_kept.pop(job_id, "")
        if asset is None:
            return
        if isinstance(outcome, Done) and isinstance(outcome.result, CheckResult):
            told = validation_of(outcome.result) | {"recorded": rfc3339(now_us()), "outdated": False, "just_now": True}
            self._kept[asset] = (told, " ".join(filter(None, (words_of(outcome.result), not_kept))))
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            if asset == self._asset:
                self._say_known()
                self.changed.emit()
        elif asset == self._asset:
            self._variables.pop(policy, None)
            self._pane.say(self._why(outcome.error, policy) if isinstance(outcome, Failed) else "Stopped")

    def _why(self, error: AppError, policy: str) -> str:
        """Why a check failed; where its waivers are to blame, which are those used with the policy last, what to do."""
        waivers = self._waivers.used(policy)
        if not waivers or (error.code != UNREADABLE_WAIVERS and error.context.get("file") != shown(waivers)):
            return said_of(error, policy)
        return f"{said(error)} “Check a drive against a policy” asks for others, or none."


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
    titles = {rule.rule: rule.title for asset in result.assets for rule in asset.results if rule.title}
    return {
        "policy": result.policy.reference,
        "outcome": result.outcome.value if result.assets else None,
        "findings": findings,
        "titles": titles,
    }


def recorded_words(validation: Mapping[str, Any]) -> str:
    """`delivery 1.0: fail · 2026-11-20 10:40`: what a policy said of an asset, and when."""
    said = " · ".join((validation.get("outcome") or "not about this", formats.date(_time(validation))))
    outdated = ", before it changed: check it again" if validation.get("outdated") else ""
    return f"{policy_name(validation)}: {said}{outdated}"


def _time(validation: Mapping[str, Any]) -> int:
    return parse_time(str(validation["recorded"]))


def words_of(result: CheckResult) -> str:
    """`delivery 1.0, 17 rules: 2 fail · 1 with a warning · 14 pass`; says where recorded facts were judged."""
    name = policy_name({"policy": result.policy.reference})
    if not result.assets:
        return f"{name} is not about such a file: nothing was checked."
    counts = result.counts
    told = [(counts["fail"], "fail"), (counts["error"], "could not be checked"), (counts["warnings"], "with a warning"),
            (counts["infos"], "with a remark"),
            (counts["waived"], "waived"), (counts["pass"], "pass"), (counts["skipped"], "skipped")]  # fmt: skip
    if not any(count for count, _ in told):
        return f"{name} has no rule about such a file: nothing was checked."
    words = " · ".join(f"{formats.count(count)} {word}" for count, word in told if count)
    rules = formats.many(sum(count for count, _ in told), "rule")
    by = " · by what the last scan recorded" if result.recorded else ""
    waivers = f" · with the waivers {shown(PurePath(result.waivers).name)}" if result.waivers else ""
    return f"{name}, {rules}: {words}{waivers}{by}"
