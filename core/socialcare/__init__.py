"""socialcare: policy as code for social customer care.

This is the front door: everything a plugin needs is imported from here.
"""

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
    "SocialcareError",
    "Source",
    "Value",
    "hookimpl",
]
