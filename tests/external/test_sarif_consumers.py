"""The programs that take SARIF take ours: Microsoft's multitool with code scanning's rules, the schema, sarif-tools.

`MULTITOOL` names the folder of `npm install @microsoft/sarif-multitool`; `.ci/run` provides it.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

pytestmark = [pytest.mark.external, pytest.mark.timeout(300)]

HERE = Path(__file__).parent
FIXTURES = HERE.parent.parent / "fixtures"
Log = dict[str, Any]


@pytest.fixture(scope="session")
def multitool() -> Path:
    folder = Path(os.environ["MULTITOOL"]) / "node_modules" / "@microsoft" / "sarif-multitool-linux"
    assert (folder / "Sarif.Multitool").is_file()
    return folder


@pytest.fixture(scope="session")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The findings on the fixtures, as a repository with a remote and a commit."""
    folder = tmp_path_factory.mktemp("repository")
    subprocess.run(["cp", "-r", FIXTURES, folder / "tests"], check=True)
    (folder / "tests" / "with space é.py").write_text("import time\n\n\ndef test_it():\n    time.sleep(5)\n")
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    wordings: tuple[list[str], ...] = (
        ["init", "-q"],
        ["add", "-A"],
        [*identity, "commit", "-qm", "all"],
        ["remote", "add", "origin", "git@github.com:acme/thing.git"],
    )
    for words in wordings:
        subprocess.run(["git", *words], cwd=folder, check=True)
    command = ["check", ".", "--profile", "strict", "--output-format", "sarif", "--output-file", "out.sarif"]
    done = subprocess.run([sys.executable, "-m", "sleeplint", *command, "-q"], cwd=folder, check=False)
    assert done.returncode == 1
    return folder / "out.sarif"


def judged(multitool: Path, log: Path) -> Counter[str]:
    """What the multitool says, by level and rule. Its exit code says nothing."""
    output = log.with_suffix(".judged")
    options = ["--rule-kind", "Sarif;Ghas", "--level", "Error;Warning;Note", "--log", "ForceOverwrite"]
    files = ["--config", str(HERE / "multitool.xml"), "--output", str(output)]
    subprocess.run(
        [str(multitool / "Sarif.Multitool"), "validate", str(log), *options, *files], check=False, capture_output=True
    )
    results = json.loads(output.read_bytes())["runs"][0]["results"]
    return Counter(f"{result.get('level', 'warning')} {result['ruleId']}" for result in results)


def changed(log: Path, change: Callable[[Log], None]) -> Path:
    content = json.loads(log.read_bytes())
    change(content)
    other = log.with_name("changed.sarif")
    other.write_text(json.dumps(content))
    return other


def test_the_multitool_has_nothing_to_say(multitool: Path, log: Path) -> None:
    assert len(json.loads(log.read_bytes())["runs"][0]["results"]) > 20
    assert judged(multitool, log) == Counter()


def test_the_multitool_would_have_something_to_say(multitool: Path, log: Path) -> None:
    def spoil(content: Log) -> None:
        content["runs"][0]["results"][0]["locations"] = []
        del content["runs"][0]["versionControlProvenance"]

    told = {words.split()[1] for words in judged(multitool, changed(log, spoil))}
    assert {"SARIF2003", "GH1001"} <= told


def test_every_result_names_its_rule(log: Path) -> None:
    """The multitool does not look."""
    (run,) = json.loads(log.read_bytes())["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]


def test_the_schema_holds(multitool: Path, log: Path) -> None:
    """The multitool takes misspelt enumerations in silence."""
    (path,) = multitool.glob("**/sarif-2.1.0.json")
    schema = json.loads(path.read_bytes())
    validator = jsonschema.Draft202012Validator(schema)
    assert list(validator.iter_errors(json.loads(log.read_bytes()))) == []

    def spoil(content: Log) -> None:
        content["runs"][0]["results"][0]["level"] = "fatal"

    assert list(validator.iter_errors(json.loads(changed(log, spoil).read_bytes())))


def test_sarif_tools_reads_it(log: Path) -> None:
    program = Path(sys.executable).with_name("sarif")
    done = subprocess.run([program, "summary", log], capture_output=True, text=True, check=True)
    total = len(json.loads(log.read_bytes())["runs"][0]["results"])
    said = [
        int(line.split(":")[1])
        for line in done.stdout.splitlines()
        if line.split(":")[0] in ("error", "warning", "note")
    ]
    assert sum(said) == total
