"""The generated tables of docs/performance.md and docs/reliability.md, and what they were measured on."""

import os
import platform
import re
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from textwrap import fill

from tests.bench.workload import ROOT

PAGE = ROOT / "docs" / "performance.md"
WIDTH = 140
LIBRARIES = ("socialcare", "msgspec", "ahocorasick-rs", "google-re2")


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table in Markdown, its columns lined up; all but the first are figures unless they hold a command."""
    cells = [list(heads), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[at]) for row in cells) for at in range(len(heads))]
    lines = ["| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |" for row in cells]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def told(
    section: str, command: str, parts: Sequence[str], page: Path = PAGE, libraries: Sequence[str] = LIBRARIES
) -> None:
    """Print a section, and put it in its place on a page."""
    paragraphs = [f"`{command}`, {measured_on(libraries)}.", *parts]
    text = "\n\n".join(each if each.startswith("|") else fill(each, WIDTH) for each in paragraphs)
    print(text, flush=True)
    begin, end = f"<!-- begin {section} -->", f"<!-- end {section} -->"
    written = page.read_text("utf-8")
    place = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    page.write_text(place.sub(lambda _: f"{begin}\n\n{text}\n\n{end}", written), "utf-8")


def measured_on(libraries: Sequence[str] = LIBRARIES) -> str:
    """The day, the machine and the versions."""
    versions = ", ".join(f"{name} {_version(name)}" for name in libraries)
    return (
        f"{datetime.now(UTC):%d %B %Y}, revision {_revision()}: {_processor()}, {os.cpu_count()} cores, {platform.system()} "
        f"{platform.machine()}, {platform.python_implementation()} {platform.python_version()}, {versions}"
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


def _revision() -> str:
    command = ("git", "describe", "--always", "--dirty")
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "unknown"


def _processor() -> str:
    try:
        told = Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        return platform.processor() or "unknown processor"
    name = re.search(r"(?m)^model name\s*: (.+)$", told)
    return name[1].strip() if name else "unknown processor"
