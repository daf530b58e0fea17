"""Facts of sound, from the header and the first packets."""

from typing import Any

from app.media.container import stream_facts

_SAMPLE_BITS = {"u8": 8, "u8p": 8, "s16": 16, "s16p": 16, "s32": 32, "s32p": 32, "flt": 32, "fltp": 32, "dbl": 64,
                "dblp": 64, "s64": 64, "s64p": 64}  # fmt: skip
_CODEC_BITS = {
    "pcm_mulaw": 8,
    "pcm_alaw": 8,
    "pcm_s24le": 24,
    "pcm_s24be": 24,
    "pcm_s8": 8,
    "pcm_s20": 20,
    "pcm_bluray": 24,
    "s302m": 24,
}
_LOSSLESS = ("wavpack", "ape", "tta", "mlp", "truehd")


def audio_stream(stream: Any, raw_bits: int | None = None) -> dict[str, Any]:
    """An audio stream as JSON; `bits` is None for codecs that keep no samples of a fixed width.

    Args:
        stream: PyAV's.
        raw_bits: bits of a sample as FFmpeg tells them where its own samples are wider.
    """
    context = stream.codec_context
    layout = context.layout
    sample_format = context.format.name if context.format else None
    channels = getattr(layout, "nb_channels", None) or context.channels or None
    named = _channel_names(layout)
    return {
        **stream_facts(stream),
        "sample_rate": context.sample_rate or None,
        "channels": channels,
        "layout": layout.name if layout and named else None,
        "channel_names": named,
        "sample_format": sample_format,
        "bits": _bits(context.codec.canonical_name, sample_format, bytes(context.extradata or b"")) or raw_bits,
    }


def _channel_names(layout: Any) -> list[str] | None:
    """The channels in order (`FL`, `FR`, `LFE`); None where the file does not name them."""
    names = [channel.name for channel in layout.channels] if layout else []
    return names if names and not any(name in ("NONE", "UNK", "?") for name in names) else None


def _bits(codec: str, sample_format: str | None, setup: bytes) -> int | None:
    """Bits of a sample as it is stored; the decoder's own format is wider for odd widths."""
    if codec in _CODEC_BITS:
        return _CODEC_BITS[codec]
    if codec == "flac" and len(setup) >= 34:
        info = setup[8:] if setup.startswith(b"fLaC") else setup
        return ((info[12] & 1) << 4 | info[13] >> 4) + 1
    if codec == "alac" and len(setup) >= 36:
        return setup[17]
    if codec.startswith("pcm_"):
        return _SAMPLE_BITS.get(sample_format or "")
    narrow = sample_format in ("s16", "s16p", "u8", "u8p")
    return _SAMPLE_BITS[sample_format or ""] if narrow and codec in _LOSSLESS else None
