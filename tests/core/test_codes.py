"""Every code that can be met has a page, and every page belongs to a code that can be met."""

import os
import re
from pathlib import Path

from socialcare.codes import CODES
from socialcare.codes.page import codes_page

ROOT = Path(__file__).parents[2]
CODE = re.compile(r"\bSC\d{3}\b")


def codes_in_use() -> set[str]:
    files = [
        file
        for folder in ("core", "plugins")
        for file in (ROOT / folder).rglob("*.py")
        if "codes" not in file.relative_to(ROOT).parts
    ]
    return {code for file in files for code in CODE.findall(file.read_text(encoding="utf-8"))}


def test_every_code_in_use_has_a_page() -> None:
    assert codes_in_use() - set(CODES) == set()


def test_every_page_belongs_to_a_code_in_use() -> None:
    assert set(CODES) - codes_in_use() == set()


def test_a_page_is_filed_under_its_code_with_a_title_and_a_text() -> None:
    for name, code in CODES.items():
        assert CODE.fullmatch(name)
        assert code.code == name
        assert code.title[:1].islower() or code.title.startswith("UTF")
        assert not code.title.endswith(".")
        assert code.page.strip()
        assert all(len(line) <= 120 for line in code.page.splitlines()), name


def test_the_page_of_checks_is_what_the_command_writes() -> None:
    file, page = ROOT / "docs" / "checks.md", codes_page(CODES.values())
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(page, encoding="utf-8")
    assert page == file.read_text(encoding="utf-8"), "run `socialcare codes --out docs/checks.md`"
    assert all(f"### {name}: {code.title}" in page for name, code in CODES.items())
