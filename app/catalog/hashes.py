"""How a shard stores a content hash."""


def stored_hash(algorithm: str, digest: bytes) -> bytes:
    """The 32 bytes of BLAKE3 as they are; of any other algorithm with its name before them."""
    return digest if algorithm == "blake3" else algorithm.encode() + b":" + digest


def shown_hash(stored: bytes | None) -> str | None:
    """A stored content hash as sidecars and JSON write it (`blake3:...`)."""
    if stored is None:
        return None
    if len(stored) <= 32:
        return f"blake3:{stored.hex()}"
    algorithm, _, digest = stored.partition(b":")
    return f"{algorithm.decode()}:{digest.hex()}"
