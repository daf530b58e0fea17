"""What was learnt of files, told from one process to another."""

import json

from app.catalog.factbundles import Bundle, unbundled
from app.catalog.factparts import Inspected, take_apart
from app.jobs.framing import Message
from app.model.structure import Structure


def a_file(name: str, owner: str, stats: object = None) -> Inspected:
    entries = [
        {"name": "owner", "type": "string", "size": len(owner), "value": owner},
        {"name": "comments", "type": "string", "size": 1200, "value": f"{owner} " * 200},
    ]
    document = {
        "kind": "image",
        "file": {"name": name, "format": "openexr", "header_hash": f"blake3:{name}"},
        "parts": [{"index": 0, "attributes": entries}],
        "attributes": {"owner": owner},
        "stats": stats,
        "errors": [{"code": "chunks.cut_off", "message": name}],
    }
    return Inspected(take_apart(document), Structure(1, owner.encode() * 4), "cut off")


def sent(bundle: Bundle) -> Message:
    header, payload = bundle.packed()
    return json.loads(json.dumps(header)), payload


def test_it_arrives_as_it_was_sent_with_the_problems_in_between() -> None:
    files = [a_file("a.exr", "Łódź"), a_file("b.exr", "ILM", {"parts": [{"index": 0, "channels": []}]})]
    bundle = Bundle()
    bundle.add(files[0])
    bundle.add_problem({"message": "no", "hint": "", "code": "media.damaged", "context": {}})
    bundle.add(files[1])
    bundle.add(Inspected(take_apart({"kind": "other", "file": {}}), None, ""))
    first, problem, second, other = unbundled(sent(bundle))
    assert [first, second] == files
    assert problem == {"message": "no", "hint": "", "code": "media.damaged", "context": {}}
    assert isinstance(other, Inspected)
    assert other.structure is None


def test_what_frames_have_in_common_is_sent_once() -> None:
    alone, together = Bundle(), Bundle()
    alone.add(a_file("a.exr", "ILM"))
    for number in range(50):
        together.add(a_file(f"{number}.exr", "ILM"))
    assert len(sent(together)[1]) == len(sent(alone)[1])
    assert sum(1 for _ in unbundled(sent(together))) == 50


def test_an_empty_bundle_holds_nothing() -> None:
    assert list(unbundled(sent(Bundle()))) == []
