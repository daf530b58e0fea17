"""What the dialogue of a drive says: its passport and its health, in words. No Qt."""

from collections.abc import Sequence

from app.drives.recognition import SENTENCES, Verdict
from app.model.drives import Drive, DriveHealth
from app.model.names import shown
from app.model.times import now_us
from ui import formats
from ui.tabs.scan_words import certainty
from ui.widgets.facts_grid import Fact

_FIELDS = (
    ("filesystem_uuid", "File-system id"),
    ("partition_uuid", "Partition id"),
    ("table_uuid", "Disk id"),
    ("serial", "Serial number"),
    ("wwn", "World-wide name"),
    ("model", "Model"),
    ("transport", "Connected by"),
    ("image", "Image file"),
    ("server", "Server"),
    ("share", "Share"),
    ("label", "Volume label"),
    ("marker", "Marker file"),
)
_MONO = ("filesystem_uuid", "partition_uuid", "table_uuid", "serial", "wwn", "marker")
_STATES = {"good": "pass", "worn": "stale", "failing": "fail"}


def passport_facts(drive: Drive, drives: Sequence[Drive] = ()) -> list[Fact]:
    """Who a drive is, and how that is known."""
    passport = drive.passport
    facts = [Fact(words, text) for words, text in (("Place", drive.place), ("Note", drive.note)) if text]
    if drive.lent_to:
        since = formats.age(drive.lent_us, now_us()) if drive.lent_us else ""
        facts.append(Fact("Lent to", ", ".join(part for part in (drive.lent_to, since) if part)))
    facts.append(Fact("Where", shown(drive.base), mono=True))
    if drive.kind or passport.filesystem_type:
        kind = drive.kind.upper() if drive.kind != "network" else drive.kind
        facts.append(Fact("Kind", ", ".join(part for part in (kind, passport.filesystem_type) if part)))
    if passport.capacity_bytes:
        free = formats.size(passport.free_bytes)
        facts.append(Fact("Capacity", f"{formats.size(passport.capacity_bytes)}, {free} free at the last scan"))
    facts += [
        Fact(words, shown(str(getattr(passport, name))), mono=name in _MONO)
        for name, words in _FIELDS
        if getattr(passport, name)
    ]
    return facts + list(_recognised(drive, drives))


def _recognised(drive: Drive, drives: Sequence[Drive]) -> list[Fact]:
    passport = drive.passport
    original = next((other.label for other in drives if other.id == passport.clone_of), "")
    if passport.clone_of:
        return [Fact("Passport", f"a byte clone of {original or 'a drive that was forgotten'}", "stale")]
    sure = formats.percent(round(certainty(passport) * 100), 100)
    if not passport.verdict:
        return [Fact("Passport", f"new; it will be known again, {sure} sure")]
    sentence = SENTENCES[Verdict(passport.verdict)]
    return [
        Fact("Passport", f"{sentence}, {sure} sure"),
        Fact("Because", "\n".join(shown(reason) for reason in passport.reasons)),
    ]


def health_facts(health: DriveHealth | None) -> list[Fact]:
    """What a drive said of itself last."""
    if health is None:
        return [Fact("Health", "not asked yet")]
    facts = [Fact("Health", health.state, _STATES.get(health.state, ""))]
    if health.reasons:
        facts.append(Fact("Because", "\n".join(health.reasons)))
    told = (
        ("Powered on", health.hours, "{:,} hours"),
        ("Temperature", health.celsius, "{} °C"),
        ("Sectors replaced", health.reallocated, "{:,}"),
        ("Sectors that wait", health.pending, "{:,}"),
        ("Writes used up", health.percent_used, "{} %"),
        ("Failed for good", health.media_errors, "{:,}"),
    )
    facts += [Fact(name, words.format(value)) for name, value, words in told if value is not None]
    if health.time_us:
        facts.append(Fact("Asked", formats.date(health.time_us)))
    return facts


def trend_line(trend: Sequence[DriveHealth]) -> str:
    """How the counters that matter went, oldest first: `replaced sectors 0 → 8 → 24 in 3 reports`."""
    if len(trend) < 2:
        return ""
    parts = []
    for words, name in (("replaced", "reallocated"), ("waiting", "pending"), ("used up", "percent_used")):
        values = [value for health in reversed(trend) if (value := getattr(health, name)) is not None]
        steps = [value for number, value in enumerate(values) if not number or value != values[number - 1]]
        if len(steps) > 1:
            parts.append(f"{words} " + " → ".join(f"{value:,}" for value in steps[-5:]))
    told = " · ".join(parts) or "no counter changed"
    return f"{told}, in {len(trend)} reports"
