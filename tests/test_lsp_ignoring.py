"""Wherever it is put, "ignore here" ignores that finding and brings no other."""

import pytest
from lsprotocol import types

from sleeplint.fixing.choosing import apply
from sleeplint.lsp.actions import QuickFixes
from sleeplint.lsp.documents import Document, Documents
from sleeplint.lsp.ignoring import PLACEHOLDER
from sleeplint.lsp.judging import Judge
from sleeplint.text import Edit, Span

SLEEP = "std::thread::sleep(std::time::Duration::from_secs(5))"
PYTHON = {
    "after another": "import time\ndef test_a():\n    start(); time.sleep(5)\n    assert f()\n",
    "in an else": "import time\ndef test_a():\n    if x:\n        g()\n    else: time.sleep(5)\n    assert f()\n",
    "behind a condition": "import time\ndef test_a():\n    start()\n    if x: time.sleep(5)\n    assert f()\n",
    "in a line": "import time\ndef test_a(): time.sleep(5)\n",
    "after a backslash": "import time\ndef test_a():\n    start(); \\\n    time.sleep(5)\n    assert f()\n",
    "at the end without a line break": "import time\ndef test_a():\n    start()\n    time.sleep(5)",
    "in a decorated method": (
        "import time, pytest\nclass TestA:\n    @pytest.mark.parametrize('a', [1])\n    def test_a(self, a):\n"
        "        start()\n        time.sleep(5)\n        assert f()\n"
    ),
    "deep in a call": "import time\ndef test_a():\n    start()\n    g(\n        1,\n        time.sleep(\n"
    "            5,\n        ),\n    )\n    assert f()\n",
    "with tabs and CRLF": "import time\r\ndef test_a():\r\n\tstart()\r\n\ttime.sleep(5)\r\n\tassert f()\r\n",
    "behind BOM and emoji": "\ufeffimport time\ndef test_a():\n    g('😀'); time.sleep(5)\n    assert f()\n",
    "after a long string": "import time\ndef test_a():\n    start('''\n  x'''); time.sleep(5)\n    assert f()\n",
    "at the head of a block": "import asyncio\nasync def test_a():\n    start()\n    async with asyncio.timeout(300):\n"
    "        await f()\n        await g()\n    assert f()\n",
}
RUST = {
    "in a line": f"#[test]\nfn a() {{ start(); {SLEEP}; assert!(f()); }}\n",
    "at the end without a line break": f"#[test]\nfn a() {{\n    start();\n    {SLEEP}\n}}",
    "in an else": f"#[test]\nfn a() {{\n    if x {{\n        g();\n    }} else {{ {SLEEP}; }}\n    assert!(f());\n}}\n",
    "in a macro": f"#[test]\nfn a() {{\n    start();\n    assert!({{\n        {SLEEP};\n        f()\n    }});\n}}\n",
    "in a macro's definition": f"macro_rules! t {{ ($n:ident) => {{\n    #[test]\n    fn $n() {{\n        start();\n"
    f"        {SLEEP};\n        assert!(f());\n    }}\n}} }}\nt!(a);\n",
    "in a select": "#[tokio::test]\nasync fn a() {\n    tokio::select! {\n"
    "        _ = tokio::time::sleep(std::time::Duration::from_secs(50)) => panic!(),\n        _ = f() => {}\n    }\n}",
    "in a match": f"#[test]\nfn a() {{\n    start();\n    match x {{\n        1 => {SLEEP},\n        _ => {{}}\n"
    "    }\n    assert!(f());\n}\n",
    "in a chain": "#[tokio::test]\nasync fn a() {\n    start();\n    tokio::time::timeout(\n"
    "        std::time::Duration::from_secs(300),\n        f(),\n    )\n    .await\n    .unwrap();\n}\n",
    "at the end of a long string": f'#[test]\nfn a() {{\n    start("\n  x"); {SLEEP};\n    assert!(f());\n}}\n',
    "behind carriage returns": f"#[test]\r\nfn a() {{\r\n    start();\r\n    {SLEEP};\r\n    assert!(f());\r\n}}\r\n",
}
EVERYWHERE = types.Range(types.Position(0, 0), types.Position(99, 0))


class Editor:
    """One document, and what is said about it."""

    def __init__(self, text: str, language: str) -> None:
        uri = "file:///nowhere/tests/a.rs" if language == "rust" else "file:///nowhere/test_a.py"
        documents = Documents()
        self.judge = Judge(documents, pytest.fail)
        self.document = Document(uri, "rust" if language == "rust" else "python", 1, text.encode(), "utf-16")
        documents.put(self.document)
        self.report = self.judge.report(self.document)
        self.rules = sorted(finding.rule for finding in self.report.findings)

    def ignores(self) -> list[types.CodeAction]:
        fixes = QuickFixes(
            self.document, self.judge.registry(), False, lambda text: self.judge.judge(text, self.document.path)
        )
        actions = fixes.of(self.report.findings, self.report)
        return [action for action in actions if action.title.startswith("Ignore ")]

    def after(self, action: types.CodeAction) -> str:
        assert action.edit is not None
        ((_, said),) = (action.edit.changes or {}).items()
        positions = self.document.positions
        spans = [(Span(positions.offset(e.range.start), positions.offset(e.range.end)), e.new_text) for e in said]
        text = self.document.source.bom + self.document.source.code
        return apply(text, [Edit(span, new) for span, new in spans]).decode()


def shapes() -> list[object]:
    texts = [("python", name, text) for name, text in PYTHON.items()]
    texts += [("rust", name, text) for name, text in RUST.items()]
    return [pytest.param(language, text, id=f"{language}, {name}") for language, name, text in texts]


@pytest.mark.parametrize(("language", "text"), shapes())
def test_it_ignores_one_finding_and_brings_none(language: str, text: str) -> None:
    editor = Editor(text, language)
    assert editor.rules
    actions = editor.ignores()
    assert sorted(action.title for action in actions) == sorted(f"Ignore {rule} here" for rule in editor.rules)
    for action in actions:
        ignored = editor.after(action)
        left = Editor(ignored, language).rules
        assert sorted([*left, action.title.split()[1]]) == editor.rules
        assert ("\r\n" in text) == ("\r\n" in ignored)
        assert text.endswith("\n") or not ignored.endswith("\n")


@pytest.mark.parametrize(
    ("comment", "extended"),
    [
        (
            "    # sleeplint: ignore[startup-sleep] no event\n    time.sleep(5)",
            "[startup-sleep, settle-sleep] no event",
        ),
        ("    time.sleep(5)  # sleeplint: ignore[SLP103] no event", "[SLP103, settle-sleep] no event"),
        ("    # sleeplint: ignore[] no event\n    # told by hand\n    time.sleep(5)", "[settle-sleep] no event"),
    ],
)
def test_a_comment_that_is_there_already_names_one_rule_more(comment: str, extended: str) -> None:
    editor = Editor(f"import time\ndef test_a():\n    start()\n{comment}\n    assert f()\n", "python")
    (action,) = editor.ignores()
    ignored = editor.after(action)
    assert extended in ignored
    assert PLACEHOLDER not in ignored
    assert "settle-sleep" not in Editor(ignored, "python").rules


def test_two_waits_on_a_line_are_ignored_by_one_comment() -> None:
    editor = Editor("import time\ndef test_a():\n    time.sleep(5); time.sleep(5)\n", "python")
    assert editor.rules == ["sleep-over-budget", "sleep-over-budget"]
    (action,) = editor.ignores()
    assert len(action.diagnostics or ()) == 2
    assert Editor(editor.after(action), "python").rules == []


def test_what_no_comment_can_ignore_is_not_offered_to_be() -> None:
    editor = Editor("def test_a():\n    g()  # sleeplint: ignore[settle-sleep] no event\n", "python")
    assert editor.rules == ["unused-suppression"]
    assert editor.ignores() == []


@pytest.mark.parametrize("reason", ["this must stay as it was", "CI is slow", "blocks on purpose", "the lease expires"])
@pytest.mark.parametrize("language", ["python", "rust"])
def test_the_reason_of_a_comment_does_not_change_what_there_is_to_ignore(language: str, reason: str) -> None:
    texts = {
        "python": ("import time\ndef test_a():\n    start()\nABOVE    time.sleep(5)BEHIND\n    assert f()\n", "#"),
        "rust": (f"#[test]\nfn a() {{\n    start();\nABOVE    {SLEEP};BEHIND\n    assert!(f());\n}}\n", "//"),
    }
    text, leader = texts[language]
    (rule,) = Editor(text.replace("ABOVE", "").replace("BEHIND", ""), language).rules
    comment = f"{leader} sleeplint: ignore[{rule}] {reason}"
    assert Editor(text.replace("ABOVE", f"    {comment}\n").replace("BEHIND", ""), language).rules == []
    assert Editor(text.replace("ABOVE", "").replace("BEHIND", f"  {comment}"), language).rules == []
