"""The keys that a selector may name: those of the documents of `inspect`, and a few that follow from them."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

ROOT = "document"
ANY = "any"
VALUE = "value"

_KEYS: dict[str, str] = {
    ROOT: "file:file kind:value parts:[part] channels:[channel] attributes:any streams:[stream] sequence:sequence"
    " stats:stats lossless:value errors:[error] schema_version:value width:value height:value"
    " duration_s:value",
    "file": "path name stem ext directory size_bytes mtime frame version flags header_bytes header_hash"
    " multipart_count is_deep format mime pattern newest",
    "part": "index name type view compression line_order width height data_window:any display_window:any display_width"
    " display_height tiled tile_width tile_height level_mode levels chunk_count pixel_aspect_ratio channels:[channel]"
    " layers attributes:any",
    "channel": "name part_index layer type p_linear x_sampling y_sampling",
    "sequence": "base ext pad first last frame_count missing_count missing gap_count ranges expected:any missing_head"
    " missing_inner missing_tail unexpected duplicate_frames zero_byte truncated unreadable:[any] size_outliers:[any]"
    " header_differences:[any] varying:[any] timecode:any frozen"
    " black udim without_header incomplete:[any] frozen_runs:[value]",
    "stats": "parts:[partstats] video:[any] audio:[any] options:any others:[any] frames",
    "partstats": "index name supported reason sample rows complete type bits code_max channels:[channelstats] deep:any",
    "channelstats": "name min max mean stddev nan_count inf_count pos_inf_count neg_inf_count finite_count zero_count"
    " negative_count percentiles:any histogram:any nan_frames inf_frames negative_frames"
    " absent_frames",
    "error": "code part rows columns frames stream time_s packets attribute message hint",
    "stream": "index id type name codec codec_long_name codec_tag profile level bit_rate duration_s duration start_s"
    " time_base language timecode dispositions:any tags:any width height depth pixel_format bit_depth"
    " chroma_subsampling alpha frame_rate average_rate frames pixel_aspect display_aspect rotation field_order"
    " color:any hdr:any closed_captions attached_picture sample_rate channels:any layout channel_names:any"
    " sample_format bits compression tiled deep view_box",
}

#: Kind of object to its keys and what is behind each: another kind, a list of one in brackets, `any` or `value`.
SHAPES: dict[str, dict[str, str]] = {
    kind: {name: behind or VALUE for name, _, behind in (word.partition(":") for word in text.split())}
    for kind, text in _KEYS.items()
} | {VALUE: {}}


def shape_below(shape: str) -> str | None:
    """The kind of the items of a list; None where it is no list."""
    return shape[1:-1] if shape.startswith("[") else None


def derived(found: Mapping[str, Any], key: str) -> Any:
    """A key that the document does not have and that follows from others; None where it does not."""
    match key:
        case "display_width" | "display_height":
            return _extent(found.get("display_window"), 0 if key.endswith("width") else 1)
        case "layers":
            channels = found.get("channels")
            names = [item.get("layer", "") for item in channels or () if isinstance(item, Mapping)]
            return list(dict.fromkeys(name for name in names if name)) if channels is not None else None
        case "stem":
            return PurePosixPath(str(found.get("name", ""))).stem
        case "ext":
            return PurePosixPath(str(found.get("name", ""))).suffix[1:].lower()
        case "directory":
            return str(PurePosixPath(str(found.get("path", ""))).parent)
    return None


def _extent(window: Any, axis: int) -> int | None:
    try:
        return int(window["max"][axis]) - int(window["min"][axis]) + 1
    except (TypeError, KeyError, IndexError, ValueError):
        return None
