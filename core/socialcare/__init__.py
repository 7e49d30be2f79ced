"""socialcare: policy as code for social customer care.

This is the front door: everything a plugin needs is imported from here.
"""

from socialcare.version import __version__ as __version__

TYPE_CHECKING = False  # importing `typing` takes 10 ms, which every start would pay
if TYPE_CHECKING:
    from socialcare.errors import ArchiveError, PluginError, SettingsError, SocialcareError
    from socialcare.hookspecs import Settings, hookimpl
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

__all__ = [
    "ABSENT",
    "Action",
    "ArchiveError",
    "Author",
    "Channel",
    "Choice",
    "Classifier",
    "Decision",
    "Entity",
    "Field",
    "FieldValue",
    "Lookup",
    "Mention",
    "Parameter",
    "PluginError",
    "Question",
    "ReadOptions",
    "Refers",
    "Reject",
    "Settings",
    "SettingsError",
    "Skipped",
    "SocialcareError",
    "Source",
    "Value",
    "hookimpl",
]

_HOMES = ("errors", "model", "ports", "hookspecs")


def __getattr__(name: str) -> object:
    # Each name is fetched when it is asked for, so that the command line starts without what it does not use.
    from importlib import import_module  # noqa: PLC0415 - as above

    if name in __all__:
        for home in _HOMES:
            module = import_module(f"socialcare.{home}")
            if hasattr(module, name):
                return getattr(module, name)
    raise AttributeError(f"module `socialcare` has no `{name}`")
