"""X: the channel, and live its feeds, webhook and sender."""

from collections.abc import Sequence
from pathlib import Path

from socialcare import Channel, Feed, Sender, Settings, Webhook, hookimpl
from socialcare_x.channel import XSettings, channel


@hookimpl
def register_channels(settings: Settings) -> Sequence[Channel]:
    """X, with the guards and actions of the tier that `[plugins.x]` names."""
    return [channel(XSettings.model_validate(settings))]


@hookimpl
def register_feeds(settings: Settings, folder: Path) -> Sequence[Feed]:
    """What the accounts of `[plugins.x]` listen to; nothing where it names none."""
    from socialcare_x.live import opening  # noqa: PLC0415 - deciding needs none of it

    return opening.feeds(XSettings.model_validate(settings), folder)


@hookimpl
def register_webhooks(settings: Settings, folder: Path) -> Sequence[Webhook]:
    """Where X calls us, if `[plugins.x.webhook]` says so."""
    from socialcare_x.live import opening  # noqa: PLC0415 - as above

    return opening.webhooks(XSettings.model_validate(settings), folder)


@hookimpl
def register_senders(settings: Settings, folder: Path) -> Sequence[Sender]:
    """What speaks for the accounts of `[plugins.x]`."""
    from socialcare_x.live import opening  # noqa: PLC0415 - as above

    own = XSettings.model_validate(settings)
    return opening.senders(own, channel(own).actions, folder)
