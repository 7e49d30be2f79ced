"""Who may import whom, as far as it can be said without a list of modules (the layers are in pyproject.toml)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORE = sorted(ROOT.glob("core/**/*.py"))
PLUGINS = sorted(ROOT.glob("plugins/**/*.py"))
DOORS = {"socialcare", "socialcare.intake", "socialcare.testing"}
"""The front door, the kit for sources, the kit for tests: what is made of others, and for others."""

KITS = {"socialcare.clock", "socialcare.egress", "socialcare.failpoints", "socialcare.secrets"}
"""Kits for what runs live, which are ours as well: time, the net, crash points, secrets."""


def identity(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def imports(file: Path) -> Iterator[str]:
    """Every module that a file imports, anywhere in it, as a dotted name."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{identity(file)}:{node.lineno}: imports are written out in full"
            yield from (_module(node.module or "", alias.name) for alias in node.names)


def _module(package: str, name: str) -> str:
    """`from package import name` imports either a module of the package or a name of its door."""
    within = ROOT / "core" / package.replace(".", "/") / name
    return f"{package}.{name}" if within.is_dir() or within.with_suffix(".py").is_file() else package


def inside(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


@pytest.mark.parametrize("file", CORE, ids=identity)
def test_core_imports_no_plugin(file: Path) -> None:
    assert not [name for name in imports(file) if name.startswith("socialcare_")]


@pytest.mark.parametrize("file", CORE, ids=identity)
def test_core_does_not_go_through_its_own_front_door(file: Path) -> None:
    if file.parts[-1] != "testing.py" and "testing" not in file.parts:
        assert not DOORS & {*imports(file)}


@pytest.mark.parametrize("file", PLUGINS, ids=identity)
def test_a_plugin_uses_the_front_door_only(file: Path) -> None:
    assert {name for name in imports(file) if inside(name, "socialcare")} <= DOORS | KITS


@pytest.mark.parametrize("file", PLUGINS, ids=identity)
def test_plugins_do_not_know_each_other(file: Path) -> None:
    own = file.relative_to(ROOT / "plugins").parts[0]
    assert not [name for name in imports(file) if name.startswith("socialcare_") and not inside(name, own)]
