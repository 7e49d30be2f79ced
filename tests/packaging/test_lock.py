"""The locked lists: hashed throughout, in agreement with each other and with pyproject.toml."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
LISTS = ["requirements.txt", "requirements-dev.txt", "requirements-build.txt", "requirements-bench.txt"]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def locked(name: str) -> dict[str, tuple[str, str]]:
    """Name → version and the whole entry."""
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[a-z0-9])", re.sub(r"(?m)^ *#.*\n", "", text).strip())
    found = {}
    for entry in entries:
        package, version = re.match(r"([\w.-]+)==([^\s;]+)", entry).groups()  # type: ignore[union-attr]  # else it fails, rightly
        found[package] = (version, entry)
    return found


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("name", LISTS)
def test_every_package_is_pinned_and_hashed(name: str) -> None:
    for package, (_, entry) in locked(name).items():
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), package


@pytest.mark.parametrize("name", LISTS)
def test_no_list_names_a_place_to_fetch_from(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"(?m)^\s*(-i|--(extra-)?index-url|--find-links|-f)\b|://| @ ", text)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-build.txt"])
def test_the_small_lists_are_parts_of_the_large_one(name: str) -> None:
    everything = {package: version for package, (version, _) in locked("requirements-dev.txt").items()}
    for package, (version, _) in locked(name).items():
        assert everything[package] == version


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        (PROJECT["project"]["dependencies"], "requirements.txt"),
        (
            [text for text in PROJECT["dependency-groups"]["dev"] if isinstance(text, str)],
            "requirements-dev.txt",
        ),
        (PROJECT["dependency-groups"]["build"], "requirements-build.txt"),
        (PROJECT["build-system"]["requires"], "requirements-build.txt"),
    ],
    ids=["runtime", "development", "build", "backend"],
)
def test_the_lock_satisfies_what_the_project_asks_for(wanted: list[str], name: str) -> None:
    versions = {package: version for package, (version, _) in locked(name).items()}
    for requirement in map(Requirement, wanted):
        version = versions.get(canonical(requirement.name))
        assert version is not None, f"`make lock` has not been run since {requirement} came"
        assert requirement.specifier.contains(version, prereleases=True), f"{requirement}: `make lock`"
