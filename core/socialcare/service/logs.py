"""Logs of what runs live: one line of JSON each, or readable ones on a terminal; never a mention's text, never a secret."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from socialcare.secrets import redacted_deep

_LIBRARIES = ("aiohttp", "tweepy", "sqlalchemy", "alembic", "asyncio", "oauthlib", "requests_oauthlib")
"""At their most talkative, some of these print requests with their headers."""


def set_up(*, as_json: bool, level: int = logging.INFO) -> None:
    """Send everything to stderr, through what takes secrets out."""
    shape: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    shared: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _without_secrets,
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
    for name in _LIBRARIES:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))


def _without_secrets(
    _logger: object,
    _method: str,
    event: MutableMapping[str, Any],  # Any: whatever is logged
) -> MutableMapping[str, Any]:
    return {name: redacted_deep(value) for name, value in event.items()}
