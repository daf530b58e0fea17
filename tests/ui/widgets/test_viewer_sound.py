"""Waveforms name their channels, wherever they come from."""

from ui.widgets.viewer_frame import SoundInfo
from ui.widgets.viewer_sound import channel_names

LANE = [(-0.5, 0.5)]


def test_channels_are_called_alike_whether_the_sound_was_read_now_or_kept_by_a_scan() -> None:
    assert channel_names(SoundInfo((LANE, LANE), 1.0)) == ("L", "R")
    assert channel_names(SoundInfo((LANE,) * 6, 1.0)) == ("L", "R", "C", "LFE", "Ls", "Rs")
    assert channel_names(SoundInfo((LANE,) * 3, 1.0)) == ("1", "2", "3")
    assert channel_names(SoundInfo((LANE, LANE), 1.0, channels=("Boom", "Lav"))) == ("Boom", "Lav")
