"""Facts in words."""

from app.model.facts import MediaFacts
from ui.tabs.search_facts import content_words, gap_words, media_facts


def test_a_movie_tells_picture_duration_sound_and_timecode() -> None:
    facts = MediaFacts(
        "video", "mov", width=1920, height=1080, duration_s=83.5, attributes={"timecode": "01:00:00:00"},
        streams=(
            {"type": "video", "codec": "prores", "width": 1920, "height": 1080, "frame_rate": "24000/1001",
             "bit_depth": 10},
            {"type": "audio", "codec": "pcm_s24le", "sample_rate": 48000, "bits": 24, "layout": "5.1"},
            {"type": "audio", "codec": "pcm_s24le", "sample_rate": 48000, "bits": 24, "layout": "stereo"},
        ),
    )  # fmt: skip
    assert [(fact.name, fact.value) for fact in media_facts(facts)] == [
        ("Picture", "1920×1080, prores, 23.976 fps, 10 bit"),
        ("Duration", "1:23.50"),
        ("Sound", "pcm_s24le, 48 kHz, 24 bit, 5.1 and 1 more"),
        ("Timecode", "01:00:00:00"),
    ]


def test_an_exr_with_layers_names_the_main_channels_and_counts_the_rest() -> None:
    channels = [{"name": name, "layer": "", "type": "half"} for name in "ABGR"]
    channels += [{"name": f"diffuse.{name}", "layer": "diffuse", "type": "half"} for name in "RGB"]
    part = {"width": 4096, "height": 2304, "channels": channels, "compression": {"id": 4, "name": "piz"}}
    facts = MediaFacts("image", "openexr", width=4096, height=2304, streams=(part, part))
    assert [fact.value for fact in media_facts(facts)] == ["openexr, 4096×2304, RGBA half + 3 more, PIZ, 2 parts"]


def test_what_could_not_be_decoded_shows_its_format_at_least() -> None:
    assert [(fact.name, fact.value) for fact in media_facts(MediaFacts("image", "xpm"))] == [("Format", "xpm")]
    assert media_facts(MediaFacts("image", "")) == []


def test_a_hash_is_shortened_in_the_middle() -> None:
    assert content_words("blake3:" + "0123456789abcdef" * 4) == "blake3:01234567…cdef · hashed"
    assert content_words("") == "not hashed"


def test_of_many_gaps_the_first_are_told_and_the_others_counted() -> None:
    assert gap_words("1014-1016,1058") == "1014-1016, 1058"
    many = ",".join(str(number) for number in range(1, 301, 3))
    assert gap_words(many).endswith("67, 70 and 76 more gaps")
