"""A plugin of ours could be moved to a repository of its own without editing a line."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

ELSEWHERE = """
import sys
from pathlib import Path
import socialcare_places
from socialcare.config import find_settings
from socialcare.plugins import load
from socialcare.testing import check_classifier, check_lookup

found = load(find_settings(Path(sys.argv[1])))
(places,) = (one for one in found.classifiers if one.plugin == "moved")
check_classifier(places.classifier)
check_lookup(found.vocabulary.lookups["nearest_store"], {"to": "Leeds"}, {"to": "Atlantis"})
print(socialcare_places.__file__)
print(found.vocabulary.providers["nearest_store"])
"""


def publish(site: Path) -> Path:
    """Copy the plugin as it is into a distribution of somebody else, with an entry point as anyone declares it."""
    package = site / "socialcare_places"
    shutil.copytree(
        ROOT / "plugins" / "socialcare_places", package, ignore=shutil.ignore_patterns("__pycache__")
    )
    info = site / "moved-9.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: moved\nVersion: 9\n")
    (info / "entry_points.txt").write_text("[socialcare]\nmoved = socialcare_places\n")
    return package


def test_places_works_from_a_distribution_of_somebody_else(tmp_path: Path) -> None:
    """The copy stands before ours on the path; only the entry point decides what is loaded."""
    site = tmp_path / "site"
    package = publish(site)
    shutil.copy(ROOT / "rules" / "stores.csv", tmp_path)
    (tmp_path / "socialcare.toml").write_text('[plugins.moved]\nstores = "stores.csv"\n')
    run = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, str(tmp_path)],
        env={"PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines() == [str(package / "__init__.py"), "moved@9"]
