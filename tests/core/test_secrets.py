"""Secrets come by reference, never show themselves, and are kept out of logs (S31); the seeded test of S32 in small."""

import copy
import io
import json
import logging
import pickle
import traceback
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, ValidationError

from socialcare import secrets
from socialcare.errors import SettingsError
from socialcare.secrets import Redacting, Secret, SecretRef, redact_logs, redacted, redacted_deep, secret

VALUE = "S3eded-v4lue/with+signs"


@pytest.fixture(autouse=True)
def _nothing_known_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "_known", ())


@pytest.fixture
def log() -> tuple[logging.Logger, io.StringIO]:
    """A logger below a root of its own, and what that root's handler writes."""
    root, stream = logging.RootLogger(logging.DEBUG), io.StringIO()
    root.addHandler(logging.StreamHandler(stream))
    redact_logs(root)
    return logging.Manager(root).getLogger("child"), stream


class Table(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    password: SecretRef


# ---- where secrets come from ----------------------------------------------------------------------------------------


def test_a_secret_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CARE_PASSWORD", VALUE)
    assert secret("env:CARE_PASSWORD", tmp_path).reveal() == VALUE


def test_a_secret_comes_from_a_file_beside_the_settings_without_its_line_end(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{VALUE}\n", "utf-8")
    assert secret("file:key", tmp_path).reveal() == VALUE
    assert secret(f"file:{tmp_path / 'key'}", Path("/nowhere")).reveal() == VALUE


def test_what_is_not_there_is_named_with_a_way_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CARE_PASSWORD", raising=False)
    with pytest.raises(SettingsError, match=r"has no `CARE_PASSWORD`\nhelp: set it"):
        secret("env:CARE_PASSWORD", tmp_path)
    with pytest.raises(SettingsError, match=r"`file:key` cannot be read: no such file"):
        secret("file:key", tmp_path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"abc", "shorter than 4"),
        (b"\xff\xfe\xfd\xfc", "is no text"),
        (b"x" * 65_537, "more than 65,536 bytes"),
    ],
)
def test_a_file_that_holds_no_secret_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(SettingsError, match=reason):
        secret("file:key", tmp_path)


def test_a_plain_value_is_refused_and_never_repeated(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="env:NAME") as told:
        secret(VALUE, tmp_path)
    assert VALUE not in "".join(traceback.format_exception(told.value))


@pytest.mark.parametrize("written", [VALUE, 12345678901, ["env:A"], "env:", "env:A B", "file:", None])
def test_a_setting_that_holds_a_plain_value_is_refused_and_never_repeated(written: object) -> None:
    with pytest.raises(ValidationError, match="env:NAME") as told:
        Table.model_validate({"password": written})
    assert len(told.value.errors()) == 1
    said = "".join(traceback.format_exception(told.value)) + told.value.errors()[0]["msg"]
    assert VALUE not in said
    assert "12345678901" not in said


def test_a_setting_that_refers_is_kept_as_it_is_written() -> None:
    assert Table.model_validate({"password": "env:CARE"}).password == "env:CARE"
    assert Table.model_validate({"password": "file:keys/care"}).password == "file:keys/care"
    assert "password" in Table.model_json_schema()["properties"]


# ---- S31: a secret never shows itself -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Holder:
    key: Secret


def test_S31_a_secret_shows_itself_in_no_text() -> None:
    one = Secret(VALUE)
    shown = f"{one} {one!r} {one!s} {one:>30} %s {[one]} {Holder(one)} {KeyError(one)}" % one
    assert VALUE not in shown
    assert f"{'***':>30}" in shown
    assert not hasattr(one, "__dict__")


def test_S31_a_secret_is_not_pickled_and_not_written_as_json() -> None:
    one = Secret(VALUE)
    for write in (pickle.dumps, json.dumps, msgspec.json.encode, msgspec.to_builtins):
        with pytest.raises(TypeError) as told:
            write(one)
        assert VALUE not in str(told.value)


def test_a_copy_of_a_secret_is_the_secret() -> None:
    one = Secret(VALUE)
    assert copy.copy(one) is one
    assert copy.deepcopy(Holder(one)).key is one


def test_secrets_are_equal_by_value_and_are_no_keys() -> None:
    assert Secret(VALUE) == Secret(VALUE)
    assert Secret(VALUE) != Secret("another")
    assert Secret(VALUE) != VALUE
    with pytest.raises(TypeError):
        hash(Secret(VALUE))


# ---- S31: logs ------------------------------------------------------------------------------------------------------


def test_S31_a_known_value_is_redacted_in_every_form_it_takes() -> None:
    Secret(VALUE)
    Secret("first line of a key\nsecond line of it")
    for form in (
        VALUE,
        "S3eded-v4lue%2Fwith%2Bsigns",
        b64encode(VALUE.encode()).decode(),
        "second line of it",
    ):
        assert redacted(f"a {form} b") == "a *** b"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Authorization: OAuth oauth_nonce=1, x=2", "Authorization: ***"),
        ("{'Authorization': 'Basic YTpi', 'A': 'b'}", "{'Authorization': '***', 'A': 'b'}"),
        ("sent Bearer AAAA%2FBBBB to x", "sent Bearer *** to x"),
        ('oauth_token="12-ab", oauth_signature="tnn%3D"', 'oauth_token="***", oauth_signature="***"'),
        ("?oauth_token=12-ab&id=7", "?oauth_token=***&id=7"),
        ('{"token": "ab\'c d", "id": 7}', '{"token": "***", "id": 7}'),
        ('{"access_token":"abc"}', '{"access_token":"***"}'),
        ('"{\\"token\\": \\"abc\\"}"', '"{\\"token\\": \\"***\\"}"'),
        ("password=hunter2&x=1", "password=***&x=1"),
        ("connect to postgresql://care:hunter2@db/care", "connect to postgresql://***@db/care"),
    ],
)
def test_S31_what_looks_like_a_secret_is_redacted(written: str, shown: str) -> None:
    assert redacted(written) == shown


@pytest.mark.parametrize(
    "text", ["token_type is bearer", "10 tokens left", "https://example.com/a@b", "author @jo: hi"]
)
def test_what_only_reminds_of_a_secret_stays(text: str) -> None:
    assert redacted(text) == text


def test_S31_the_root_redacts_what_other_loggers_pass_up(log: tuple[logging.Logger, io.StringIO]) -> None:
    child, stream = log
    Secret(VALUE)
    child.warning("message with %s", VALUE)
    child.warning("arguments that do not fit %d", VALUE)
    child.warning("percent %s and 100%", "x")
    try:
        int(f"the server said {VALUE}")
    except ValueError:
        child.exception("failed", stack_info=True)
    said = stream.getvalue()
    assert VALUE not in said
    assert "message with ***" in said
    assert "ValueError: invalid literal for int() with base 10: 'the server said ***'" in said


def test_S31_structured_events_and_extras_are_redacted(log: tuple[logging.Logger, io.StringIO]) -> None:
    child, stream = log
    Secret(VALUE)
    handler = child.parent.handlers[0] if child.parent else None
    assert handler is not None
    handler.setFormatter(logging.Formatter("%(message)s %(reason)s"))
    child.warning({"event": VALUE, "deep": [{"x": VALUE}, 3]}, extra={"reason": {"password": "hunter2"}})
    assert stream.getvalue() == "{'event': '***', 'deep': [{'x': '***'}, 3]} {'password': '***'}\n"


def test_redacting_twice_adds_nothing() -> None:
    root = logging.RootLogger(logging.DEBUG)
    root.addHandler(logging.NullHandler())
    redact_logs(root)
    redact_logs(root)
    assert [type(one) for one in root.handlers[0].filters] == [Redacting]


def test_S31_libraries_that_write_headers_are_kept_from_debug() -> None:
    logging.getLogger("tweepy").setLevel(logging.DEBUG)
    redact_logs(logging.RootLogger(logging.DEBUG))
    assert logging.getLogger("tweepy").level == logging.INFO


@given(
    value=st.text(
        st.characters(codec="utf-8", exclude_characters="*"), min_size=secrets.SHORTEST, max_size=40
    ),
    before=st.text(max_size=20),
    after=st.text(max_size=20),
)
def test_S31_no_text_keeps_a_known_value(value: str, before: str, after: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secrets, "_known", ())
        Secret(value)
        assert value not in redacted(before + value + after)
        assert value not in str(redacted_deep({"a": [before + value + after]})["a"][0])


@given(st.text(max_size=2000))
def test_redacting_a_text_again_changes_nothing_that_matters(text: str) -> None:
    once = redacted(text)
    assert redacted(redacted(once)) == redacted(once)


# ---- S32 ------------------------------------------------------------------------------------------------------------


def test_S32_a_marked_secret_is_in_no_output(
    log: tuple[logging.Logger, io.StringIO], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    child, stream = log
    (tmp_path / "key").write_text(VALUE, "utf-8")
    one = secret("file:key", tmp_path)
    child.error("%s %r %s", one, {"key": one}, one.reveal())
    print(one, [one], Holder(one))
    assert VALUE not in stream.getvalue() + capsys.readouterr().out
