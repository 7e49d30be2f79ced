"""Every page does what it says: YAML loads and passes its tests, Python runs, commands print what is shown.

Invisible comments directly above a block of YAML say how it is read: `<!-- shared -->` is data for the blocks below,
`<!-- when -->` and `<!-- do -->` are fragments of a rule, `<!-- SC208 -->` is wrong and gives just that code. A block whose
first line is a comment with the name of a file is written there, for the commands. `<!--- skip: next "reason" -->` skips.
"""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import indent
from unittest import SkipTest

import pytest
from sybil import Document, Example
from sybil.parsers.markdown import CodeBlockParser, SkipParser

from socialcare.config import find_settings
from socialcare.diagnostics import Problems, render_text
from socialcare.opening import load_policy, open_desk
from socialcare.plugins import Loaded, load
from socialcare.policy.reading.pages import SECTIONS
from socialcare.policy.statements import Policy
from socialcare.store.memory import MemoryStore
from socialcare.trial.run import cases_of, run
from socialcare.trial.text import render_text as render_report

ROOT = Path(__file__).parents[2]
GENERATED = "vocabulary.md"
PAGES = sorted(page for page in (ROOT / "docs").glob("*.md") if page.name != GENERATED)
RUN = ("yaml", "toml", "python", "console", "csv")
SHOWN = ("text", "json", "jsonl", "mermaid")
"""What a reader only looks at."""

INSTALL = {
    "NO_BUILD_ISOLATION": "0",
    "NO_DEPS": "1",
    "NO_INDEX": "1",
    "DISABLE_PIP_VERSION_CHECK": "1",
    "QUIET": "1",
}
"""What `pip install .` needs in order to take nothing from the network; the page's own folder is where it goes."""

FILE = re.compile(r"# ([\w./-]+\.(?:yaml|toml|py|csv|txt))\n")
MARK = re.compile(r"<!-- (shared|when|do|SC\d{3}) -->\s*\Z")
AROUND = {
    "when": "rules:\n  example:\n    do: {label: example}\n    when:\n",
    "do": "rules:\n  example:\n    when: {text: {has: example}}\n    do:\n",
}


@pytest.fixture(scope="module")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    return load(find_settings(tmp_path_factory.mktemp("nowhere")))


@dataclass
class Desk:
    """Where the blocks of one page are tried, one after the other."""

    folder: Path
    plugins: Loaded
    shared: list[str] = field(default_factory=list)
    names: dict[str, object] = field(default_factory=lambda: {"__name__": "page"})
    at: str = ""
    code: int = 0

    def write(self, block: str) -> bool:
        """Write a block that names its file, if it does."""
        named = FILE.match(block)
        if named:
            file = self.folder / named[1]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(
                block if file.suffix in (".yaml", ".toml", ".py") else block[named.end() :], "utf-8"
            )
        return named is not None

    def yaml(self, example: Example) -> None:
        """Load a block as a policy, beside the data that the page shares, and run its tests."""
        block = str(example.parsed)
        if self.write(block):
            return
        above = MARK.search(example.document.text, 0, example.region.start)
        mark = above[1] if above else ""
        text = AROUND[mark] + indent(block, " " * 6) if mark in AROUND else block
        if mark == "shared":
            self.shared.append(text)
            return
        policy, said = self.load(text)
        if mark.startswith("SC"):
            if policy is not None or set(re.findall(r"\bSC\d{3}\b", said)) != {mark}:
                pytest.fail(f"it should be {mark}\n{said}", pytrace=False)
            return
        if policy is None or said:
            pytest.fail(said, pytrace=False)
        desk = open_desk(policy, self.plugins, MemoryStore())
        report = asyncio.run(run(cases_of(policy), desk))
        if not report.is_fine:
            pytest.fail(render_report(report, policy.sources.get, coverage=False), pytrace=False)

    def load(self, text: str) -> tuple[Policy | None, str]:
        """A policy of the shared data and one text, and every problem as it would be printed."""
        folder = self.folder / "block"
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        top = re.findall(r"(?m)^(\w+):", text)
        is_test = top == ["tests"]
        if not is_test and (strange := set(top) - set(SECTIONS)):
            pytest.fail(f"a fragment that nothing says how to read: {', '.join(sorted(strange))}")
        parts = [*self.shared, *([] if is_test else [text])]
        for number, part in enumerate(parts):
            head = "" if part.startswith("socialcare:") else "socialcare: 1\n"
            (folder / f"{number}.yaml").write_text(head + part, "utf-8")
        if is_test:
            (folder / "page.test.yaml").write_text(text, "utf-8")
        problems = Problems()
        settings = find_settings(folder)
        policy = load_policy(settings, self.plugins, problems, folder=folder)
        return policy, render_text(
            problems, lambda name: Path(name).read_text("utf-8"), color=False
        ) if problems.items else ""

    def toml(self, example: Example) -> None:
        """Settings: written where the block says, else read."""
        block = str(example.parsed)
        if not self.write(block):
            file = self.folder / "block.toml"
            file.write_text(block, "utf-8")
            find_settings(file=file)

    def python(self, example: Example) -> None:
        """Run in the names of the page; a block that names its file is written, and imported where it is used."""
        block = str(example.parsed)
        if self.write(block):
            return
        lines = "\n" * (example.line + example.parsed.line_offset)
        exec(compile(lines + block, example.path, "exec", dont_inherit=True), self.names)

    def csv(self, example: Example) -> None:
        """A table, written where it says."""
        assert self.write(str(example.parsed)), "it names no file"

    def console(self, example: Example) -> None:
        """Run each command in the folder of the page and compare what it prints."""
        for command, shown in commands(str(example.parsed)):
            said = self.run(command)
            if not (fits(shown, said) and (shown or self.code == 0)):
                pytest.fail(
                    f"$ {command}\n--- the page shows\n{shown}\n--- it printed\n{said}", pytrace=False
                )

    def run(self, command: str) -> str:
        """What a command prints on both streams; `cd` and `$?` last to the next one."""
        left = self.folder.parent / f"{self.folder.name}.left"
        script = f'cd "{self.folder}/{self.at}"; (exit {self.code})\n{command}\ncode=$?; pwd > "{left}"; exit $code'
        env = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.folder),
            "COLUMNS": "120",
            "LANG": "C.UTF-8",
            "PYTHONPATH": os.pathsep.join([str(self.folder / "site"), os.environ.get("PYTHONPATH", "")]),
            **{f"PIP_{name}": value for name, value in INSTALL.items()},
            "PIP_TARGET": str(self.folder / "site"),
        }
        done = subprocess.run(
            ["bash", "-c", script],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.code = done.returncode
        self.at = os.path.relpath(left.read_text("utf-8").strip(), self.folder)
        return done.stdout


def commands(block: str) -> Iterator[tuple[str, str]]:
    """The commands of a block, each with what the page shows that it prints."""
    for part in re.split(r"(?m)^\$ ", block)[1:]:
        lines = part.split("\n")
        length = next(number for number, line in enumerate(lines, start=1) if not line.endswith("\\"))
        yield "\n".join(lines[:length]), "\n".join(lines[length:]).strip("\n")


def fits(shown: str, said: str) -> bool:
    """Whether a text is as shown; `…` stands for anything in a line, and alone on a line for any lines."""
    if not shown:
        return True
    pattern = ""
    for line in shown.split("\n"):
        if line.strip() == "…":
            pattern += r"(?:[^\n]*\n)*?"
        else:
            pattern += r"[^\n]*".join(re.escape(part) for part in line.rstrip().split("…")) + r"[^\S\n]*\n"
    return re.fullmatch(pattern, said.rstrip("\n") + "\n") is not None


def test_the_comparison_of_output_knows_what_is_left_out() -> None:
    assert fits("one\n…\nfive", "one\ntwo\nthree\nfive\n")
    assert fits("ab…yz", "ab and so on yz\n")
    assert not fits("one\n…\nfive", "one\nfour\n")
    assert not fits("one", "one\ntwo\n")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_block_of_the_page_does_what_it_says(
    page: Path, plugins: Loaded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "page"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.chdir(folder)
    desk = Desk(folder, plugins)
    parsers = [CodeBlockParser(word, getattr(desk, word)) for word in RUN]
    wrong = []
    modules = set(sys.modules)
    for example in Document.parse(str(page), SkipParser(), *parsers):
        try:
            example.evaluate()
        except SkipTest:
            continue
        except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 - a block may fail in any way; the others still count
            wrong.append(f"{page.name}:{example.line}: {type(error).__name__}: {error}")
    for name in set(sys.modules) - modules:
        if getattr(sys.modules[name], "__file__", None) and str(folder) in str(sys.modules[name].__file__):
            del sys.modules[name]
    if wrong:
        pytest.fail("\n\n".join(wrong), pytrace=False)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_block_has_a_language_that_is_known(page: Path) -> None:
    blocks = re.findall(r"(?m)^ *```(.*)$", page.read_text("utf-8"))
    assert set(blocks[::2]) <= {*RUN, *SHOWN}
    assert set(blocks[1::2]) <= {""}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_is_skipped_has_a_reason(page: Path) -> None:
    skips = re.findall(r"skip:.*", page.read_text("utf-8"))
    assert all(re.fullmatch(r'skip: next "[^"]{10,}" -->', skip) for skip in skips), skips
