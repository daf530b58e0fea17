"""Whether the records of a drive changed since they were read, told without reading them."""

from app.engine import Engine


def shard_stamp(engine: Engine, drive_id: str) -> tuple[object, ...]:
    """Size and time of a shard's file and of its log: they change with every commit.

    A log without a commit says nothing: readers make it and take it away.
    """
    path = engine.catalog.shard_path(drive_id)
    found: list[object] = [drive_id]
    for file in (path, path.with_name(f"{path.name}-wal")):
        try:
            status = file.stat()
        except OSError:
            continue
        if status.st_size:
            found.append((file.name, status.st_size, status.st_mtime_ns))
    return tuple(found)
