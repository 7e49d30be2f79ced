"""Bluesky: its public stream as recorded by Jetstream, and the channel."""

from collections.abc import Sequence

from socialcare import Channel, Settings, Source, hookimpl
from socialcare_bluesky.channel import Bluesky
from socialcare_bluesky.jetstream import Jetstream
from socialcare_bluesky.settings import BlueskySettings


@hookimpl
def register_sources(settings: Settings) -> Sequence[Source]:
    """The reader of recorded streams; it knows our accounts by the settings."""
    return [Jetstream(BlueskySettings.model_validate(settings))]


@hookimpl
def register_channels() -> Sequence[Channel]:
    """Bluesky."""
    return [Bluesky()]
