"""socialcare: policy as code for social customer care.

This is the front door: everything a plugin needs is imported from here.
"""

from socialcare.version import __version__ as __version__

TYPE_CHECKING = False  # importing `typing` takes 10 ms, which every start would pay
if TYPE_CHECKING:
    from socialcare.errors import ArchiveError, PluginError, SettingsError, SocialcareError
    from socialcare.hookspecs import Settings, hookimpl
    from socialcare.listening import Batch, Feed, Gone, Refused, Webhook
    from socialcare.model import (
        ABSENT,
        Author,
        Choice,
        Decision,
        Field,
        FieldValue,
        Mention,
        Parameter,
        Refers,
        Reject,
        Skipped,
        Value,
    )
    from socialcare.ports import Action, Channel, Classifier, Entity, Lookup, Question, ReadOptions, Source
    from socialcare.sending import Answer, Effect, Found, Limited, OwnPost, Reaching, Sender, Window

__all__ = [
    "ABSENT",
    "Action",
    "Answer",
    "ArchiveError",
    "Author",
    "Batch",
    "Channel",
    "Choice",
    "Classifier",
    "Decision",
    "Effect",
    "Entity",
    "Feed",
    "Field",
    "FieldValue",
    "Found",
    "Gone",
    "Limited",
    "Lookup",
    "Mention",
    "OwnPost",
    "Parameter",
    "PluginError",
    "Question",
    "Reaching",
    "ReadOptions",
    "Refers",
    "Refused",
    "Reject",
    "Sender",
    "Settings",
    "SettingsError",
    "Skipped",
    "SocialcareError",
    "Source",
    "Value",
    "Webhook",
    "Window",
    "hookimpl",
]

_HOMES = ("errors", "model", "ports", "listening", "sending", "hookspecs")


def __getattr__(name: str) -> object:
    # Each name is fetched when it is asked for, so that the command line starts without what it does not use.
    from importlib import import_module  # noqa: PLC0415 - as above

    if name in __all__:
        for home in _HOMES:
            module = import_module(f"socialcare.{home}")
            if hasattr(module, name):
                return getattr(module, name)
    raise AttributeError(f"module `socialcare` has no `{name}`")
