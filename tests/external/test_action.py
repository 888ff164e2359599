"""The action's own steps, run as written by a local stand-in for the runner."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = [pytest.mark.external, pytest.mark.timeout(300)]

ROOT = Path(__file__).parent.parent.parent
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
SLEEPS = "import time\n\n\ndef test_sleeps():\n    time.sleep(5)\n    assert is_done()\n"


def run(folder: Path, temporary: Path, **inputs: str) -> tuple[list[int], dict[str, str], str, str]:
    """Exit codes of the shell steps, outputs of the first, its annotations, the job summary."""
    for old in temporary.iterdir():
        if old.is_file():
            old.unlink()
    values = {name: said["default"] for name, said in ACTION["inputs"].items()} | inputs
    outputs: dict[str, str] = {}
    codes, printed = [], ""
    for step in ACTION["runs"]["steps"]:
        if "run" not in step:
            continue
        if "exit-code != '0'" in step.get("if", "") and outputs.get("exit-code") == "0":
            continue
        environment = os.environ | {
            "GITHUB_ACTION_PATH": str(ROOT),
            "RUNNER_TEMP": str(temporary),
            "GITHUB_OUTPUT": str(temporary / "output"),
            "GITHUB_STEP_SUMMARY": str(temporary / "summary.md"),
        }
        for name, template in step.get("env", {}).items():
            key = template.removeprefix("${{ ").removesuffix(" }}")
            scope, _, name_of = key.partition(".")
            environment[name] = values[name_of] if scope == "inputs" else outputs[key.rpartition(".")[2]]
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        codes.append(done.returncode)
        printed += done.stdout + done.stderr
        if (temporary / "output").exists():
            outputs = dict(line.split("=", 1) for line in (temporary / "output").read_text().splitlines())
    summary = temporary / "summary.md"
    return codes, outputs, printed, summary.read_text() if summary.exists() else ""


@pytest.fixture(scope="module")
def temporary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The runner's own folder: one for all, for the environment in it is slow to build."""
    return tmp_path_factory.mktemp("runner temp")


def test_findings_are_annotated_summed_up_uploaded_and_fail(tmp_path: Path, temporary: Path) -> None:
    (tmp_path / "tests dir").mkdir()
    (tmp_path / "tests dir" / "test_sleeps.py").write_text(SLEEPS)
    codes, outputs, printed, summary = run(tmp_path, temporary, paths="tests dir", args="--profile=strict")
    assert codes == [0, 1], printed
    assert outputs["exit-code"] == "1"
    assert "file=tests dir/test_sleeps.py,line=5" in printed
    assert "test_sleeps.py" in summary
    assert json.loads(Path(outputs["sarif"]).read_bytes())["runs"][0]["results"]


def test_nothing_found_passes(tmp_path: Path, temporary: Path) -> None:
    codes, outputs, printed, _ = run(tmp_path, temporary)
    assert (codes, outputs["exit-code"]) == ([0], "0"), printed


def test_never_failing(tmp_path: Path, temporary: Path) -> None:
    (tmp_path / "test_sleeps.py").write_text(SLEEPS)
    codes, outputs, _, summary = run(tmp_path, temporary, **{"fail-on": "never"})
    assert (codes, outputs["exit-code"]) == ([0], "0")
    assert "test_sleeps.py" in summary


def test_a_mistake_in_the_inputs_fails_and_uploads_nothing(tmp_path: Path, temporary: Path) -> None:
    codes, outputs, printed, _ = run(tmp_path, temporary, paths="no-such-folder")
    assert codes == [0, 2]
    assert "sarif" not in outputs
    assert "no-such-folder" in printed


@pytest.mark.parametrize(
    "command",
    [
        ["zizmor", "--offline", "--persona", "auditor"],
        ["check-jsonschema", "--builtin-schema", "vendor.github-actions"],
    ],
    ids=["zizmor", "check-jsonschema"],
)
def test_checkers_of_actions_accept_it(command: list[str]) -> None:
    program = Path(sys.executable).with_name(command[0])
    done = subprocess.run([program, *command[1:], ROOT / "action.yml"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
