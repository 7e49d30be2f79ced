"""The channel X."""

from collections.abc import Sequence

from socialcare import Channel, Settings, hookimpl
from socialcare_x.channel import XSettings, channel


@hookimpl
def register_channels(settings: Settings) -> Sequence[Channel]:
    """X, with the guards and actions of the tier that `[plugins.x]` names."""
    return [channel(XSettings.model_validate(settings))]
