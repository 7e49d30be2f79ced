"""Tells our own people: cases, notices and questions to experts, by e-mail and by signed webhook."""

from collections.abc import Sequence
from pathlib import Path

from socialcare import Sender, Settings, hookimpl


@hookimpl
def register_senders(settings: Settings, folder: Path) -> Sequence[Sender]:
    """What reaches the people of `[plugins.notify]`; secrets are read here, and nowhere else."""
    # Only what runs live sends, and only there the libraries that do it need to be installed.
    from socialcare_notify.sender import opened  # noqa: PLC0415 - as above
    from socialcare_notify.settings import NotifySettings  # noqa: PLC0415 - as above

    return [opened(NotifySettings.model_validate(settings), folder)]
