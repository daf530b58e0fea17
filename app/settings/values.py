"""The settings themselves. A section is a frozen dataclass, a field its default and its rule."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from app.model.measuring import DEFAULTS, THRESHOLDS, MeasureOptions
from app.model.production import DEFAULT_LAYOUT
from app.model.sizes import MEGABYTE
from app.settings.fields import Reason, Rule, rule_of, setting

#: Verdicts given under another policy version are asked for again.
POLICY_VERSION = "2026.11.0"

_REASONS = (
    Reason("banding", "Banding"),
    Reason("matte_edge", "Matte edge"),
    Reason("flicker", "Flicker"),
    Reason("missing_frame", "Missing frame"),
    Reason("wrong_colour", "Wrong colour"),
    Reason("audio_sync", "Audio out of sync"),
    Reason("dead_pixel", "Dead pixel"),
    Reason("text", "Text or subtitle"),
    Reason("other", "Other"),
)


@dataclass(frozen=True, slots=True)
class Scan:
    """What a scan does unless told otherwise."""

    hash: str = setting(
        "blake3", "Content hashes taken in one read; ASC MHL needs the second.", choices=("blake3", "blake3+xxh3")
    )
    inspect: bool = setting(True, "Read media facts from images, movies and sound.")
    all_frames: bool = setting(
        False, "Read the header of every frame of an OpenEXR sequence; else of the first, middle and last."
    )
    pictures: bool = setting(True, "Keep small pictures of media, so that a drive on the shelf can be looked at.")
    pictures_bytes: int = setting(
        4_000_000_000, "Bytes that the pictures of one drive may take; 0 for no limit.", low=0
    )
    mode: str = setting("delta", "Look only at what changed, or at everything again.", choices=("delta", "full"))
    resume: bool = setting(True, "Go on where an interrupted scan of the drive stopped.")
    missing_share: float = setting(
        0.05, "Share of a drive's files that may go missing at once without a question.", low=0, high=1
    )
    missing_files: int = setting(
        1000, "Files that may go missing at once without a question; asked when both limits are passed.", low=0
    )


@dataclass(frozen=True, slots=True)
class Performance:
    """How hard a scan drives the machine and the drive. Zero and null leave it to the profile."""

    profile: str = setting(
        "auto", "What kind of drive to expect; `auto` finds out.", choices=("auto", "ssd", "hdd", "usb", "network")
    )
    worker_threads: int = setting(0, "Threads that hash; 0 leaves it to the profile.", low=0, high=256)
    hash_chunk_bytes: int = setting(
        0, "Bytes of one read while hashing; 0 leaves it to the profile.", low=0, high=1 << 30
    )
    ffmpeg_parallel: int = setting(0, "Movies decoded at once; 0 leaves it to the profile.", low=0, high=64)
    gentle_io: bool | None = setting(
        None,
        "Pause between files to spare a share or slow drive; null leaves it to the profile.",
        kind="bool",
        optional=True,
    )


@dataclass(frozen=True, slots=True)
class Robust:
    """How a scan lists huge trees and slow shares, and what it passes over."""

    batch_files: int = setting(1000, "Files after which a scan commits.", low=1, high=1_000_000)
    batch_seconds: float = setting(2.0, "Seconds after which a scan commits.", low=0.1, high=3600)
    queue_max: int = setting(10_000, "Files that may wait for hashing before listing pauses.", low=1, high=10_000_000)
    skip_hidden: bool = setting(False, "Pass over hidden and system files and folders.")
    ignore: tuple[str, ...] = setting((), "Names to pass over, as globs (`Thumbs.db`, `*.tmp`).", kind="strings")
    skip_globs: tuple[str, ...] = setting((), "Paths to pass over, as globs (`Cache/*`).", kind="strings")
    follow_symlinks: bool = setting(False, "Go through links to folders; loops are cut.")
    long_paths: str = setting("auto", "Extended-length paths on Windows.", choices=("auto", "force", "off"))
    op_timeout_s: float = setting(30.0, "Seconds without an answer from a drive before it counts as stuck.", low=1)


@dataclass(frozen=True, slots=True)
class Qc:
    """Sidecars and verdicts."""

    policy_version: str = setting(
        POLICY_VERSION,
        "Version of the policy that verdicts are given under; a new one asks for them again.",
        variables=("QC_POLICY_VERSION",),
    )
    sidecar_mode: str = setting("subdir", "Where sidecars are written.", choices=("subdir", "dot", "inline"))
    min_sequence: int = setting(2, "Frames that make a file sequence.", low=2)
    operator: str = setting("", "Name that the review starts with.", variables=("QC_OPERATOR",))
    workers: int = setting(0, "Threads of a crawl; 0 takes one a core.", low=0, high=256)
    reasons: tuple[Reason, ...] = setting(
        _REASONS, "Reason codes of a verdict; the first nine lie on the keys 1 to 9.", kind="reasons"
    )


def _threshold(name: str) -> Any:
    """The field of a threshold of the same name."""
    known = THRESHOLDS[name]
    return setting(getattr(DEFAULTS, name), known.text, low=known.low, high=known.high)


@dataclass(frozen=True, slots=True)
class Inspection:
    """What counts as black, frozen, silent or clipped when movies and sound are measured; rules of a policy may differ.

    Attributes: as in `MeasureOptions`.
    """

    black_ratio: float = _threshold("black_ratio")
    black_level: float = _threshold("black_level")
    freeze_noise: float = _threshold("freeze_noise")
    silence_db: float = _threshold("silence_db")
    silence_s: float = _threshold("silence_s")
    clip_samples: int = _threshold("clip_samples")
    phase_limit: float = _threshold("phase_limit")
    phase_s: float = _threshold("phase_s")

    @property
    def measuring(self) -> MeasureOptions:
        """The thresholds."""
        return MeasureOptions(**dataclasses.asdict(self))


@dataclass(frozen=True, slots=True)
class Search:
    """Searching names."""

    limit: int = setting(1000, "Results of one search; 0 for all.", low=0)


@dataclass(frozen=True, slots=True)
class Api:
    """The local API. Its key is never a setting: a variable or the file `api.key` of the working directory holds it."""

    enabled_default: bool = setting(False, "Start it together with the window.")
    host: str = setting("127.0.0.1", "Address that it listens on; with `0.0.0.0` other machines reach it too.")
    port: int = setting(8756, "Port that it listens on; 0 takes a free one.", low=0, high=65535)
    key_variable: str = setting("REELMARK_API_KEY", "Environment variable that holds the key.")
    cors: tuple[str, ...] = setting((), "Web pages that may call it (`http://localhost:3000`).", kind="strings")
    names: tuple[str, ...] = setting((), "Further host names that it is called by.", kind="strings")
    default_page_size: int = setting(100, "Rows of an answer unless `limit` says otherwise.", low=1, high=100_000)
    max_page_size: int = setting(1000, "The most rows of one answer; a higher `limit` is lowered.", low=1, high=100_000)
    allow_write: bool = setting(False, "Let holders of the key start and cancel jobs.")


@dataclass(frozen=True, slots=True)
class Exports:
    """Files that are written for other programs."""

    after_scan: str = setting(
        "off", "Export a drive's inventory after each scan of it.", choices=("off", "csv", "jsonl", "efu")
    )


@dataclass(frozen=True, slots=True)
class Production:
    """How shows lie on disk and what is expected of them; a `toolkit.yaml` overrides it."""

    shows_root: str = setting("", "Folder that holds the shows; empty for the current folder.", kind="path")
    layout: str = setting(DEFAULT_LAYOUT, "Folders from there down to a shot's frames.")
    frame_prefix: str = setting("", "What frames are called before their number; empty admits anything.")
    frame_padding: int = setting(0, "Digits of a frame number; 0 admits any.", low=0, high=20)
    frame_ext: str = setting("", "Extension of frames, with its dot; empty admits any.")
    frame_ranges: tuple[str, ...] = setting(
        (), "Frames that shots should have, the first that fits (`demo/sh010=1001-1100`, `*=1001-1050`).", kind="ranges"
    )
    disk_warning_mb: float = setting(0.0, "Megabytes from which a shot is told; 0 for never.", low=0)

    @property
    def warn_bytes(self) -> int:
        """The threshold in bytes."""
        return round(self.disk_warning_mb * MEGABYTE)


@dataclass(frozen=True, slots=True)
class Window:
    """The window."""

    theme: str = setting("system", "Colours of the window.", choices=("system", "dark", "light"))
    scale: int = setting(100, "Size of texts and controls, in per cent.", low=75, high=300)


@dataclass(frozen=True, slots=True)
class Log:
    """The log file."""

    level: str = setting(
        "INFO",
        "The least that is written.",
        choices=("DEBUG", "INFO", "WARNING", "ERROR"),
        spellings=(("warn", "warning"), ("critical", "error"), ("fatal", "error")),
        variables=("LOG_LEVEL",),
    )
    dir: str = setting("", "Folder of the log files; empty for `logs` in the working directory.", kind="path")
    max_bytes: int = setting(5_000_000, "Size at which a new log file is begun.", low=10_000)
    keep: int = setting(5, "Old log files that are kept.", low=1, high=100)


@dataclass(frozen=True, slots=True)
class Maintenance:
    """Looking after the catalogue and the shards."""

    backups_kept: int = setting(5, "Backups of each database that are kept, the newest ones.", low=1, high=1000)
    backup_days: float = setting(7.0, "Days for which no backup is removed, however many there are.", low=0)
    auto_vacuum_after_scan: bool = setting(False, "Vacuum a shard after a scan where both limits below are passed.")
    vacuum_free_share: float = setting(
        0.2, "Share of a shard that must be free for an automatic vacuum.", low=0.01, high=1
    )
    vacuum_free_bytes: int = setting(64_000_000, "Bytes of a shard that must be free for an automatic vacuum.", low=0)


@dataclass(frozen=True, slots=True)
class Tools:
    """External programs by path; empty looks in `bin` of the working directory and in PATH."""

    ffmpeg: str = setting("", "Path of ffmpeg.", kind="path")
    ffprobe: str = setting("", "Path of ffprobe.", kind="path")
    mediainfo: str = setting("", "Path of the MediaInfo command line.", kind="path")
    smartctl: str = setting("", "Path of smartctl.", kind="path")
    fpcalc: str = setting("", "Path of fpcalc (Chromaprint).", kind="path")
    s5cmd: str = setting("", "Path of s5cmd.", kind="path")
    exiftool: str = setting("", "Path of ExifTool.", kind="path")


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one call, checked."""

    scan: Scan = field(default_factory=Scan)
    performance: Performance = field(default_factory=Performance)
    robust: Robust = field(default_factory=Robust)
    qc: Qc = field(default_factory=Qc)
    inspection: Inspection = field(default_factory=Inspection)
    search: Search = field(default_factory=Search)
    api: Api = field(default_factory=Api)
    exports: Exports = field(default_factory=Exports)
    production: Production = field(default_factory=Production)
    window: Window = field(default_factory=Window)
    log: Log = field(default_factory=Log)
    maintenance: Maintenance = field(default_factory=Maintenance)
    tools: Tools = field(default_factory=Tools)


@dataclass(frozen=True, slots=True)
class Field:
    """One setting: `key` is `section.name`; `default` and `rule` as declared."""

    section: str
    name: str
    default: Any
    rule: Rule

    @property
    def key(self) -> str:
        """The dotted name (`qc.policy_version`)."""
        return f"{self.section}.{self.name}"

    @property
    def variables(self) -> tuple[str, ...]:
        """Environment variables that set it, strongest first."""
        return (f"REELMARK_{self.section}_{self.name}".upper(), *self.rule.variables)


def sections() -> dict[str, Any]:
    """The section classes by name, in the order of the file."""
    return {section.name: section.default_factory for section in dataclasses.fields(Settings)}


def all_fields() -> Iterator[Field]:
    """Every setting, in the order of the file."""
    for section, values in sections().items():
        for declared in dataclasses.fields(values):
            yield Field(section, declared.name, declared.default, rule_of(declared))


def find_field(key: str) -> Field | None:
    """The setting of that dotted name, or None."""
    return next((candidate for candidate in all_fields() if candidate.key == key), None)
