"""What a check says of media that are there, a check of their records never says better."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.engine import Engine
from app.jobs.events import JobEvent, Noticed
from app.jobs.job import Job
from app.operations import run
from app.qc.checking import CheckRequest, CheckResult
from app.scanning.request import ScanRequest
from tests import media, movies
from tests.app_media.exrmaking import repointed
from tests.inspection.framekit import frames, string
from tests.qc import planted
from tests.qc.policykit import HEAD

#: What names and headers tell, then what pixels and samples do.
_HEADERS = """  - {id: missing, check: sequence.missing}
  - {id: padding, check: sequence.duplicate_frames}
  - {id: empty, check: files.zero_byte}
  - {id: whole, check: sequence.truncated}
  - {id: read, check: sequence.unreadable}
  - {id: single, check: files.readable}
  - {id: size, check: sequence.size_outliers}
  - {id: same, check: sequence.constant, select: ['parts[*].compression', 'parts[*].channels']}
  - {id: clock, check: sequence.timecode_continuous}
  - {id: zip, select: 'parts[*].compression', expect: {eq: zip}}
  - {id: half, select: 'parts[0].channels[R,G,B].type', expect: {eq: half}}
  - {id: owner, select: 'parts[*].attributes.owner', expect: {ne: DNEG}, missing: pass}
  - {id: take, select: 'parts[*].attributes.take', expect: {ne: take 1005}, missing: pass}
  - {id: reason, select: 'sequence.incomplete[*].reason', expect: {exists: false}, when: {kind: sequence}}
  - {id: form, select: [file.format, file.mime], expect: {regex: exr|png|video}}
  - {id: pattern, select: file.pattern, expect: {regex: '[0-9]#'}, when: {kind: sequence}}
  - {id: dneg, select: 'parts[*].compression', expect: {eq: none}, when: {select: 'parts[0].attributes.owner',
     expect: {eq: DNEG}}}
  - any: {id: either, rules: [{select: 'parts[*].compression', expect: {eq: zip}}, {check: video.codec,
     expect: {eq: mpeg4}}]}
  - none: {id: neither, rules: [{select: 'parts[*].compression', expect: {eq: dwaa}}]}
"""
_PIXELS = """  - {id: decoded, check: pixels.damaged}
  - {id: finite, check: pixels.finite}
  - {id: negative, check: pixels.stats, expect: {min: 0}}
  - {id: black, check: pixels.black}
  - {id: frozen, check: sequence.frozen}
  - {id: nan, select: 'stats.parts[*].channels[*].nan_count', expect: {eq: 0}}
  - {id: dark, check: video.black}
  - {id: pictures, check: video.decode}
  - {id: loud, check: audio.clipped}
  - {id: sound, check: audio.decode}
"""
_ABOUT_HEADERS, _ABOUT_PIXELS = (frozenset(re.findall(r"{id: (\w+)", rules)) for rules in (_HEADERS, _PIXELS))

Told = dict[str, dict[str, tuple[str, set[tuple[str, str]]]]]
"""Of each asset, by its path below the base, what each rule comes to, with outcome and frames of each finding."""


def _dneg(_frame: int, header: dict[str, Any], _channels: dict[str, Any]) -> None:
    header["owner"] = "DNEG"


def _write(base: Path) -> None:
    """A delivery with a fault in the middle of each sequence, where a scan that samples headers does not look."""

    def shot(name: str, change: planted.Change = planted.unchanged) -> Path:
        stem = f"{base}/{planted.shot_name(name)}/{planted.shot_name(name)}"
        for frame in range(1001, 1012):
            planted.write_frame(Path(f"{stem}.{frame}.exr"), frame, change, width=16)
        return Path(f"{stem}.1005.exr")

    shot("0010")
    shot("0020").unlink()
    planted.write_frame(shot("0030").with_suffix("").with_suffix(".01005.exr"), 1005, width=16)
    shot("0040").write_bytes(b"")
    cut = shot("0050")
    cut.write_bytes(cut.read_bytes()[:-100])
    cut = shot("0055")
    cut.write_bytes(cut.read_bytes()[:100])
    repointed(shot("0060"), 0, 1 << 40)
    zeroed = shot("0065")
    zeroed.write_bytes(zeroed.read_bytes()[:-150] + bytes(150))
    for name, change in (
        ("0070", planted._dwaa), ("0080", planted._nan), ("0090", planted._float_green), ("0100", planted._negative),
        ("0110", planted._black), ("0120", planted._clock_back), ("0130", _dneg),
    ):  # fmt: skip
        shot(name, planted.at({1005}, change))
    frames(base / "takes", range(1001, 1012), lambda number: [string(b"take", b"take %d" % number)])
    cut = frames(base / "few", (1001, 1002, 1004)) / "sh.1002.exr"
    cut.write_bytes(cut.read_bytes()[:-5])
    media.png(base / "0140.png").replace(shot("0140"))
    (base / "alone").mkdir()
    media.exr(base / "alone/whole.exr")
    media.truncated(base / "alone/cut.exr", media.exr)
    media.text(base / "alone/text.exr")
    media.empty(base / "alone/empty.mov")
    movies.movie(base / "alone/loud.mov", 12, sound=movies.tone(0.5, 6).clip(-1, 1))
    torn = movies.movie(base / "alone/torn.mov", 12)
    torn.write_bytes(torn.read_bytes()[:4000] + bytes(400) + torn.read_bytes()[4400:])


def _told(result: CheckResult, base: Path) -> Told:
    return {
        asset.asset.removeprefix(f"{base.as_posix()}/"): {
            one.rule: (one.outcome.value, {(found.outcome.value, found.frames) for found in one.findings})
            for one in asset.results
        }
        for asset in result.assets
    }


def _otherwise(records: Told, media_told: Told, rules: frozenset[str] = frozenset()) -> Iterator[str]:
    """Where records pass and the media do not, records fail and the media pass, or some rules tell anything else.

    What another rule objects to may be skipped: the asset fails all the same.
    """
    for asset, told in media_told.items():
        for rule, (outcome, findings) in told.items():
            seen, frames_seen = records.get(asset, {}).get(rule, ("absent", set()))
            if seen == "skipped":
                continue
            if outcome in ("fail", "error") and seen not in ("fail", "error"):
                yield f"{asset} {rule}: {seen}, and {outcome} where it is there"
            elif (seen, outcome) == ("fail", "pass"):
                yield f"{asset} {rule}: fails, and passes where it is there"
            elif rule in rules and (seen, frames_seen) != (outcome, findings):
                yield f"{asset} {rule}: {seen} {frames_seen}, and {outcome} {findings} where it is there"
        both = ({one for one, _ in each.values()} for each in (told, records.get(asset, {})))
        if [bool(outcomes & {"fail", "error"}) for outcomes in both] == [True, False]:
            yield f"{asset} passes"


def test_files_that_are_no_media_are_judged_on_the_shelf_where_the_policy_names_them(
    engine: Engine, tmp_path: Path
) -> None:
    base, policy = tmp_path / "drive", tmp_path / "named.yaml"
    (base / ".hidden").mkdir(parents=True)
    media.raw_exr(base / "GOOD.exr")
    for name in ("notes.txt", "paper.pdf", ".hidden/bad.exr", "._GOOD.exr"):
        media.text(base / name)
    rule = "  - {id: capitals, check: name, expect: {regex: '^[A-Z]+$'}}"
    policy.write_text(f"{HEAD}match: {{ext: [txt, exr]}}\nrules:\n{rule}")
    run(engine, "scan", ScanRequest((str(base),), "A001", skip_hidden=False), Job())
    heard: list[JobEvent] = []
    there = run(engine, "check", CheckRequest((), str(policy), ("A001",)), Job(heard.append))
    assert not [event for event in heard if isinstance(event, Noticed)]
    base.rename(tmp_path / "shelf")
    told = run(engine, "check", CheckRequest((), str(policy), ("A001",)), Job())
    assert _told(told, base) == _told(there, base)
    assert {name: rules["capitals"][0] for name, rules in _told(told, base).items()} == {
        "GOOD.exr": "pass",
        "notes.txt": "fail",
    }
    assert told.asset_counts == there.asset_counts


def test_what_fails_on_a_connected_drive_never_passes_while_it_is_on_the_shelf(engine: Engine, tmp_path: Path) -> None:
    base, shelf = tmp_path / "drive", tmp_path / "shelf"
    _write(base)
    policies = {}
    for name, rules in (("headers", _HEADERS), ("all", _HEADERS + _PIXELS)):
        policies[name] = str(tmp_path / f"{name}.yaml")
        Path(policies[name]).write_text(f"{HEAD}rules:\n{rules}")

    def scan(**options: Any) -> None:
        run(engine, "scan", ScanRequest((str(base),), "A001", pictures=False, **options), Job())

    def ask(policy: str, paths: tuple[str, ...] = ()) -> Told:
        drives = () if paths else ("A001",)
        return _told(run(engine, "check", CheckRequest(paths, policies[policy], drives), Job()), base)

    def shelved(policy: str) -> Told:
        base.rename(shelf)
        try:
            return ask(policy)
        finally:
            shelf.rename(base)

    there = {policy: ask(policy, (str(base),)) for policy in policies}
    assert len(there["all"]) == 25
    assert there["all"]["{0}/{0}.####.exr".format(planted.shot_name("0010"))]["finite"][0] == "pass"

    scan()
    alone = {asset: told | there["headers"][asset] for asset, told in there["all"].items()}  # none sees more by others
    assert not [*_otherwise(shelved("all"), alone)]
    scan(all_frames=True)
    assert not [*_otherwise(shelved("headers"), there["headers"], _ABOUT_HEADERS)]
    assert ask("all") == there["all"]
    kept = _ABOUT_HEADERS | _ABOUT_PIXELS - {"negative"}  # in which frame the lowest value lies is not
    assert not [*_otherwise(shelved("all"), there["all"], kept)]

    whole = base / "{0}/{0}.1005.exr".format(planted.shot_name("0010"))
    planted.write_frame(whole, 1005, planted._nan, width=16)
    planted.write_frame(base / "alone/whole.exr", 1005, planted._nan, width=16)
    scan(all_frames=True)
    changed = shelved("all")
    assert not [*_otherwise(changed, ask("all"))]
