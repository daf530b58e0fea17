"""Which drives are connected, as the Search tab learns it."""

import os
import subprocess
import sys
from pathlib import Path

from tests.mounting import dead_share_script, needs_dead_share
from tests.unprivileged import REPOSITORY


@needs_dead_share
def test_in_the_window_a_dead_drive_leaves_the_others_connected(tmp_path: Path) -> None:
    dead, alive = tmp_path / "dead", tmp_path / "alive"
    dead.mkdir()
    alive.mkdir()
    script = tmp_path / "look.py"
    script.write_text(
        "import sys\nfrom PySide6.QtCore import QCoreApplication\nfrom app.model.drives import Drive, Passport\n"
        "from pathlib import Path\nfrom app.catalog.catalog import Catalog\n"
        "from ui.tabs.search_errands import Errands\napp = QCoreApplication([])\n"
        "errands = Errands(Catalog(Path('no.db'), Path('none')).looked_at)\n"
        "errands.looked.connect(lambda seen: (print([(name, seen[name].online) for name in sorted(seen)]),"
        " app.quit()))\n"
        "errands.watch([Drive(path[-5:], path, path, Passport()) for path in sys.argv[1:]])\n"
        "app.exec()\nerrands.stop()\n"
    )
    process = subprocess.run(
        [*dead_share_script(dead), f"exec '{sys.executable}' '{script}' '{dead}' '{alive}'"],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert process.stdout.split() == b"[('/dead', False), ('alive', True)]".split(), process.stderr
