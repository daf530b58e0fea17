"""The working directory, what lies in it, and where writing is safe.

A working directory that somebody named (option or environment) is used or refused; only the platform's defaults give
way to one another. Finding it makes nothing: folders appear with `Home.prepare`.
"""

import errno
import os
import secrets
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.errors import BadSettings, InputError
from app.model.names import shown

HOME_VARIABLES = ("REELMARK_HOME", "VIDEOCATALOG_HOME")

_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}


@dataclass(frozen=True, slots=True)
class Home:
    """The working directory.

    Attributes:
        root: its absolute path; it need not exist yet.
        source: who chose it (`option --home`, `environment REELMARK_HOME`, `default`).
        writable: whether things may be written in it; reading commands work without.
        notices: sentences the user should see, such as a default that gave way to the next.
    """

    root: Path
    source: str = "default"
    writable: bool = True
    notices: tuple[str, ...] = ()

    @property
    def catalog(self) -> Path:
        """The file of all drives and jobs."""
        return self.root / "catalog.db"

    @property
    def catalog_lock(self) -> Path:
        """Held while a drive is found or added, and while the catalogue is made again."""
        return self.root / "catalog.lock"

    @property
    def shards(self) -> Path:
        """The folder with one database a drive."""
        return self.root / "shards"

    @property
    def exports(self) -> Path:
        """Where exports go unless told otherwise."""
        return self.root / "exports"

    @property
    def backups(self) -> Path:
        """Copies made before a database is changed in place."""
        return self.root / "backups"

    @property
    def logs(self) -> Path:
        """The folder of the log files, unless the settings name another."""
        return self.root / "logs"

    @property
    def bin(self) -> Path:
        """External programs kept for this product."""
        return self.root / "bin"

    @property
    def models(self) -> Path:
        """Models that the user supplied."""
        return self.root / "models"

    @property
    def tmp(self) -> Path:
        """Scratch files that may be deleted whenever nothing runs."""
        return self.root / "tmp"

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.root / "settings.json"

    @property
    def dotenv(self) -> Path:
        """Environment variables for this working directory."""
        return self.root / ".env"

    def require_writable(self) -> None:
        """Refuse a working directory in which nothing can be written.

        Raises:
            BadSettings: it is read-only.
        """
        if not self.writable:
            raise BadSettings(
                f"The working directory {self.root} cannot be written.",
                hint="Choose another with --home or REELMARK_HOME, or make this one writable.",
                code="home.read_only",
            )

    def prepare(self) -> None:
        """Make the folders that every writing command needs.

        Raises:
            BadSettings: the working directory is read-only, or a folder cannot be made.
        """
        self.require_writable()
        for folder in (self.root, self.shards, self.exports, self.backups, self.logs, self.tmp):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise BadSettings(
                    f"The folder {folder} cannot be made: {error.strerror}.",
                    hint="Choose another working directory with --home or REELMARK_HOME.",
                    code="home.unusable",
                ) from error


def find_home(option: str | Path | None, environ: Mapping[str, str]) -> Home:
    """The working directory of this call: option, then environment, then the platform's defaults.

    Args:
        option: what `--home` named, or None.
        environ: the environment, usually `os.environ`; an empty variable counts as absent.

    Raises:
        BadSettings: a named directory cannot be used, or no default can.
    """
    if option is not None:
        return _named_home(str(option), "option --home")
    for variable in HOME_VARIABLES:
        if environ.get(variable):
            return _named_home(environ[variable], f"environment {variable}")
    return _default_home(default_homes(environ))


def default_homes(environ: Mapping[str, str], platform: str = sys.platform) -> list[Path]:
    """The platform's working directories, best first."""
    if platform == "win32":
        folders = [environ.get(variable, "") for variable in ("ProgramData", "LOCALAPPDATA")]
        return [Path(folder) / "Reelmark" for folder in folders if folder]
    user = Path(environ.get("HOME") or os.path.expanduser("~"))  # noqa: PTH111 - Path.home() raises without a home
    if platform == "darwin":
        return [user / "Library" / "Application Support" / "Reelmark"]
    data = environ.get("XDG_DATA_HOME", "")
    shared = [Path(data) / "reelmark"] if Path(data).is_absolute() else []
    places = [*shared, user / ".local" / "share" / "reelmark", Path("/var/lib/reelmark")]
    return [place for place in places if place.is_absolute()]


def _named_home(text: str, source: str) -> Home:
    """A working directory that somebody named: usable, or an error that says why not."""
    root = _absolute(text, source)
    state = _state(root)
    if state not in ("writable", "read-only"):
        raise BadSettings(
            f"The working directory {root} ({source}) cannot be used: {state}.",
            hint="Name a folder that can be read, or one that can be made.",
            code="home.unusable",
        )
    return Home(root, source, writable=state == "writable")


def _absolute(text: str, source: str) -> Path:
    """The absolute form of a named directory, `~` expanded, links kept."""
    if not text.strip() or "\0" in text:
        raise BadSettings(f"The working directory ({source}) is empty or no path.", code="home.unusable")
    try:
        path = Path(text).expanduser()
    except RuntimeError as error:
        raise BadSettings(f"The working directory {text} ({source}) cannot be resolved: {error}.") from error
    return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow the user's links


def _default_home(places: list[Path]) -> Home:
    """The first default that can be written; else one that can at least be read."""
    notices: list[str] = []
    readable: list[Path] = []
    for place in places:
        state = _state(place)
        if state == "writable":
            return Home(place, notices=tuple(notices))
        if state == "read-only":
            readable.append(place)
            state = "it cannot be written"
        notices.append(f"The default working directory {place} gave way to the next: {state}.")
    if readable:
        notice = f"No default working directory can be written; {readable[0]} is read only."
        return Home(readable[0], writable=False, notices=(notice,))
    raise BadSettings(
        "No working directory can be used: " + "; ".join(str(place) for place in places),
        hint="Name one with --home or REELMARK_HOME.",
        code="home.unusable",
    )


def _state(root: Path) -> str:
    """`writable`, `read-only`, or why the folder can be neither used nor made."""
    try:
        if root.is_dir():
            if not os.access(root, os.R_OK | os.X_OK):
                return "it cannot be read"
            return "writable" if may_write(root) else "read-only"
        if os.path.lexists(root):
            return "it is not a folder"
        parent = next(folder for folder in root.parents if os.path.lexists(folder))
        if not parent.is_dir():
            return f"{parent} is not a folder"
    except OSError as error:
        return error.strerror or str(error)
    return "writable" if may_write(parent) else f"it does not exist and {parent} cannot be written"


def may_write(folder: Path) -> bool:
    """Whether entries can be made in an existing folder. On Windows only a try tells."""
    if sys.platform == "win32":
        try:
            with tempfile.TemporaryFile(dir=folder):
                return True
        except OSError:
            return False
    return os.access(folder, os.W_OK | os.X_OK)


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a file whole, so that a power cut leaves the old content or the new.

    A link is followed and kept; the mode of an existing file is kept.

    Raises:
        OSError: it could not be written; the old file is untouched.
    """
    target = path.resolve() if path.is_symlink() else path
    temporary = target.with_name(f".{target.name[:40]}.{secrets.token_hex(6)}.reelmark.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(temporary, flags, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            temporary.chmod(target.stat().st_mode & 0o7777)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Make a rename in the folder durable. Windows has no such call, some network shares refuse it."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def cannot_write(path: Path, error: OSError) -> InputError:
    """The error to raise for a write that the system refused, naming the file and what to do."""
    if error.errno in _FULL:
        return InputError(
            f"There is no space left to write {shown(str(path))}",
            code="disk.full",
            hint="Free some space on that drive and try again.",
        )
    if error.errno in _REFUSED:
        return InputError(
            f"{shown(str(path))} may not be written",
            code="disk.read_only",
            hint="The folder is read-only for you. Ask for write access to it, or choose another.",
        )
    return InputError(f"{shown(str(path))} cannot be written: {error.strerror or error}", code="disk.unwritable")


@dataclass(frozen=True, slots=True)
class Mount:
    """One mounted file system.

    Attributes:
        point: where it is mounted.
        type: `ext4`, `nfs4`, ...
        device: what is mounted (`/dev/sda1`, `nas:/media`).
        root: the folder of the file system that is seen there (`/`, or less for a bind mount); empty where unknown.
    """

    point: str
    type: str
    device: str
    root: str = ""

    @property
    def is_network(self) -> bool:
        """Whether another machine serves it."""
        return self.type.lower() in _NETWORK_TYPES


#: File systems that live on this machine. What is not listed may be a share: SQLite's WAL needs shared memory that
#: every writer sees, which a network or user-space file system does not promise.
_LOCAL_TYPES = frozenset(
    [
        *("apfs", "bcachefs", "btrfs", "erofs", "exfat", "ext2", "ext3", "ext4", "f2fs", "fat", "fat32", "fuseblk"),
        *("hfs", "hfsplus", "iso9660", "jfs", "msdos", "nilfs2", "ntfs", "ntfs3", "overlay", "ramfs", "refs"),
        *("reiserfs", "rootfs", "squashfs", "tmpfs", "ubifs", "udf", "ufs", "vfat", "xfs", "zfs"),
    ]
)


_NETWORK_TYPES = frozenset(
    [
        *("9p", "afpfs", "beegfs", "ceph", "cifs", "davfs", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs"),
        *("glusterfs", "lustre", "nfs", "nfs4", "smb3", "smbfs", "webdav"),
    ]
)


def is_local_disk(path: Path) -> bool:
    """Whether the path lies on a disk of this machine. False where that cannot be learnt."""
    return filesystem_type(path) in _LOCAL_TYPES


def filesystem_type(path: Path) -> str:
    """The type of the file system that holds (or would hold) the path, in lower case; empty where unknown."""
    if sys.platform == "win32":
        return _windows_filesystem_type(path)
    mount = mount_of(path)
    return mount.type.lower() if mount else ""


def mount_of(path: Path) -> Mount | None:
    """The mount the path lies on (POSIX); None where the mounts cannot be listed."""
    return mount_holding(os.path.realpath(path), list(mounts()))


def mount_holding(path: str, table: Iterable[Mount]) -> Mount | None:
    """The mount of a table that an absolute path without links lies on; the path itself is not touched."""
    best: Mount | None = None
    for mount in table:
        inside = path == mount.point or path.startswith(mount.point.rstrip("/") + "/")
        if inside and (best is None or len(mount.point) >= len(best.point)):
            best = mount
    return best


def may_hang(paths: Iterable[str]) -> set[str]:
    """Those of the absolute paths that may lie on a share, which may never answer; none of them is touched."""
    if sys.platform == "win32":
        return {path for path in paths if _windows_filesystem_type(Path(path)) == "network"}
    table = list(mounts())
    holding = {path: mount_holding(path, table) for path in paths}
    return {path for path, mount in holding.items() if mount is not None and mount.type.lower() not in _LOCAL_TYPES}


def mounts() -> Iterator[Mount]:
    """Every mount of this process, in the order of mounting; a later one hides an earlier one on the same point."""
    if sys.platform == "darwin":
        yield from _macos_mounts()
        return
    try:
        lines = Path("/proc/self/mountinfo").read_bytes().splitlines()
    except OSError:
        return
    for line in lines:
        before, _, after = line.partition(b" - ")
        fields, rest = before.split(b" "), after.split(b" ")
        if len(fields) > 4 and len(rest) > 1:
            yield Mount(_unescaped(fields[4]), os.fsdecode(rest[0]), _unescaped(rest[1]), _unescaped(fields[3]))


def _unescaped(field: bytes) -> str:
    r"""A field of mountinfo, where space, tab, newline and backslash are written as octal (`\040`)."""
    for escape, byte in ((rb"\040", b" "), (rb"\011", b"\t"), (rb"\012", b"\n"), (rb"\134", b"\\")):
        field = field.replace(escape, byte)
    return os.fsdecode(field)


def _macos_mounts() -> Iterator[Mount]:
    """The lines of `/sbin/mount`: `//user@nas/media on /Volumes/media (smbfs, nodev, ...)`."""
    import subprocess

    try:
        listing = subprocess.run(["/sbin/mount"], capture_output=True, timeout=5, check=False, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return
    for line in os.fsdecode(listing.stdout).splitlines():
        device, _, rest = line.partition(" on ")
        point, _, options = rest.rpartition(" (")
        if point:
            yield Mount(point, options.rstrip(")").split(",")[0].strip(), device)


def _windows_filesystem_type(path: Path) -> str:
    """The volume's file system by name (`ntfs`), `network` for a share or remote drive, empty where unknown."""
    if sys.platform == "win32":
        import ctypes

        remote, unknown = 4, 0
        root = os.path.splitdrive(os.path.abspath(path))[0] + "\\"  # noqa: PTH100, PTH122 - a UNC root is a drive here
        kind = ctypes.windll.kernel32.GetDriveTypeW(root)
        if kind == remote or root.startswith("\\\\"):
            return "network"
        name = ctypes.create_unicode_buffer(64)
        if kind != unknown and ctypes.windll.kernel32.GetVolumeInformationW(
            root, None, 0, None, None, None, name, len(name)
        ):
            return name.value.lower()
    return ""
