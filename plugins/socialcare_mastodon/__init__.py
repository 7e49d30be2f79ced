"""Mastodon: recorded notifications and conversations, and the channel."""

from collections.abc import Sequence

from socialcare import Channel, Settings, Source, hookimpl
from socialcare_mastodon.channel import channel
from socialcare_mastodon.notifications import Notifications
from socialcare_mastodon.settings import MastodonSettings


@hookimpl
def register_sources(settings: Settings) -> Sequence[Source]:
    """The reader of what a server told us."""
    return [Notifications(MastodonSettings.model_validate(settings))]


@hookimpl
def register_channels(settings: Settings) -> Sequence[Channel]:
    """Mastodon, with the length that our server allows."""
    return [channel(MastodonSettings.model_validate(settings))]
