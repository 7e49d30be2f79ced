"""Takes the picture of a report that the README shows: `make screenshot`, with Chromium on the path."""  # noqa: INP001 - a script

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "images" / "report.png"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
WIDTH, HEIGHT = 1120, 1180


def main() -> None:
    """Run the starter policy over the bundled mentions, and take the top of the report."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.html"
        command = ["simulate", "--over", "rules/past", "--report", str(report), "--quiet"]
        subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "socialcare", *command], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
        )
        PICTURE.parent.mkdir(exist_ok=True)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            tab = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
            tab.goto(report.as_uri())
            tab.screenshot(path=PICTURE)
            browser.close()


if __name__ == "__main__":
    main()
