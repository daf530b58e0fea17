"""A drive that is not mounted is not there, though the folder it is mounted on is."""

import subprocess
import sys
from pathlib import Path

from tests.mounting import needs_mounts
from tests.unprivileged import REPOSITORY

SCRIPT = """
mount -t tmpfs none "$1/card"
echo x > "$1/card/a.txt"
"$2" -m app --home "$1/home" scan "$1/card" --drive Card --inventory-only > /dev/null
"$2" -m app --home "$1/home" drives list --json | grep '"online"'
umount "$1/card"
"$2" -m app --home "$1/home" drives list --json | grep '"online"'
mount -t tmpfs none "$1/card"
"$2" -m app --home "$1/home" drives list --json | grep '"online"'
"""


@needs_mounts
def test_a_card_that_is_not_mounted_is_not_online(tmp_path: Path) -> None:
    (tmp_path / "card").mkdir()
    command = ["unshare", "-m", "sh", "-ec", SCRIPT, "sh", str(tmp_path), sys.executable]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert [line.strip(' ",') for line in done.stdout.splitlines()] == [
        'online": true',
        'online": false',
        'online": true',
    ], done.stderr
