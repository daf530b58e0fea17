"""Objects of an S3 store, read by ranges: a header costs one request or two, never the whole object.

Keys, region and endpoint come from the environment as boto3 reads them; `S3_ENDPOINT`, `S3_ACCESS_KEY` and
`S3_SECRET_KEY` come first where they are set. Needs the extra `s3`.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import IO, Any

from app.errors import AppError, MediaError, ServiceError
from app.services.extras import missing_extra

#: Bytes of a block: the first request takes one, reading on takes more and more of them.
BLOCK = 64 << 10
_MOST_AT_ONCE = 8 << 20
_CACHE = 32 << 20
_PIECE = 1 << 20
_TRIES = 3
_CONNECT_S, _READ_S, _ATTEMPTS = 5, 30, 4


@dataclass(frozen=True, slots=True)
class ObjectName:
    """Where an object lies. `version_id` is empty for the current version."""

    bucket: str
    key: str
    version_id: str = ""

    @property
    def uri(self) -> str:
        """`s3://bucket/key`, the key as it is."""
        return f"s3://{self.bucket}/{self.key}"


def object_name(uri: str) -> ObjectName | None:
    """What `s3://bucket/key` or `arn:…:s3:::bucket/key` names; None where it is neither."""
    if uri.startswith("s3://"):
        path = uri[len("s3://") :]
    elif uri.startswith("arn:") and ":s3:::" in uri:
        path = uri.partition(":s3:::")[2]
    else:
        return None
    bucket, _, key = path.partition("/")
    return ObjectName(bucket, key) if bucket and key else None


class StoredObject:
    """One version of an object, open for reading: `size` and `read_at` as of a file.

    Every request after the first asks for the version that the first one saw, so that two versions never mix.

    Attributes:
        name: where it lies.
        size: bytes.
        etag: what the store calls this version.
        mtime_ns: when it was stored.
        requests, bytes_read: what it has cost so far.
    """

    def __init__(self, client: Any, name: ObjectName) -> None:
        self.name = name
        self._client = client
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._next, self._ahead = 0, 1
        self.requests, self.bytes_read = 0, 0
        self.size, self.etag, self.mtime_ns = 0, "", 0
        self._open()

    def _open(self) -> None:
        asked = {"Range": f"bytes=0-{BLOCK - 1}"}
        try:
            answer, data = self._get(asked, BLOCK)
        except _Empty:
            answer, data = self._head(), b""
            if answer.get("ContentLength"):
                raise _changed(self.name) from None
        self.size = _total(answer, data, self.name)
        self.etag = str(answer.get("ETag", ""))
        stored = answer.get("LastModified")
        self.mtime_ns = int(stored.timestamp()) * 1_000_000_000 if stored else 0
        self._keep(0, data)

    def read_at(self, offset: int, count: int) -> bytes:
        """Up to `count` bytes from `offset`; fewer only at the end of the object.

        Raises:
            MediaError: the object is gone, was replaced, or may not be read.
            ServiceError: the store failed.
        """
        end = min(offset + count, self.size)
        if offset >= end:
            return b""
        first, last = offset // BLOCK, (end - 1) // BLOCK
        got = {block: self._blocks[block] for block in range(first, last + 1) if block in self._blocks}
        for start, stop in _runs([block for block in range(first, last + 1) if block not in got]):
            got |= self._fetch(start, stop)
        joined = b"".join(got[block] for block in range(first, last + 1))
        return joined[offset - first * BLOCK : end - first * BLOCK]

    def _fetch(self, start: int, stop: int) -> dict[int, bytes]:
        """Blocks from start up to but not stop, and more behind them where reading goes on."""
        self._ahead = min(self._ahead * 2, _MOST_AT_ONCE // BLOCK) if start == self._next else 1
        stop = min(max(stop, start + self._ahead), -(-self.size // BLOCK))
        end = min(stop * BLOCK, self.size)
        asked = {"Range": f"bytes={start * BLOCK}-{end - 1}"}
        if self.etag:
            asked["IfMatch"] = self.etag
        answer, data = self._get(asked, end - start * BLOCK)
        self._require_same(answer)
        if len(data) != end - start * BLOCK:
            raise _bad_answer(self.name, "it sent fewer bytes than were asked for")
        return self._keep(start, data)

    def _require_same(self, answer: Mapping[str, Any]) -> None:
        """Raise where the answer is about another version: not every store heeds the condition."""
        if self.etag and answer.get("ETag", self.etag) != self.etag:
            raise _changed(self.name)

    def _keep(self, start: int, data: bytes) -> dict[int, bytes]:
        blocks = {start + at // BLOCK: data[at : at + BLOCK] for at in range(0, len(data), BLOCK)}
        self._blocks.update(blocks)
        while len(self._blocks) > _CACHE // BLOCK:
            self._blocks.popitem(last=False)
        self._next = start + len(blocks)
        return blocks

    def _get(self, asked: dict[str, str], most: int) -> tuple[Mapping[str, Any], bytes]:
        """One ranged request, again where its body broke off."""
        for attempt in range(1, _TRIES + 1):
            try:
                with s3_errors(self.name):
                    answer = self._client.get_object(**_where(self.name), **asked)
                    self.requests += 1
                    with closing(answer["Body"]) as body:
                        if answer.get("ContentLength", 0) > most:
                            raise _bad_answer(self.name, "it sends whole objects where a range is asked for")
                        data = body.read()
            except ServiceError as error:
                if error.code != _BROKE_OFF or attempt == _TRIES:
                    raise
            else:
                self.bytes_read += len(data)
                return answer, data
        raise AssertionError

    def _head(self) -> Mapping[str, Any]:
        """What is known of an object without bytes, of which there is no range."""
        with s3_errors(self.name):
            answer: Mapping[str, Any] = self._client.head_object(**_where(self.name))
            self.requests += 1
            return answer

    def download(self, file: IO[bytes], most: int) -> None:
        """Write the whole object to a file.

        Raises:
            MediaError: it is larger than `most` bytes, or as `read_at`.
            ServiceError: the store failed.
            OSError: the file cannot be written.
        """
        if self.size > most:
            raise MediaError(
                f"{self.name.uri} has {self.size} bytes, more than the {most} that are downloaded at most",
                hint="Raise REELMARK_MAX_DOWNLOAD_BYTES, or ask for no statistics of it.",
                code="media.too_large",
            )
        for attempt in range(1, _TRIES + 1):
            file.seek(0)
            file.truncate()
            try:
                self._download(file)
            except ServiceError as error:
                if error.code != _BROKE_OFF or attempt == _TRIES:
                    raise
            else:
                return

    def _download(self, file: IO[bytes]) -> None:
        if not self.size:
            return
        with s3_errors(self.name):
            pinned = {"IfMatch": self.etag} if self.etag else {}
            answer = self._client.get_object(**_where(self.name), **pinned)
            self.requests += 1
            self._require_same(answer)
            done = 0
            with closing(answer["Body"]) as body:
                while data := body.read(_PIECE):
                    done += len(data)
                    self.bytes_read += len(data)
                    file.write(data)
        if done != self.size:
            raise _broke_off(self.name)


class _Empty(Exception):
    """The store has no such range: the object has no bytes."""


def _runs(blocks: list[int]) -> Iterator[tuple[int, int]]:
    """Blocks that follow each other, as first and behind the last."""
    start = previous = None
    for block in blocks:
        if start is None or previous is None or block != previous + 1:
            if start is not None and previous is not None:
                yield start, previous + 1
            start = block
        previous = block
    if start is not None and previous is not None:
        yield start, previous + 1


def _where(name: ObjectName) -> dict[str, str]:
    version = {"VersionId": name.version_id} if name.version_id else {}
    return {"Bucket": name.bucket, "Key": name.key, **version}


def _total(answer: Mapping[str, Any], data: bytes, name: ObjectName) -> int:
    """The size of the object, as the answer to a range tells it."""
    told = str(answer.get("ContentRange") or "")
    if not told:
        return len(data)
    size = told.rpartition("/")[2]
    if not size.isdigit():
        raise _bad_answer(name, f"it calls a range {told}")
    return int(size)


_BROKE_OFF = "adapter.broke_off"
_DENIED = ("AccessDenied", "AllAccessDisabled", "403", "Forbidden")
_BAD_KEYS = (
    "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "TokenRefreshRequired",
    "RequestTimeTooSkewed", "AuthFailure",
)  # fmt: skip


class s3_errors:  # noqa: N801 - it reads as the statement that it is
    """A context that turns what boto3 raises into errors of ours, naming the object."""

    def __init__(self, name: ObjectName) -> None:
        self._name = name

    def __enter__(self) -> None:
        """Nothing happens yet."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, *_: object) -> None:
        """Raise ours instead."""
        if error is None or isinstance(error, AppError | _Empty):
            return
        from botocore import exceptions as boto

        if isinstance(error, boto.ClientError):
            raise _refused(error.response, self._name) from error
        if isinstance(error, boto.IncompleteReadError | boto.ResponseStreamingError | boto.ReadTimeoutError):
            raise _broke_off(self._name) from error
        if isinstance(error, boto.NoCredentialsError | boto.PartialCredentialsError | boto.CredentialRetrievalError):
            raise ServiceError(
                f"{self._name.uri} cannot be read: there are no keys for the store",
                hint="Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine a role.",
                code="auth.missing",
            ) from error
        if isinstance(error, boto.ConnectTimeoutError):
            raise _unavailable(self._name, "it does not answer in time", "adapter.timeout") from error
        if isinstance(error, boto.ParamValidationError):
            raise MediaError(f"{self._name.uri} is no name of an object: {error}", code="media.absent") from error
        if isinstance(error, boto.BotoCoreError):
            raise _unavailable(self._name, str(error), "adapter.unavailable") from error


def _refused(response: Mapping[str, Any], name: ObjectName) -> Exception:
    """The error for what the store answered."""
    told = response.get("Error", {})
    code = str(told.get("Code", ""))
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if status == 416 or code == "InvalidRange":
        return _Empty()
    if code == "NoSuchBucket":
        return ServiceError(f"There is no bucket {name.bucket}", hint="Look at its name and at the endpoint.",
                            code="adapter.rejected")  # fmt: skip
    if status == 412 or code == "PreconditionFailed":
        return _changed(name)
    if code in ("NoSuchKey", "NoSuchVersion") or status == 404:
        return MediaError(f"{name.uri} is not there (any more)", code="media.absent")
    if code in _BAD_KEYS or status == 401:
        hint = "Check the keys, their expiry, and the clock of this machine."
        return ServiceError(f"{name.uri} cannot be read: the store refuses the keys ({code})", hint=hint,
                            code="auth.denied")  # fmt: skip
    if code == "InvalidObjectState":
        return MediaError(f"{name.uri} lies in an archive", hint="Restore it first.", code="media.archived")
    if code in _DENIED or status == 403:
        return MediaError(f"{name.uri} may not be read", code="media.denied",
                          hint=f"Allow s3:GetObject on arn:aws:s3:::{name.bucket}/*.")  # fmt: skip
    return _unavailable(name, f"{code or status} {told.get('Message', '')}".strip(), "adapter.unavailable")


def _unavailable(name: ObjectName, reason: str, code: str) -> ServiceError:
    hint = "Look at the store and the network, then try again."
    return ServiceError(f"{name.uri} cannot be read: {reason}", hint=hint, code=code)


def _changed(name: ObjectName) -> MediaError:
    return MediaError(f"{name.uri} was replaced while it was read", hint="Inspect it again.", code="media.changed")


def _bad_answer(name: ObjectName, reason: str) -> ServiceError:
    return ServiceError(f"The store of {name.uri} answers wrongly: {reason}", code="adapter.bad_response",
                        hint="Look at the store, and at any proxy before it.")  # fmt: skip


def _broke_off(name: ObjectName) -> ServiceError:
    return _unavailable(name, "the connection broke off", _BROKE_OFF)


def s3_client(environ: Mapping[str, str]) -> Any:
    """A client for the store that the environment names, with timeouts and retries.

    Raises:
        MissingPart: boto3 is not installed.
        ServiceError: the endpoint is no address.
    """
    try:
        import boto3.session
        from botocore.config import Config
    except ImportError as error:
        raise missing_extra("An S3 store needs", "boto3", "s3") from error
    endpoint = next((environ[name] for name in _ENDPOINTS if environ.get(name)), None)
    region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or ("us-east-1" if endpoint else None)
    config = Config(
        connect_timeout=_CONNECT_S,
        read_timeout=_READ_S,
        retries={"mode": "standard", "max_attempts": _ATTEMPTS},
        s3={"addressing_style": "path"} if endpoint else {},
    )
    try:
        return boto3.session.Session().client(
            "s3",
            endpoint_url=endpoint,
            region_name=region,
            aws_access_key_id=environ.get("S3_ACCESS_KEY") or None,
            aws_secret_access_key=environ.get("S3_SECRET_KEY") or None,
            config=config,
        )
    except ValueError as error:
        raise ServiceError(f"{endpoint} is no address of a store", hint="Write https://host[:port].",
                           code="adapter.rejected") from error  # fmt: skip


_ENDPOINTS = ("S3_ENDPOINT", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
