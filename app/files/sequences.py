"""Which files of one folder are the frames of a file sequence.

Names are raw bytes and are never decoded here. The rules, in the order in which they are asked:

* A frame number is the run of ASCII digits that ends right before the extension; compressed frames have two
  extensions (`.exr.gz`, `.bgeo.sc`). A run of more than ten digits is a timestamp or a hash, not a frame, and
  eight digits that are a date (`20240101`) are none either. Powers of two alone, from 16 on and unpadded, are the
  sizes of one picture (`bake_1024`, `bake_2048`).
* Only frame formats make sequences: every image format, and the caches of simulations and renderers that are
  written one file a frame (`vdb`, `bgeo`, `abc`, `ass`, ...). Movies, sound, documents, archives and projects with
  a number are single files. Under an extension nobody knows, numbers count as frames only in the form
  `name.0001.xyz`: after a dot, three digits or more, and two of them in succession. A name without an extension is
  a single file.
* `v001` is a version, never a frame, where the `v` (`ver`, `version`) begins a word (`sh_v001`, `sh010v001`,
  `shotV001`; not `env001`). The day of a date is none either (`ref_2024-10-05`).
* Base, extension and upper or lower case must be equal. A dash is a sign after `.`, `_` or at the start of a name
  (`a.-0002.exr`); after a space or another dash only where the same base has frames without it; otherwise it
  separates (`shot-0001.exr`). Negative and positive frames are one sequence, whether the minus stands before the
  padded number (`-0002`) or takes the place of a digit, as printf writes it (`-002` beside `0001`).
* Numbers may outgrow their padding (9998 to 10001), but digit by digit: `20240101` is no frame of `1001` to `1100`.
  A leading zero ties a number to its width, so `001` and `0001` are two sequences; the numbers that both have are
  told as duplicate frames.
* `1001.25`, `1001.5`, `1.250` are sub-frames where they divide a frame into a few equal steps and nothing speaks for a
  version or a date: see `numbering.are_fractions`. In all other names (`sh.1010.10`) the last number is the frame.
* UDIM tiles (1001-1999) are frames, unless asked for as tiles.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from app.files.manynames import LEAST_NAMES, many_names, one_sequence, pays
from app.files.numbering import VERSION_ENDS, are_distinct, are_fractions, is_date, is_day, is_version, paddings, widths
from app.model.frames import FileSequence, Frame
from app.model.kinds import Category, category_of_extension

_DIGITS = b"0123456789"
_MAX_DIGITS = 10
_DATE_DIGITS = 8
_LEAST_FRAMES = 8
_LEAST_SIZE = 16
_UDIM_TILES = (1001, 1999)

_COMPRESSED = frozenset({b".gz", b".sc", b".bz2", b".xz", b".zst", b".lz4"})
_CACHES = frozenset(
    b"vdb nvdb bgeo geo ifd sim bclip abc ass rib obj ply usd usda usdc mc mcx ptc pc2 prt pdc fga bphys vrscene vrmesh"
    b" gto rat".split()
)
_STILLS = frozenset({b"svg", b"svgz", b"ico", b"psd", b"psb"})
#: In keys of `_collect` joined with slashes: a name that may be joined to others by sign, sub-frame or compression.
_JOINABLE = re.compile(rb"-\.|(?:\A|[/._ -])[0-9]{1,10}\.\.|\0")
_SUBFRAME_BASE = re.compile(rb"(?:\A|[._ -])(-?[0-9]{1,10})\.\Z")


@dataclass(slots=True)
class NameGroup:
    """One file sequence among the names of a folder.

    Attributes:
        base: everything before the frame number, with its separator.
        ext: everything after it, with its dot.
        pad: digits of the shortest number; a minus counts where it takes the place of a digit (`-003` beside `0001`).
        members: indices into the names that were given, in the order of `frames`.
        frames: ascending, each once.
        duplicate_frames: numbers that the same base has in another padding too, ascending.
        udim: the numbers are UDIM tiles, not frames.
    """

    base: bytes
    ext: bytes
    pad: int
    members: list[int]
    frames: list[Frame]
    duplicate_frames: list[Frame] = field(default_factory=list)
    udim: bool = False


@dataclass(slots=True)
class Grouping:
    """The names of one folder, sorted out: sequences by base and padding, and the indices of all other names."""

    sequences: list[NameGroup]
    singles: list[int]


@dataclass(slots=True)
class _Run:
    """Names that share base and extension; what stands between the two is the number.

    `even`: all numbers are equally wide. `frames`: they are known, and `members` in their order. `signed`,
    `subframes`: some may have a sign, a fraction. `doubtful`: the extension is unknown.
    """

    base: bytes
    ext: bytes
    members: list[int]
    even: bool = False
    frames: list[Frame] | None = None
    doubtful: bool = False
    signed: bool = False
    subframes: bool = False


_Runs = dict[tuple[bytes, bytes], _Run]


def group_names(names: Sequence[bytes], *, min_frames: int = 2, udim: bool = False) -> Grouping:
    """Sort the file names of one folder into sequences and single files.

    Args:
        names: raw names, each once.
        min_frames: fewer frames than this are single files.
        udim: take four-digit numbers from 1001 to 1999 as UDIM tiles.
    """
    numbered, known, singles = _collect_all(names)
    if min_frames > 1 and not _JOINABLE.search(b"/".join(numbered)):
        singles += [members[0] for members in numbered.values() if len(members) == 1]
        numbered = {key: members for key, members in numbered.items() if len(members) > 1}
    runs = _frame_runs(numbered, known, names, singles)
    _join_negatives(runs)
    _join_subframes(runs, names, singles)
    sequences: list[NameGroup] = []
    for run in runs.values():
        if len(run.members) < min_frames:
            singles += run.members
            continue
        for group in _split(run, names, singles):
            if len(group.members) < min_frames or _are_no_frames(group, doubtful=run.doubtful):
                singles += group.members
                continue
            group.udim = udim and _are_tiles(group)
            sequences.append(group)
    singles.sort()
    sequences.sort(key=lambda group: (group.base, group.ext, group.pad))
    return Grouping(sequences, singles)


def file_sequences(
    names: Sequence[bytes],
    sizes: Sequence[int] | None = None,
    mtimes_ns: Sequence[int] | None = None,
    *,
    min_frames: int = 2,
    udim: bool = False,
) -> tuple[list[FileSequence], list[int]]:
    """The file sequences among the names of one folder, and the indices of the single files.

    Args:
        names: raw names, each once.
        sizes: bytes of each file, in the order of `names`.
        mtimes_ns: modification time of each file in nanoseconds, in the same order.
        min_frames: fewer frames than this are single files.
        udim: take four-digit numbers from 1001 to 1999 as UDIM tiles.
    """
    grouping = group_names(names, min_frames=min_frames, udim=udim)
    sequences = [
        FileSequence(
            base=group.base,
            ext=group.ext,
            pad=group.pad,
            frames=tuple(group.frames),
            names=tuple(names[i] for i in group.members),
            bytes=sum(sizes[i] for i in group.members) if sizes else 0,
            newest_mtime_ns=max(mtimes_ns[i] for i in group.members) if mtimes_ns else 0,
            duplicate_frames=tuple(group.duplicate_frames),
            udim=group.udim,
        )
        for group in grouping.sequences
    ]
    return sequences, grouping.singles


def _collect_all(names: Sequence[bytes]) -> tuple[dict[bytes, list[int]], dict[bytes, list[Frame]], list[int]]:
    """As `_collect`, and the numbers of those names that could be taken together, which are many in a large folder."""
    few = len(names) < LEAST_NAMES or not pays(len(names))
    many = many_names(names) if not few else one_sequence(names) if len(names) >= _LEAST_FRAMES else None
    if many is None:
        numbered, rest = _collect(enumerate(names))
        return numbered, {}, rest
    numbered, rest = _collect((index, names[index]) for index in many.others)
    for key, members in numbered.items():
        if key in many.members:
            many.members[key] += members
            many.frames.pop(key, None)
        else:
            many.members[key] = members
    return many.members, many.frames, rest


def _collect(names: Iterable[tuple[int, bytes]]) -> tuple[dict[bytes, list[int]], list[int]]:
    """Names by what is left without their number (`sh.` + `.exr`), and those that have none.

    The hot loop of a scan: one search, two slices and one lookup a name. The extension holds no other dot, so the
    key is unambiguous; names with two extensions have the key `base NUL ext`, which no file name can be.
    """
    numbered: dict[bytes, list[int]] = {}
    rest: list[int] = []
    for index, name in names:
        dot = name.rfind(b".")
        stem = name[:dot] if dot > 0 else b""
        base = stem.rstrip(_DIGITS)
        if base == stem:
            ext = name[dot:]
            if ext not in _COMPRESSED:
                rest.append(index)
                continue
            dot = stem.rfind(b".")
            base = stem[:dot].rstrip(_DIGITS)
            if dot <= 0 or len(base) == dot:
                rest.append(index)
                continue
            key = base + b"\0" + name[dot:]
        else:
            key = base + name[dot:]
        if key in numbered:
            numbered[key].append(index)
        else:
            numbered[key] = [index]
    return numbered, rest


def _frame_runs(
    numbered: dict[bytes, list[int]], known: dict[bytes, list[Frame]], names: Sequence[bytes], rest: list[int]
) -> _Runs:
    """The groups whose numbers are frames; members of the others go to `rest`."""
    runs: _Runs = {}
    for key, members in numbered.items():
        base, nul, ext = key.partition(b"\0")
        if not nul:
            base, _, ext = key.rpartition(b".")
            ext = b"." + ext
        frames = known.get(key)
        lengths = set(map(len, map(names.__getitem__, members if frames is None else members[:1])))
        longest = max(lengths) - len(base) - len(ext)
        is_known = _known_format(ext)
        if (
            is_known is False
            or (is_known is None and not (longest >= 3 and base.endswith(b".")))
            or (base.endswith(VERSION_ENDS) and is_version(base))
        ):
            rest += members
            continue
        if longest == 2 and len(lengths) == 1 and is_day(base):
            rest += members
            continue
        if longest >= _DATE_DIGITS:
            start, end = len(base), -len(ext)
            dated = [i for i in members if len(names[i]) - start + end > _MAX_DIGITS or is_date(names[i][start:end])]
            rest += dated
            members = sorted(set(members).difference(dated)) if dated else members
        if members:
            runs[base, ext] = _Run(base, ext, members, even=len(lengths) == 1, frames=frames, doubtful=is_known is None)
    return runs


def _known_format(ext: bytes) -> bool | None:
    """Whether files with this extension (one or two) are written one a frame; None where nobody knows."""
    kind, compressed, _ = ext[1:].lower().partition(b".")
    if kind in _CACHES:
        return True
    category = category_of_extension(kind)
    if category is Category.IMAGE:
        return kind not in _STILLS
    return None if category is Category.OTHER and not compressed else False


def _are_no_frames(group: NameGroup, *, doubtful: bool) -> bool:
    """Whether numbers are something else: none follows another under an unknown extension, or all are sizes."""
    if doubtful and not any(after - before == 1 for before, after in pairwise(group.frames)):
        return True
    first = group.frames[0]
    if not isinstance(first, int) or first < _LEAST_SIZE or first & (first - 1) or len(str(first)) != group.pad:
        return False
    return all(isinstance(frame, int) and not frame & (frame - 1) for frame in group.frames)


def _join_negatives(runs: _Runs) -> None:
    """Join `a.-` to `a.`, where the dash is a sign. Shorter bases first: of two dashes only one is a sign."""
    for base, ext in sorted((key for key in runs if key[0].endswith(b"-")), key=lambda key: len(key[0])):
        positive = base[:-1]
        if not (not positive or positive.endswith((b".", b"_")) or (positive, ext) in runs):
            continue
        if positive and not positive.endswith((b".", b"_", b"-", b" ")):
            continue
        negative = runs.pop((base, ext))
        run = runs.setdefault((positive, ext), _Run(positive, ext, [], doubtful=negative.doubtful))
        run.members += negative.members
        run.signed = True


def _join_subframes(runs: _Runs, names: Sequence[bytes], rest: list[int]) -> None:
    """Join `a.1001.` and its like, with fractions behind them, into `a.` with decimal frames.

    Whole frames of the same base and padding join them; what is left over of those goes to `rest`.
    """
    cohorts: dict[tuple[bytes, bytes], list[_Run]] = {}
    for (base, ext), run in runs.items():
        if base.endswith(b".") and (match := _SUBFRAME_BASE.search(base)):
            cohorts.setdefault((base[: match.start(1)], ext), []).append(run)
    for (base, ext), cohort in cohorts.items():
        whole = runs.get((base, ext))
        members = _subframe_members(base, cohort, whole, names)
        if not members:
            continue
        if whole is not None:
            rest += sorted(set(whole.members).difference(members))
        for run in cohort:
            del runs[run.base, ext]
        runs[base, ext] = _Run(base, ext, members, doubtful=cohort[0].doubtful, signed=True, subframes=True)


def _subframe_members(base: bytes, cohort: list[_Run], whole: _Run | None, names: Sequence[bytes]) -> list[int]:
    """The names of a sequence with decimal frames, the whole ones too; empty where these are no sub-frames.

    A single whole frame that is there as a decimal one too is left out.
    """
    ext = cohort[0].ext
    if any(run.signed or run.subframes for run in cohort):
        return []
    fractions = {run.base[len(base) : -1]: [names[i][len(run.base) : -len(ext)] for i in run.members] for run in cohort}
    if not are_fractions(base, fractions, beside_whole=whole is not None):
        return []
    decimal = [i for run in cohort for i in run.members]
    members = decimal + (whole.members if whole else [])
    if are_distinct([names[i][len(base) : -len(ext)] for i in members]):
        return members
    alone = whole is not None and len(whole.members) == 1 and are_fractions(base, fractions, beside_whole=False)
    return decimal if alone and are_distinct([names[i][len(base) : -len(ext)] for i in decimal]) else []


def _split(run: _Run, names: Sequence[bytes], rest: list[int]) -> list[NameGroup]:
    """The sequences of a run: one a padding."""
    start, end = len(run.base), -len(run.ext)
    if run.even and not run.signed:
        members, frames = run.members, run.frames
        if frames is None:
            member_of: dict[Frame, int] = {int(names[i][start:end]): i for i in members}
            frames = sorted(member_of)
            members = [member_of[frame] for frame in frames]
        return [NameGroup(run.base, run.ext, len(names[members[0]]) - start + end, members, frames)]
    texts = [names[i][start:end] for i in run.members]
    if run.subframes:
        return [_subframe_group(run, texts)]
    return _share_out(run, texts, rest)


def _sorted_group(run: _Run, pad: int, frames: list[Frame], members: list[int]) -> NameGroup:
    """A sequence from frames and members in any order."""
    frame_of = dict(zip(members, frames, strict=True))
    return NameGroup(run.base, run.ext, pad, sorted(members, key=frame_of.__getitem__), sorted(frames))


def _subframe_group(run: _Run, texts: list[bytes]) -> NameGroup:
    """A sequence with decimal frames; whole numbers stay integers."""
    frames: list[Frame] = [Decimal(text.decode()) if b"." in text else int(text) for text in texts]
    pad = min(widths([text.partition(b".")[0] for text in texts]))
    return _sorted_group(run, pad, frames, run.members)


def _share_out(run: _Run, texts: list[bytes], rest: list[int]) -> list[NameGroup]:
    """Share numbers of different widths out to their paddings, and tell which frames two paddings have.

    A minus zero is no number and goes to `rest`.
    """
    shares: dict[int, list[tuple[Frame, int, int]]] = {}
    counted = widths(texts)
    for index, text, width, pad in zip(run.members, texts, counted, paddings(counted, texts), strict=True):
        frame = int(text)
        if frame == 0 and text.startswith(b"-"):
            rest.append(index)
        else:
            shares.setdefault(pad, []).append((frame, index, width))
    groups = []
    for pad, share in shares.items():
        narrowest = pad or min(width for _, _, width in share)
        groups.append(_sorted_group(run, narrowest, [frame for frame, _, _ in share], [index for _, index, _ in share]))
    if len(groups) > 1:
        _tell_duplicates(groups)
    return groups


def _tell_duplicates(groups: list[NameGroup]) -> None:
    """Note in each padding the frames that another has too."""
    seen: set[Frame] = set()
    shared: set[Frame] = set()
    for group in groups:
        shared |= seen.intersection(group.frames)
        seen.update(group.frames)
    for group in groups:
        group.duplicate_frames = sorted(shared.intersection(group.frames))


def _are_tiles(group: NameGroup) -> bool:
    """Whether the numbers can be UDIM tiles: four digits, 1001 to 1999, none of them a sub-frame."""
    lowest, highest = _UDIM_TILES
    whole = all(isinstance(frame, int) for frame in group.frames)
    return whole and group.pad == 4 and group.frames[0] >= lowest and group.frames[-1] <= highest
