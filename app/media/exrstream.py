"""The bytes of an OpenEXR header as they come: names, types, sizes, values. Bounded, whatever the sizes say."""

from typing import NamedTuple, Protocol

from app.errors import MediaError

#: A header longer than this is refused.
HEADER_LIMIT = 64 << 20
#: A header with more attributes than this is refused.
ATTRIBUTE_LIMIT = 131072
_NAME_LIMIT = 255
_BLOCK = 8192
_REMEMBERED = 1 << 16


class Bytes(Protocol):
    """What a header is read from."""

    @property
    def size(self) -> int:
        """Bytes in all."""

    def read_at(self, offset: int, count: int) -> bytes:
        """Up to `count` bytes from `offset`; fewer at the end."""


class Attribute(NamedTuple):
    """One attribute as it lies in the file."""

    name: bytes
    type: bytes
    raw: bytes


def bytes_of(attribute: Attribute) -> bytes:
    """An attribute as it lies in a header."""
    name, kind, raw = attribute
    return b"%b\0%b\0%b%b" % (name, kind, len(raw).to_bytes(4, "little"), raw)


def damaged(reason: str) -> MediaError:
    """The error about a header that makes no sense."""
    return MediaError(f"the OpenEXR header is damaged: {reason}", code="media.damaged")


def ended() -> MediaError:
    """The error about a header that has no end."""
    return MediaError("the file ends inside the OpenEXR header", code="media.truncated")


_Seen = tuple[bytes, Attribute]
#: The attributes of the header that was read last, each with its bytes in the file.
_before: list[_Seen] = []
_NONE: _Seen = (b"", Attribute(b"", b"", b""))


class HeaderReader:
    """Sequential reading through a small buffer; a long attribute goes past it.

    Its methods raise MediaError where the header is damaged or ends.
    """

    def __init__(self, source: Bytes) -> None:
        self._source = source
        self._buffer = source.read_at(0, _BLOCK)
        self._start = 0
        self._at = 0
        self._before = _before
        self._seen: list[_Seen] = []

    def remember(self) -> None:
        """Keep the attributes of this header for the next one, unless they take much memory."""
        global _before  # noqa: PLW0603
        _before = self._seen if self.position <= _REMEMBERED else []

    @property
    def position(self) -> int:
        """Bytes from the start of the file to what is read next."""
        return self._start + self._at

    @property
    def block(self) -> bytes:
        """What was read so far, where the buffer has all of it; else empty."""
        return b"" if self._start else self._buffer[: self._at]

    def _read(self, at: int, count: int, least: int) -> bytes:
        """Up to `count` bytes from `at`, and not less than `least`."""
        if at + least > HEADER_LIMIT:
            raise damaged(f"it is longer than {HEADER_LIMIT >> 20} MiB")
        read = self._source.read_at(at, count) if at + least <= self._source.size else b""
        if len(read) < least:
            raise ended()
        return read

    def _fill(self, count: int) -> None:
        """See to it that `count` bytes from here on are in the buffer."""
        buffer = self._read(self.position, _BLOCK, count)
        self._start, self._at, self._buffer = self.position, 0, buffer

    def _take_much(self, count: int) -> bytes:
        """The next bytes past the buffer, so that a long attribute is not held twice."""
        taken = self._read(self.position, count, count)
        self._start, self._at, self._buffer = self.position + count, 0, b""
        return taken

    def take(self, count: int) -> bytes:
        """The next `count` bytes."""
        if self._at + count > len(self._buffer):
            if count > _BLOCK:
                return self._take_much(count)
            self._fill(count)
        taken = self._buffer[self._at : self._at + count]
        self._at += count
        return taken

    def name(self) -> bytes:
        """Bytes up to the next NUL, which is skipped."""
        end = self._buffer.find(b"\0", self._at, self._at + _NAME_LIMIT + 1)
        if end < 0:
            self._fill(min(_NAME_LIMIT + 1, max(1, self._source.size - self.position)))
            end = self._buffer.find(b"\0", 0, _NAME_LIMIT + 1)
            if end < 0:
                raise ended() if len(self._buffer) <= _NAME_LIMIT else damaged("a name is longer than 255 bytes")
        taken = self._buffer[self._at : end]
        self._at = end + 1
        return taken

    def attributes(self, room: int) -> list[Attribute]:
        """The attributes of one part, at most `room` of them, up to the empty name that ends it."""
        found: list[Attribute] = []
        while True:
            if self._run(found):
                return found
            if len(found) > room:
                raise damaged(f"it has more than {ATTRIBUTE_LIMIT:,} attributes")
            attribute = self._attribute()
            if attribute is None:
                return found
            found.append(attribute)

    def _run(self, found: list[Attribute]) -> bool:
        """Take attributes as long as they lie in the buffer; True where the part has ended.

        What is the same as in the header before, as most of a frame is, is recognised as a whole.
        """
        buffer, at, whole, before, seen = self._buffer, self._at, len(self._buffer), self._before, self._seen
        while True:
            piece, attribute = before[len(seen)] if len(seen) < len(before) else _NONE
            if piece and buffer.startswith(piece, at):
                end = at + len(piece)
            else:
                name_end = buffer.find(b"\0", at, at + _NAME_LIMIT + 1)
                if name_end == at:
                    self._at = at + 1
                    return True
                type_end = buffer.find(b"\0", name_end + 1, name_end + _NAME_LIMIT + 2)
                start = type_end + 5
                end = start + int.from_bytes(buffer[start - 4 : start], "little")
                if name_end < 0 or type_end < 0 or start > whole or end > whole:
                    self._at = at
                    return False
                attribute = Attribute(buffer[at:name_end], buffer[name_end + 1 : type_end], buffer[start:end])
                piece = buffer[at:end]
            seen.append((piece, attribute))
            found.append(attribute)
            at = end

    def _attribute(self) -> Attribute | None:
        """The next attribute, which may lie beyond the buffer; None where the part ends."""
        name = self.name()
        if not name:
            return None
        kind = self.name()
        size = int.from_bytes(self.take(4), "little", signed=True)
        if size < 0:
            raise damaged(f"the attribute {name.decode('utf-8', 'replace')!r} has the size {size}")
        return Attribute(name, kind, self.take(size))
