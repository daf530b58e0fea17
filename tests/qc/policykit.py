"""Documents as `inspect` gives them, written by hand, and policies in a few lines."""

import copy
from typing import Any

from app.qc.findings import AssetResult
from app.qc.judging import judge
from app.qc.policy import Policy
from app.qc.policyreading import read_policy
from app.qc.validating import DocumentFacts

HEAD = 'schema: qcpolicy/1\nid: try.it\nversion: "1"\n'


def policy(rules: str, head: str = "", **variables: str) -> Policy:
    """A policy of these rules (indented by two, each with its dash)."""
    return read_policy(f"{HEAD}{head}rules:\n{rules}\n".encode(), "try.yaml", variables)


def channel(name: str, kind: str = "half") -> dict[str, Any]:
    layer = name.rpartition(".")[0]
    return {"name": name, "layer": layer, "type": kind, "p_linear": False, "x_sampling": 1, "y_sampling": 1}


def exr(path: str = "/p/delivery/sh010.exr", **part: Any) -> dict[str, Any]:
    """The document of a single-part EXR; `part` overrides keys of its part."""
    first = {
        "index": 0,
        "name": None,
        "type": "scanlineimage",
        "view": None,
        "compression": {"id": 3, "name": "zip"},
        "line_order": "increasingY",
        "width": 4096,
        "height": 2160,
        "data_window": {"min": [0, 0], "max": [4095, 2159]},
        "display_window": {"min": [0, 0], "max": [4095, 2159]},
        "tiled": False,
        "tile_width": None,
        "tile_height": None,
        "level_mode": None,
        "levels": 1,
        "chunk_count": 135,
        "pixel_aspect_ratio": 1.0,
        "channels": [channel("A"), channel("B"), channel("G"), channel("R")],
        "attributes": [
            {"name": "owner", "type": "string", "size": 3, "value": "ILM"},
            {"name": "framesPerSecond", "type": "rational", "size": 8, "value": {"n": 24000, "d": 1001}},
            {"name": "blob", "type": "vendorBlob", "size": 3, "value": None, "raw": "AAEC"},
        ],
        **part,
    }
    return {
        "schema_version": 2,
        "lossless": True,
        "file": {"path": path, "name": path.rpartition("/")[2], "size_bytes": 1000, "mtime": "2026-11-20T10:00:00Z"},
        "parts": [first],
        "channels": [],
        "attributes": {"owner": "ILM"},
        "stats": None,
        "validation": {"outcome": None, "findings": []},
        "errors": [],
    }


def sequence(path: str = "/p/delivery/sh010.####.exr", **facts: Any) -> dict[str, Any]:
    """The document of a sequence of EXRs; `facts` overrides keys of its `sequence`."""
    representative = exr(path.replace("####", "1001"))
    return {
        "schema_version": 2,
        "kind": "sequence",
        "file": {"path": path, "name": path.rpartition("/")[2], "size_bytes": 10_000},
        "sequence": {
            "base": "sh010",
            "ext": "exr",
            "pad": 4,
            "first": 1001,
            "last": 1010,
            "frame_count": 10,
            "missing_count": 0,
            "missing": "",
            "ranges": "1001-1010",
            "duplicate_frames": "",
            "zero_byte": "",
            "truncated": "",
            "unreadable": [],
            "size_outliers": [],
            "header_differences": [],
            "varying": [],
            "timecode": None,
            "frozen": None,
            "black": None,
            **facts,
        },
        "representative": representative,
        "parts": copy.deepcopy(representative["parts"]),
        "stats": None,
        "errors": [],
    }


def judged(rules: str, document: dict[str, Any], head: str = "") -> AssetResult:
    return judge(policy(rules, head), DocumentFacts(document))
