"""Checks of sound, in movies and in files of its own."""

from collections.abc import Iterator

from app.model.measuring import DECIDING
from app.qc.checks.check import Check, Parameter
from app.qc.checks.streams import Stream, broken_packets, label, measured, stretches, values_of, with_thresholds
from app.qc.facts import Need
from app.qc.findings import Observation
from app.qc.policy import Rule
from app.qc.values import number_of, words

_SOUND = frozenset({"movie", "sound"})
_LOUDNESS = (
    ("true_peak_max", "true_peak_dbtp", "dBTP", "the highest true peak, in dBTP"),
    ("range_max", "range_lu", "LU", "the largest loudness range, in LU"),
    ("momentary_max", "max_momentary_lufs", "LUFS", "the highest momentary loudness, in LUFS"),
    ("short_term_max", "max_short_term_lufs", "LUFS", "the highest short-term loudness, in LUFS"),
)
#: Seconds of sound that a figure is measured of at least (EBU Tech 3341 and 3342: windows of 400 ms and of 3 s).
_SHORTEST_S = {"integrated_lufs": 0.4, "max_momentary_lufs": 0.4, "max_short_term_lufs": 3.0, "range_lu": 3.0}


def _loudness(rule: Rule, stream: Stream) -> Iterator[Observation]:
    """EBU R 128: integrated loudness, loudness range and true peak, as EBU Tech 3341, 3342 and ITU-R BS.1770 say."""
    found = stream.get("loudness") or {}
    if "integrated" in rule.expect:
        lowest, highest = rule.expect["integrated"]
        value = number_of(found.get("integrated_lufs"))
        expected = f"{words(lowest)} to {words(highest)} LUFS"
        if value is None and (why := _why_unmeasured(stream, "integrated_lufs")):
            yield Observation(False, expected, channel=label(stream), evidence=why, unable=True)
        elif value is None:
            yield Observation(False, expected, "silence", channel=label(stream), nothing=True)
        elif not (number_of(lowest) or 0) <= value <= (number_of(highest) or 0):
            yield Observation(False, expected, f"{words(float(value))} LUFS", channel=label(stream))
    for key, name, unit, _ in _LOUDNESS:
        most, value = number_of(rule.expect.get(key)), number_of(found.get(name))
        if most is not None and value is None and (why := _why_unmeasured(stream, name)):
            yield Observation(False, f"at most {words(most)} {unit}", channel=label(stream), evidence=why, unable=True)
        elif most is not None and value is not None and value > most:
            yield Observation(
                False,
                f"at most {words(rule.expect[key])} {unit}",
                f"{words(float(value))} {unit}",
                channel=label(stream),
            )


def _why_unmeasured(stream: Stream, name: str) -> str:
    """Why a figure of loudness is not there; empty for silence."""
    samples, rate = stream.get("samples"), stream.get("sample_rate")
    if samples and rate and samples / rate < _SHORTEST_S.get(name, 0):
        return f"too short to be measured: {samples / rate:.2g} s, of {_SHORTEST_S[name]:g} s"
    why = (stream.get("loudness") or {}).get("not_measured") if name in _SHORTEST_S else ""
    return str(why or "")


def _longest(found: list[Stream]) -> float:
    """Seconds of the longest of some stretches."""
    return max((one["end_s"] - one["start_s"] for one in found), default=0.0)


def _silence(rule: Rule, stream: Stream) -> Iterator[Observation]:
    found = list(stream.get("silent") or [])
    longest = max(float(stream.get("silent_longest_s") or 0), _longest(found))
    total = float(stream.get("silent_s") or 0)
    most = number_of(rule.expect.get("max_s", 0 if "max_run_s" not in rule.expect else total)) or 0
    run = number_of(rule.expect.get("max_run_s", longest)) or 0
    if total > most or longest > run:
        limit = (
            f"at most {words(rule.expect['max_run_s'])} s of silence in a row"
            if "max_run_s" in rule.expect
            else f"at most {words(rule.expect.get('max_s', 0))} s of silence"
        )
        seen = f"{total:.2f} s, the longest {longest:.2f} s"
        expected = with_thresholds(rule, limit)
        yield Observation(False, expected, seen, channel=label(stream), region=stretches(found))


def _silent_channels(rule: Rule, stream: Stream) -> Iterator[Observation]:
    silent = [str(channel["name"]) for channel in stream.get("channels") or [] if channel.get("silent")]
    if silent:
        seen = f"silent: {', '.join(silent)}"
        expected = with_thresholds(rule, "sound in every channel")
        yield Observation(False, expected, seen, channel=label(stream))


def _clipped(rule: Rule, stream: Stream) -> Iterator[Observation]:
    clipped = stream.get("clipped") or {}
    samples = int(clipped.get("samples") or 0)
    most = rule.expect.get("max", 0)
    if samples > most:
        yield Observation(
            False,
            with_thresholds(rule, f"at most {most} clipped samples" if most else "no clipped samples"),
            f"{samples} clipped samples",
            channel=label(stream),
            region=stretches(list(clipped.get("runs") or [])),
        )


def _phase(rule: Rule, stream: Stream) -> Iterator[Observation]:
    for pair in (stream.get("phase") or {}).get("pairs") or []:
        for expected, seen in _opposite(rule, pair):
            yield Observation(
                False,
                with_thresholds(rule, expected),
                f"{seen} between {' and '.join(pair.get('channels') or [])}",
                channel=label(stream),
                region=stretches(list(pair.get("out_of_phase") or [])),
            )


def _opposite(rule: Rule, pair: Stream) -> Iterator[tuple[str, str]]:
    """What a rule objects to in two channels: what it expects, and what was measured."""
    limits = {name: number_of(value) for name, value in rule.expect.items()}
    least = limits.get("min", None if limits else -0.5)
    correlation = number_of(pair.get("correlation"))
    if correlation is not None and least is not None and correlation < least:
        yield f"a correlation of at least {words(float(least))}", words(float(correlation))
    total, longest = float(pair.get("out_of_phase_s") or 0), float(pair.get("out_of_phase_longest_s") or 0)
    for name, seconds, what in (("max_s", total, ""), ("max_run_s", longest, " in a row")):
        most = limits.get(name)
        if most is not None and seconds > most:
            yield f"at most {words(rule.expect[name])} s out of phase{what}", f"{seconds:.2f} s{what}"


_VALUES = ("eq", "ne", "in", "not_in")
_NUMBERS = (*_VALUES, "min", "max")


def _value(name: str, summary: str, key: str, operators: tuple[str, ...]) -> Check:
    judge = values_of("audio", lambda stream: stream.get(key))
    return Check(name, summary, Need.HEADER, _SOUND, operators=operators, default=None, judge=judge)


CHECKS = (
    _value("audio.codec", "The codec, as FFmpeg names it.", "codec", (*_VALUES, "regex")),
    _value("audio.rate", "Samples a second.", "sample_rate", _NUMBERS),
    _value("audio.channels", "How many channels a stream has.", "channels", _NUMBERS),
    _value("audio.layout", "The layout, as FFmpeg names it: `stereo`, `5.1`.", "layout", _VALUES),
    _value("audio.bits", "Bits of a sample.", "bits", _NUMBERS),
    Check(
        "audio.ebur128",
        "Loudness after EBU R 128.",
        Need.DECODED,
        _SOUND,
        expects=(
            Parameter("integrated", "limits", "lowest and highest integrated loudness, in LUFS"),
            *(Parameter(key, "number", summary) for key, _, _, summary in _LOUDNESS),
        ),
        default=None,
        judge=measured("audio", "loudness", _loudness),
    ),
    Check(
        "audio.silence",
        "Stretches in which all channels are silent.",
        Need.DECODED,
        _SOUND,
        expects=(
            Parameter("max_s", "number", "how many seconds together; 0 where nothing is said"),
            Parameter("max_run_s", "number", "how many seconds in a row"),
        ),
        measures=DECIDING["silent"],
        judge=measured("audio", "silent_s", _silence),
    ),
    Check(
        "audio.silent_channels",
        "Channels in which there is no sound at all.",
        Need.DECODED,
        _SOUND,
        measures=("silence_db",),
        judge=measured("audio", "channels", _silent_channels),
    ),
    Check(
        "audio.clipped",
        "Samples at full scale in a row.",
        Need.DECODED,
        _SOUND,
        expects=(Parameter("max", "count", "how many samples; 0 where nothing is said"),),
        measures=DECIDING["clipped"],
        judge=measured("audio", "clipped", _clipped),
    ),
    Check(
        "audio.phase",
        "Correlation of pairs of channels; -1 is opposite phase.",
        Need.DECODED,
        _SOUND,
        expects=(
            Parameter("min", "number", "the lowest correlation over all; -0.5 where nothing is said"),
            Parameter("max_s", "number", "how many seconds together may be out of phase"),
            Parameter("max_run_s", "number", "how many of them in a row"),
        ),
        measures=DECIDING["phase"],
        judge=measured("audio", "phase", _phase),
    ),
    Check("audio.decode", "Sound that cannot be decoded.", Need.DECODED, _SOUND, judge=broken_packets("audio")),
)
