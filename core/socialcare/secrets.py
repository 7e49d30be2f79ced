"""Secrets: taken from the environment or a file by reference, never shown, and kept out of the logs (S31)."""

from __future__ import annotations

import hmac
import logging
import os
import re
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeAlias
from urllib.parse import quote

from pydantic import AfterValidator, GetPydanticSchema
from pydantic_core import PydanticCustomError, core_schema

from socialcare.errors import SettingsError

HIDDEN = "***"
"""What is shown instead of a secret."""

SHORTEST = 4
"""Characters of the shortest secret: what is shorter stands in every other line of a log."""

LARGEST_FILE = 64 * 1024
"""Bytes of the largest file that is read as a secret."""

_REFERENCE = re.compile(r"env:(?P<variable>[A-Za-z_][A-Za-z0-9_]*)|file:(?P<file>[^\0\r\n]+)")
_WAY_OUT = 'write where it is kept: `"env:NAME"` for a variable of the environment, `"file:PATH"` for a file of its own'


class Secret:
    """A value that only `reveal` gives away: not `repr`, `str` or a format, no pickle, no JSON; the logs redact it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value
        _remember(value)

    def reveal(self) -> str:
        """The value; for the place where it is used, and nowhere else."""
        return self._value

    def __repr__(self) -> str:
        return HIDDEN

    def __format__(self, spec: str) -> str:
        return format(HIDDEN, spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._value.encode(), other._value.encode())

    __hash__ = None  # type: ignore[assignment]  # Python's own way to say that a value is no key

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written down")

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, _: Mapping[int, object]) -> Secret:
        return self


def _referred(written: str) -> str:
    if _REFERENCE.fullmatch(written) is None:
        raise PydanticCustomError(
            "secret", "a secret does not stand in the settings; {out}", {"out": _WAY_OUT}
        )
    return written


def _unshown(_: object, handler: Any) -> core_schema.CoreSchema:  # Any: pydantic's handler of schemas
    """The schema of a text that pydantic's own message about another type does not repeat."""
    return core_schema.custom_error_schema(
        handler(str),
        custom_error_type="secret",
        custom_error_message="a secret does not stand in the settings; {out}",
        custom_error_context={"out": _WAY_OUT},
    )


SecretRef: TypeAlias = Annotated[str, GetPydanticSchema(_unshown), AfterValidator(_referred)]
"""The type of a setting that says where a secret is kept; the plain value is refused, and never repeated.

A model with such settings takes `hide_input_in_errors=True`, so that no traceback shows a value that stood there by mistake.
"""


def secret(reference: str, folder: Path) -> Secret:
    """The secret that `env:NAME` or `file:PATH` refers to; a path is relative to the folder of the settings.

    Of a file the line end at its end is no part of the secret.

    Raises:
        SettingsError: it is no reference, or there is nothing there; the value is never repeated.
    """
    named = _REFERENCE.fullmatch(reference)
    if named is None:
        raise SettingsError(f"a secret does not stand in the settings\nhelp: {_WAY_OUT}")
    value = _variable(named["variable"]) if named["variable"] else _file(folder / named["file"], reference)
    if len(value) < SHORTEST:
        raise SettingsError(
            f"the secret `{reference}` is shorter than {SHORTEST} characters\nhelp: a longer one can be kept out of the logs"
        )
    return Secret(value)


def _variable(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise SettingsError(
            f"the environment has no `{name}`\nhelp: set it for the service, or refer to a file: `file:PATH`"
        )
    return value


def _file(path: Path, reference: str) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
        value = content.decode("utf-8").rstrip("\r\n")
    except OSError as error:
        raise SettingsError(
            f"the secret `{reference}` cannot be read: {(error.strerror or 'no reason given').lower()}\n"
            "help: the file holds nothing but the secret, and the service may read it"
        ) from None
    except UnicodeDecodeError:
        raise SettingsError(f"the secret `{reference}` is no text\nhelp: save it as UTF-8") from None
    if len(content) > LARGEST_FILE:
        raise SettingsError(
            f"the secret `{reference}` has more than {LARGEST_FILE:,} bytes\nhelp: the file holds nothing but the secret"
        )
    return value


# ---- redaction ------------------------------------------------------------------------------------------------------

_known: tuple[str, ...] = ()
"""Every form in which a secret of this process may turn up, the longest first."""

_NAMES = r"(?:token|password|passwd|secret|signature|api[_-]?key|private[_-]?key|cookie)"
_KEY = rf"{_NAMES}(?:\\?[\"'])?\s*[:=]\s*"

_PATTERNS = (
    (re.compile(r"(?i)(authorization[\"']?\s*[:=]\s*[\"']?)[^\"'\r\n]+"), rf"\1{HIDDEN}"),
    (re.compile(r"(?i)\b(bearer\s+)[A-Za-z0-9._~+/=%-]{6,}"), rf"\1{HIDDEN}"),
    (re.compile(r"(?i)(oauth_[a-z_]{1,30}[\"']?\s*[:=]\s*[\"']?)[^\"'&,;\s]+"), rf"\1{HIDDEN}"),
    (re.compile(rf"(?i)({_KEY}\\?\")[^\"\\]*"), rf"\1{HIDDEN}"),
    (re.compile(rf"(?i)({_KEY}')[^']*"), rf"\1{HIDDEN}"),
    (re.compile(rf"(?i)({_KEY})[^\"'\\&,;\s}})\]]+"), rf"\1{HIDDEN}"),
    (re.compile(r"(?i)(\b[a-z][a-z0-9+.-]{1,15}://)[^/@\s\"']{1,500}@"), rf"\1{HIDDEN}@"),
)
"""What looks like a secret, whosoever it is: headers, OAuth parameters, keys of JSON and of queries, names in addresses."""

_TALKATIVE = (
    "aiohttp",
    "aiosmtplib",
    "asyncio",
    "oauthlib",
    "requests_oauthlib",
    "tweepy",
    "urllib3",
    "sqlalchemy",
)
"""Libraries that write headers or whole requests at DEBUG."""

_OF_EVERY_RECORD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


def _remember(value: str) -> None:
    """Have a secret redacted from now on, in the forms it takes on its way: line by line, quoted for a URL, in base64."""
    global _known  # noqa: PLW0603 - what is known is known to the whole process, as logging is
    pieces = {value, *value.splitlines(), quote(value, safe=""), b64encode(value.encode()).decode()}
    forms = {*_known, *(piece for piece in pieces if len(piece) >= SHORTEST)}
    _known = tuple(sorted(forms, key=lambda form: (-len(form), form)))


def redacted(text: str) -> str:
    """The text without any secret that this process holds, and without what looks like one."""
    for form in _known:
        text = text.replace(form, HIDDEN)
    for pattern, shown in _PATTERNS:
        text = pattern.sub(shown, text)
    return text


def redacted_deep(value: Any) -> Any:  # Any: what a log record carries, plain data or not
    """The same of all texts in lists and maps; the value under a key that names a secret is hidden as a whole."""
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, Mapping):
        return {key: HIDDEN if _names_one(key, held) else redacted_deep(held) for key, held in value.items()}
    if isinstance(value, list | tuple) and type(value) in (list, tuple):
        return type(value)(redacted_deep(one) for one in value)
    return value


_NAMES_ONE = re.compile(
    r"(?i)(?:token|password|secret|signature|authorization|cookie|api_?key|private_?key)$"
)


def _names_one(key: object, held: object) -> bool:
    return isinstance(key, str) and isinstance(held, str | bytes) and _NAMES_ONE.search(key) is not None


class Redacting(logging.Filter):
    """Takes secrets out of log records: message, arguments, exception, stack and what else a record carries."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record through, redacted."""
        if isinstance(record.msg, Mapping):  # a structured event, whose renderer wants it as it is
            record.msg = redacted_deep(record.msg)
        else:
            record.msg, record.args = redacted(_message(record)), None
        if record.exc_info and record.exc_info[0] is not None:
            record.exc_text = record.exc_text or _FORMATTER.formatException(record.exc_info)
        if record.exc_text:
            record.exc_text, record.exc_info = redacted(record.exc_text), None
        if record.stack_info:
            record.stack_info = redacted(record.stack_info)
        for name in record.__dict__.keys() - _OF_EVERY_RECORD:
            record.__dict__[name] = redacted_deep(record.__dict__[name])
        return True


_FORMATTER = logging.Formatter()


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (
        TypeError,
        ValueError,
        KeyError,
    ):  # arguments that do not fit: logging would print them on its own
        return f"{record.msg} {record.args}"


def redact_logs(root: logging.Logger | None = None) -> None:
    """Redact what every handler of the root logger writes, and keep talkative libraries from DEBUG.

    A filter of a logger does not see what other loggers pass up to it; one of a handler sees all that the handler writes.
    """
    root = root or logging.getLogger()
    for handler in root.handlers:
        if not any(isinstance(one, Redacting) for one in handler.filters):
            handler.addFilter(Redacting())
    for name in _TALKATIVE:
        library = logging.getLogger(name)
        library.setLevel(max(library.level, logging.INFO))
