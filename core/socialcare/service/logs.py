"""Logs of what runs live: one line of JSON each, or readable ones on a terminal; never a mention's text, never a secret."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, TypeAlias

import structlog
from sqlalchemy.exc import DBAPIError

from socialcare.diagnostics.excerpt import visible
from socialcare.secrets import redact_logs, redacted, redacted_deep

_LONGEST = 200

_Event: TypeAlias = MutableMapping[str, Any]  # Any: whatever is logged


def told(error: BaseException) -> str:
    """An error in one line: without a secret, and without the values that a database was given, which are what people wrote."""
    said = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    line = str(said).strip().partition("\n")[0]
    return redacted(f"{type(said).__name__}: {line}" if line else type(said).__name__)[:_LONGEST]


def set_up(*, as_json: bool, level: int = logging.INFO) -> None:
    """Send everything to stderr, through what takes secrets out."""
    shape: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback, pad_event_to=0
        )
    )
    shared: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _where,
        _without_secrets,
        *([] if as_json else [_without_controls]),
    ]
    structlog.configure(
        processors=[*shared, shape],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=shape, foreign_pre_chain=shared))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    redact_logs(root)


def _where(_logger: object, _method: str, event: _Event) -> _Event:
    """Of an error the places that it passed and not its message, which may hold what people wrote: `told` is for that."""
    error = event.pop("exc_info", None)
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event["where"] = "".join(traceback.format_tb(error.__traceback__)) + type(error).__name__
    return event


def _without_secrets(_logger: object, _method: str, event: _Event) -> _Event:
    return {name: redacted_deep(value) for name, value in event.items()}


def _without_controls(_logger: object, _method: str, event: _Event) -> _Event:
    """What other people wrote must not act on the terminal."""
    return {
        name: visible(value, keep="\n") if isinstance(value, str) else value for name, value in event.items()
    }
