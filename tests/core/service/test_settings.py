"""The table `[live]`: every mistake at once, each with the way out."""

from datetime import timedelta
from pathlib import Path

import pytest

from socialcare.config import Settings, read_settings
from socialcare.errors import SettingsError
from socialcare.service.settings import Live, database_url, demand_database, live_settings


def settings(folder: Path, text: str) -> Settings:
    (folder / "socialcare.toml").write_text(f"[live]\n{text}\n")
    return read_settings(folder / "socialcare.toml")


def test_without_a_table_everything_has_a_good_value(tmp_path: Path) -> None:
    assert live_settings(settings(tmp_path, "")) == Live()
    assert Live().address == "127.0.0.1:8470", "S24: on this machine alone"


def test_spans_are_written_as_in_a_policy(tmp_path: Path) -> None:
    read = live_settings(settings(tmp_path, 'max_age = "36h"\nkeep_texts = "30d"\nkeep_audit = "400d"'))
    assert (read.max_age, read.keep_texts) == (timedelta(hours=36), timedelta(days=30))


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        live_settings(
            settings(tmp_path, 'adress = "x"\naddress = "8470"\nmax_age = "soon"\nmoney = -1\nkeep_texts = 7')
        )
    said = str(caught.value).replace(str(tmp_path), "")
    assert "unknown key `adress` under `[live]`\nhelp: did you mean `address`?" in said
    assert "`address` under `[live]`: write it as HOST:PORT" in said
    assert "`max_age` under `[live]`: " in said
    assert "`money` under `[live]`: " in said
    assert "`keep_texts` under `[live]`: write it as `90d`, `36h` or `30m`" in said


@pytest.mark.parametrize("written", ["8470", ":8470", "localhost:", "localhost:x", "localhost:70000"])
def test_an_address_has_a_host_and_a_port(tmp_path: Path, written: str) -> None:
    with pytest.raises(SettingsError, match="HOST:PORT"):
        live_settings(settings(tmp_path, f'address = "{written}"'))


def test_an_empty_address_serves_nothing(tmp_path: Path) -> None:
    assert live_settings(settings(tmp_path, 'address = ""')).address == ""


def test_the_database_is_a_file_beside_the_settings_or_an_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def url(written: str) -> str:
        read = settings(tmp_path, f'database = "{written}"')
        return database_url(live_settings(read), read)

    assert url("care.db") == f"sqlite:///{tmp_path}/care.db"
    assert url("/var/care.db") == "sqlite:////var/care.db"
    assert url("postgresql://care@db/care") == "postgresql://care@db/care"
    monkeypatch.setenv("CARE_DB", "postgresql://care:secret@db/care")
    assert url("env:CARE_DB") == "postgresql://care:secret@db/care"
    monkeypatch.delenv("CARE_DB")
    with pytest.raises(SettingsError, match="`CARE_DB`, which is not set\nhelp: set `CARE_DB` to an address"):
        url("env:CARE_DB")


def test_who_only_looks_makes_no_database(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"there is no database `.*care\.db` yet\nhelp: the first"):
        demand_database(f"sqlite:///{tmp_path}/care.db")
    (tmp_path / "care.db").touch()
    demand_database(f"sqlite:///{tmp_path}/care.db")
    demand_database("postgresql://care@db/care")
