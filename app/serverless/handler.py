"""`handler(ctx, event)`: what a serverless platform calls for each event.

It inspects the files of the event, judges them where a policy is asked for, keeps the facts in the sink that is
configured, and answers with documents. It never raises: what goes wrong stands in `errors`. docs/serverless.md.
"""

import json
import logging
import os
import threading
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from app.errors import AppError
from app.inspection.factwriter import FactWriter
from app.model.documents import json_text
from app.model.measuring import DEFAULTS
from app.model.times import now_us
from app.serverless.events import Target, asked_by
from app.serverless.forms import Document, empty, failed, problem_of, told
from app.serverless.inspecting import Inspection
from app.serverless.toggles import Toggles, toggles_of
from app.services.protocols import Sink
from app.services.s3 import s3_client
from app.services.sinks import open_sink

if TYPE_CHECKING:
    from app.qc.policy import Policy

_STORE_VARIABLES = ("S3_ENDPOINT", "S3_ACCESS_KEY", "S3_SECRET_KEY", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL",
                    "AWS_REGION", "AWS_DEFAULT_REGION")  # fmt: skip
_SINK_VARIABLES = ("VAST_DB_ENDPOINT", "VAST_DB_ACCESS_KEY", "VAST_DB_SECRET_KEY", "VAST_DB_BUCKET", "VAST_DB_SCHEMA")
_INTERNAL = {
    "code": "internal.unexpected",
    "message": "The function failed in a way that it does not know. Its log has the details.",
    "hint": "",
}
_keeping = threading.Lock()


def init(ctx: Any) -> None:
    """Called once by platforms that know it: says what is configured. Nothing is opened yet."""
    environ = _environ(ctx)
    _log(ctx).info("Facts go to %s", sink_text(environ) or "no store: only the answer has them")


def handler(ctx: Any, event: Any) -> Document:
    """Inspect the files of an event.

    Args:
        ctx: the platform's; its `logger` and `secrets` are used where it has them.
        event: of any shape that docs/serverless.md lists.

    Returns:
        The document of the file; `files[…]` of documents where the event is about several.
    """
    log = _log(ctx)
    try:
        return _plain(_answer(_environ(ctx), event, log))
    except Exception:  # the last line of defence: a platform repeats an event whose function raises, for ever
        log.exception("The event could not be handled")
        return empty({}, [_INTERNAL])


def lambda_handler(event: Any, context: Any) -> Document:
    """The same for platforms that hand over the event first."""
    return handler(context, event)


def _answer(environ: Mapping[str, str], event: Any, log: Any) -> Document:
    asked = asked_by(event)
    toggles, wrong = toggles_of(asked.places, environ)
    problems = [*asked.problems, *wrong]
    for problem in problems:
        log.warning("%s: %s", problem["code"], problem["message"])
    for skipped in asked.skipped:
        log.info("Passed over %s: %s", skipped["path"], skipped["reason"])
    run = _Run(toggles, environ, log)
    found = [run.document(target) for target in asked.targets]
    persistence, failures = run.keep(found)
    documents = [told(document, toggles) for document, _ in found]
    problems += failures
    answer: Document
    if asked.batch and (documents or not asked.skipped):
        answer = {"schema_version": toggles.schema_version, "files": documents, "errors": problems}
    else:
        answer = documents[0] if documents else told(empty({}, []), toggles)
        answer = answer | {"errors": [*answer["errors"], *problems]}
    return answer | {"persistence": persistence} | ({"skipped": asked.skipped} if asked.skipped else {})


class _Run:
    """One call: how its files are inspected, judged and kept."""

    def __init__(self, toggles: Toggles, environ: Mapping[str, str], log: Any) -> None:
        self._toggles = toggles
        self._environ = environ
        self._log = log
        client = tuple((name, environ.get(name, "")) for name in _STORE_VARIABLES)
        self._policy, self._problem = _policy_of(toggles)
        measuring = self._policy.measure_sets(DEFAULTS) if self._policy else (DEFAULTS,)
        self._inspection = Inspection(toggles, lambda: _client(client), environ, measuring)

    def document(self, target: Target) -> tuple[Document, int]:
        """The document of a file, and when it was begun, in microseconds since 1970."""
        moment = now_us()
        try:
            document = self._inspection.document(target)
        except AppError as error:
            named = target.uri in error.message
            self._log.error("%s", error.message if named else f"{target.uri}: {error.message}")
            return failed(target.uri, error), moment
        if self._toggles.enable_validate:
            self._validate(document)
        self._log.info(
            "Inspected %s: %d parts, %d channels, %d errors", target.uri, len(document.get("parts") or ()),
            len(document.get("channels") or ()), len(document["errors"]),
        )  # fmt: skip
        return document, moment

    def _validate(self, document: Document) -> None:
        if not self._toggles.policy_path:
            document["errors"].append(
                {"code": "policy.missing", "message": "enable_validate needs a policy",
                 "hint": "Set policy_path to a file, or to the name of a shipped policy."}
            )  # fmt: skip
            return
        if self._problem is not None:
            document["errors"].append(problem_of(self._problem))
        if self._policy is not None:
            from app.qc.validating import validate_document

            document["validation"] = validate_document(self._policy, document)

    def keep(self, found: list[tuple[Document, int]]) -> tuple[Document, list[Document]]:
        """Keep the facts of all files; what became of it, and the errors."""
        text = sink_text(self._environ)
        if not text:
            return {"status": "skipped", "reason": "no sink is configured"}, []
        if not self._toggles.enable_meta:
            return {"status": "skipped", "reason": "enable_meta is off: what is known of the files stays"}, []
        if all(document.get("kind") is None for document, _ in found):
            return {"status": "skipped", "reason": "there is nothing to keep"}, []
        try:
            with _keeping, _Opened(text, self._environ) as sink:
                writer = FactWriter(sink)
                for document, moment in found:
                    writer.add(document, inspected_us=moment)
                stored = writer.flush()
        except AppError as error:
            self._log.error("Nothing was kept in %s: %s", text, error.message)
            return {"status": "failed", "sink": text}, [problem_of(error)]
        rows = {table: number for table, number in stored.rows.items() if number}
        self._log.info("Wrote %s to %s", ", ".join(f"{rows[table]} {table}" for table in rows) or "nothing", text)
        status = "stored" if rows else "known"
        return {"status": status, "sink": text, "rows": rows, "known_from_later": stored.kept}, []


def _policy_of(toggles: Toggles) -> tuple["Policy | None", AppError | None]:
    """The policy that judges, where one is asked for and named; or why it cannot be used."""
    if not (toggles.enable_validate and toggles.policy_path):
        return None, None
    from app.qc.policies import load_policy

    try:
        return load_policy(toggles.policy_path), None
    except AppError as error:
        return None, error


class _Opened:
    """The sink, kept open from call to call: a platform calls the same process again. A failed one is dropped."""

    _kept: tuple[tuple[str, ...], Sink] | None = None

    def __init__(self, text: str, environ: Mapping[str, str]) -> None:
        self._text, self._environ = text, environ
        self._key = (text, *(environ.get(name, "") for name in _SINK_VARIABLES))

    def __enter__(self) -> Sink:
        kept = _Opened._kept
        if kept is None or kept[0] != self._key:
            kept = _Opened._kept = (self._key, open_sink(self._text, self._environ))
        return kept[1]

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None and _Opened._kept is not None:
            _Opened._kept[1].close()
            _Opened._kept = None


def sink_text(environ: Mapping[str, str]) -> str:
    """Where facts go: `REELMARK_SINK`, else `vast` where its endpoint is set; empty for nowhere."""
    return environ.get("REELMARK_SINK", "").strip() or ("vast" if environ.get("VAST_DB_ENDPOINT") else "")


@lru_cache(maxsize=4)
def _client(variables: tuple[tuple[str, str], ...]) -> Any:
    return s3_client(dict(variables))


def _environ(ctx: Any) -> dict[str, str]:
    """The environment, and the secrets of the platform beneath it."""
    secrets = getattr(ctx, "secrets", None)
    told_secrets = secrets if isinstance(secrets, Mapping) else {}
    flat: dict[str, str] = {}
    for name, value in told_secrets.items():
        inner = value if isinstance(value, Mapping) else {name: value}
        flat |= {str(key): each for key, each in inner.items() if isinstance(each, str)}
    return flat | dict(os.environ)


def _log(ctx: Any) -> Any:
    return getattr(ctx, "logger", None) or logging.getLogger(__name__)


def _plain(answer: Document) -> Document:
    """The answer as JSON has it: no numbers that are none, no half characters."""
    plain: Document = json.loads(json_text(answer, indent=None))
    return plain
