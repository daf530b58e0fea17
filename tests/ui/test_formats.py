"""Numbers, sizes and times read as the screens show them."""

from datetime import datetime

import pytest

from ui import formats

DAY = 86_400_000_000
NOW = 1_795_000_000_000_000


def plain(text: str) -> str:
    return text.replace(formats.NBSP, " ")


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.00 KB"), (48_200_000, "48.2 MB"), (4_820_000_000, "4.82 GB"),
     (999_999, "1.00 MB"), (8.21e12, "8.21 TB"), (9_999_999, "10.0 MB"), (2**63, "9.22 EB"), (1e24, "1000000 EB")],
)  # fmt: skip
def test_sizes(number: float, text: str) -> None:
    assert plain(formats.size(number)) == text


def test_counts_and_rates() -> None:
    assert formats.count(418_220) == "418,220"
    assert [formats.many(number, "file") for number in (0, 1, 1200)] == ["0 files", "1 file", "1,200 files"]
    assert plain(formats.short_count(1_914_000)) == "1.91 M"
    assert plain(formats.rate(96_000, "files")) == "96.0 k files/s"
    assert plain(formats.byte_rate(412e6)) == "412 MB/s"


def test_a_job_is_at_100_per_cent_only_when_nothing_is_left() -> None:
    assert plain(formats.percent(9999, 10000)) == "99 %"
    assert plain(formats.percent(10000, 10000)) == "100 %"
    assert formats.percent(1, 0) == ""


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.42, "0.4 s"), (2, "2 s"), (59.7, "1 min"), (250, "4 min 10 s"), (10920, "3 h 2 min"), (187200, "2 d 4 h")],
)
def test_durations(seconds: float, text: str) -> None:
    assert plain(formats.duration(seconds)) == text


def test_how_long_something_plays_is_said_to_the_hundredth() -> None:
    times = [
        formats.playing_time(seconds).replace(formats.NBSP, " ") for seconds in (0, 5.023, 59.996, 65.02, 3723.456)
    ]
    assert times == ["0.00 s", "5.02 s", "1:00.00", "1:05.02", "1:02:03.46"]


def test_time_left_is_coarse_and_honest_about_not_knowing() -> None:
    assert plain(formats.time_left(370)) == "6 min left"
    assert plain(formats.time_left(0)) == "1 s left"
    assert formats.time_left(None) == ""


@pytest.mark.parametrize(
    ("ago", "text"),
    [(5_000_000, "just now"), (20 * 60_000_000, "20 min ago"), (2 * 3600_000_000, "2 h ago"), (DAY, "yesterday"),
     (5 * DAY, "5 days ago"), (430 * DAY, "14 months ago"), (1200 * DAY, "3 years ago")],
)  # fmt: skip
def test_ages(ago: int, text: str) -> None:
    assert plain(formats.age(NOW - ago, NOW)) == text


def test_an_age_without_a_time_and_of_a_time_to_come() -> None:
    assert formats.age(None, NOW) == "never"
    assert formats.age(NOW + DAY, NOW) == formats.date(NOW + DAY)


def test_dates_are_local_and_times_beyond_the_calendar_are_empty() -> None:
    assert formats.date(NOW) == datetime.fromtimestamp(NOW / 1e6).strftime("%Y-%m-%d %H:%M")
    assert formats.date(1 << 62) == ""
    assert formats.date(-(1 << 62)) == ""
    assert formats.date(None) == ""


def test_frame_ranges() -> None:
    assert formats.ranges_of([1, 2, 3, 7, 9, 10]) == ((1, 3), (7, 7), (9, 10))


@pytest.mark.parametrize(
    ("ranges", "words"),
    [("1005", "frame 1005"), ("-3", "frame -3"), ("1001.5", "frame 1001.5"), ("1001-1004", "frames 1001-1004"),
     ("-3--1", "frames -3--1"), ("1002,1005-1007", "frames 1002, 1005-1007")],
)  # fmt: skip
def test_one_frame_is_called_a_frame(ranges: str, words: str) -> None:
    assert formats.frames(ranges) == words
