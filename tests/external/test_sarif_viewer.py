"""A viewer renders our SARIF in a real browser; `VIEWER` names the folder of its packages (see `render`)."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.external, pytest.mark.timeout(300)]

HERE = Path(__file__).parent
FIXTURES = HERE.parent.parent / "fixtures"


def test_a_viewer_shows_rules_places_and_messages(tmp_path: Path) -> None:
    log = tmp_path / "out.sarif"
    command = [
        "check",
        str(FIXTURES / "rust" / "connection_holds.rs"),
        "--output-format",
        "sarif",
        "--output-file",
        str(log),
        "-q",
    ]
    done = subprocess.run([sys.executable, "-m", "sleeplint", *command], cwd=FIXTURES, check=False)
    assert done.returncode == 1
    subprocess.run([HERE / "render", log, tmp_path], check=True)
    shown = (tmp_path / "page.dom").read_text()
    assert "SLP102" in shown
    assert "ConnectionHold" in shown
    assert "keeps a connection alive" in shown
    assert "connection_holds.rs" in shown
    assert "server_sends_half_a_response" in shown
    assert (tmp_path / "page.png").stat().st_size > 20_000
