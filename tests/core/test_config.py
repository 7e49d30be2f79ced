from collections.abc import Callable
from pathlib import Path

import pytest

from socialcare.config import find_settings, read_settings
from socialcare.errors import SettingsError

Written = Callable[[str], Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Writes a `socialcare.toml` and gives its path."""

    def write(text: str) -> Path:
        file = tmp_path / "socialcare.toml"
        file.write_text(text, encoding="utf-8")
        return file

    return write


def refusal(file: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        read_settings(file)
    return str(caught.value)


def test_the_nearest_file_above_is_found(written: Written, tmp_path: Path) -> None:
    file = written('policy = "care"')
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    settings = find_settings(below)
    assert (settings.path, settings.folder, settings.policy) == (file, tmp_path, tmp_path / "care")


def test_a_file_that_is_named_wins_over_the_nearest(written: Written, tmp_path: Path) -> None:
    written("")
    other = tmp_path / "other.toml"
    other.write_text('policy = "elsewhere"')
    assert find_settings(tmp_path, file=other).policy == tmp_path / "elsewhere"


def test_without_a_file_our_offline_plugins_are_on(tmp_path: Path) -> None:
    settings = find_settings(tmp_path)
    assert settings.path is None
    assert settings.policy == tmp_path / "rules"
    assert list(settings.plugins) == ["archive", "intent", "places", "actions", "x", "bluesky", "mastodon"]


def test_a_table_switches_a_plugin_on_and_may_be_empty(written: Written) -> None:
    settings = read_settings(written('[plugins.places]\nstores = "stores.csv"\n[plugins.x]'))
    assert settings.plugins == {"places": {"stores": "stores.csv"}, "x": {}}


def test_dotted_words_may_stand_with_and_without_quotes(written: Written) -> None:
    settings = read_settings(
        written('[providers]\nauthor.is_bot = "acme"\n"author.name" = "acme"\n[unseal]\nx.a = "why"')
    )
    assert settings.providers == {"author.is_bot": "acme", "author.name": "acme"}
    assert settings.unseal == {"x.a": "why"}


def test_a_mark_at_the_beginning_of_the_file_is_no_error(tmp_path: Path) -> None:
    file = tmp_path / "socialcare.toml"
    file.write_bytes(b'\xef\xbb\xbfpolicy = "care"')
    assert read_settings(file).policy == tmp_path / "care"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('polcy = "rules"', ["unknown key `polcy`", "did you mean `policy`?"]),
        ("policy = 3", ["`policy` must be a text", 'policy = "rules"']),
        ("[plugins]\nx = true", ["`plugins.x` must be a table", "[plugins.NAME]"]),
        ("providers = 1", ["`providers` must be a table"]),
        ("[providers]\nintent = 1", ["`providers.intent` must be a text"]),
        ('[unseal]\n"x.law" = ""', ["`unseal.x.law` must be a text", "give the reason"]),
        (
            "[plugins.x]\n[live]\n[plugins.x]\nid = 1",
            [
                "there is a `[plugins.x]` already, and here is another (at line 3, column 11)",
                "under the first",
            ],
        ),
        ("policy = ", ["invalid value", "(at end of document)", "TOML"]),
        ("a = 1\na = 2", ["cannot overwrite a value"]),
    ],
)
def test_a_mistake_names_the_file_the_key_and_the_way_out(
    written: Written, text: str, said: list[str]
) -> None:
    message = refusal(written(text))
    for part in ["socialcare.toml", "help: ", *said]:
        assert part in message


def test_all_mistakes_are_named_at_once(written: Written) -> None:
    message = refusal(written("policy = 3\nplugin = 1"))
    assert "`policy` must be a text" in message
    assert "unknown key `plugin`" in message


def test_a_file_that_is_absent_or_no_text_is_refused_with_a_way_out(tmp_path: Path) -> None:
    assert "`socialcare init DIR` writes one" in refusal(tmp_path / "none.toml")
    bad = tmp_path / "bad.toml"
    bad.write_bytes(b"policy = '\xff'")
    assert "is not UTF-8 at byte 10" in refusal(bad)
