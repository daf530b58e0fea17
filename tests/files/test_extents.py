import subprocess
import sys
from pathlib import Path

import pytest

from app.files.extents import first_place, serve
from tests.mounting import needs_images
from tests.unprivileged import REPOSITORY

SCRIPT = """
cd "$1"; truncate -s 32M a.img; mkfs.ext4 -qF a.img; mkdir m; mount -o loop a.img m
for name in c a b; do head -c 400000 /dev/urandom > m/$name; sync; done; : > m/empty
"$PYTHON" - "$PWD/m" <<'END'
import sys
from app.files.extents import first_place, serve
names = ["a", "b", "c", "empty", "gone"]
paths = [f"{sys.argv[1]}/{name}" for name in names]
told = []
serve({"paths": paths}, lambda header, payload=b"": told.append(header))
order = [names[number] for number in told[0]["order"]]
places = [first_place(path) for path in paths[:3]]
print(sorted(order[:3], key=lambda name: places[names.index(name)]) == order[:3], None not in places, *order[3:])
END
"""


@needs_images
def test_files_come_in_the_order_in_which_they_lie_on_the_disk(tmp_path: Path) -> None:
    environ = {"PYTHON": sys.executable, "PYTHONPATH": str(REPOSITORY), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    done = subprocess.run(
        ["unshare", "-m", "sh", "-ec", SCRIPT, "sh", str(tmp_path)],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["True", "True", "empty", "gone"], done.stderr


@pytest.mark.parametrize("name", ["nowhere", "folder", "link"])
def test_what_has_no_place_keeps_its_own(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder")
    assert first_place(str(tmp_path / name)) is None or name == "folder"
    told: list[dict[str, list[int]]] = []
    serve(
        {"paths": [str(tmp_path / "nowhere"), str(tmp_path / "gone")]}, lambda header, _payload=b"": told.append(header)
    )
    assert told == [{"order": [0, 1]}]
