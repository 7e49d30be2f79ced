"""What is in the wheel and the sdist, and that the installed wheel works in a place of its own."""

import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from configparser import ConfigParser
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def build(kind: str, source: Path, target: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", str(target)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (built,) = target.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("sdist", ROOT, tmp_path_factory.mktemp("sdist"))


def names(wheel: Path) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


def described(wheel: Path, name: str) -> str:
    folder = next(part.split("/")[0] for part in names(wheel) if part.endswith(".dist-info/METADATA"))
    return zipfile.ZipFile(wheel).read(f"{folder}/{name}").decode()


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    return Parser().parsestr(described(wheel, "METADATA"))


@pytest.fixture(scope="module")
def entry_points(wheel: Path) -> ConfigParser:
    points = ConfigParser()
    points.read_string(described(wheel, "entry_points.txt"))
    return points


def packages() -> dict[str, Path]:
    folders = [*ROOT.glob("core/*"), *ROOT.glob("plugins/*")]
    return {folder.name: folder for folder in folders if folder.is_dir() and folder.name != "__pycache__"}


def test_the_wheel_holds_every_file_of_the_packages_and_nothing_else(wheel: Path) -> None:
    expected = {
        file.relative_to(folder.parent).as_posix()
        for folder in packages().values()
        for file in folder.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert {name for name in names(wheel) if ".dist-info/" not in name} == expected


def test_the_wheel_carries_the_licence_and_the_mark_of_types(wheel: Path) -> None:
    assert "socialcare/py.typed" in names(wheel)
    assert "Apache License" in described(wheel, "licenses/LICENSE")


def test_the_metadata_says_what_it_is_and_where_it_runs(metadata: Message) -> None:
    assert metadata["Name"] == "socialcare"
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Requires-Python"] == ">=3.11"
    supported = [
        text.rpartition(" ")[2] for text in metadata.get_all("Classifier", []) if "Python :: 3." in text
    ]
    assert supported == ["3.11", "3.12", "3.13"]


def test_the_wheel_brings_one_command(entry_points: ConfigParser) -> None:
    assert dict(entry_points["console_scripts"]) == {"socialcare": "socialcare.cli.main:main"}


def test_every_plugin_of_the_tree_is_declared_like_anyones(entry_points: ConfigParser) -> None:
    plugins = {name.removeprefix("socialcare_"): name for name in packages() if name != "socialcare"}
    assert dict(entry_points["socialcare"]) == plugins


def test_the_sdist_builds_the_same_wheel(sdist: Path, wheel: Path, tmp_path: Path) -> None:
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    again = build("wheel", source, tmp_path / "again")
    assert again.read_bytes() == wheel.read_bytes()


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python in an environment that holds the wheel; the dependencies are lent by this one, so that nothing is fetched."""
    home = tmp_path_factory.mktemp("installed") / "environment"
    venv.create(home, symlinks=os.name != "nt")
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    install = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--offline", "--no-deps"]
    subprocess.run([*install, "--python", str(python), str(wheel)], check=True)
    (site_of(python) / "lent.pth").write_text(sysconfig.get_path("purelib"))
    return python


def site_of(python: Path) -> Path:
    where = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    return Path(subprocess.run(where, check=True, capture_output=True, text=True).stdout.strip())


def run(folder: Path, *command: str) -> str:
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def test_the_installed_wheel_answers_in_an_environment_of_its_own(python: Path, tmp_path: Path) -> None:
    """`make matrix` installs the dependencies too."""
    assert run(tmp_path, str(python.with_name("socialcare")), "--version").startswith("socialcare 0.")
    found = run(tmp_path, str(python), "-c", "import socialcare; print(socialcare.__file__)")
    assert Path(found.strip()).is_relative_to(site_of(python))


def test_the_installed_wheel_writes_a_first_policy_and_runs_it(python: Path, tmp_path: Path) -> None:
    socialcare = str(python.with_name("socialcare"))
    run(tmp_path, socialcare, "init", "care")
    care = tmp_path / "care"
    assert "no error in" in run(care, socialcare, "check")
    assert "failed" not in run(care, socialcare, "test", "--min-coverage", "90")
    assert "40 mentions" in run(care, socialcare, "simulate", "--over", "policy/past")
