"""The commands that plugins bring: loaded only where what was typed is no command of ours."""

from __future__ import annotations

from collections.abc import Mapping

import click

from socialcare.config import find_settings
from socialcare.errors import SocialcareError
from socialcare.plugins import load


def commands() -> Mapping[str, click.Command]:
    """Name → command of the plugins that the nearest settings enable; none where those cannot be used."""
    try:
        loaded = load(find_settings(), skip_broken=True)
    except SocialcareError:
        return {}
    return {str(command.name): command for command in loaded.commands}
