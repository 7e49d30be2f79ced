"""What can go wrong, in words for the person who has to mend it."""


class SocialcareError(Exception):
    """Something that a user caused and can mend; its text is the message to them."""

    exit_code = 2


class SettingsError(SocialcareError):
    """`socialcare.toml` cannot be used as it is."""


class PluginError(SocialcareError):
    """A plugin cannot be loaded, or declares something that cannot be."""


class PolicyError(SocialcareError):
    """The policy has errors; they have been reported with their places."""

    exit_code = 1


class ArchiveError(SocialcareError):
    """A file of past mentions cannot be read."""


class Conflict(Exception):  # noqa: N818 - a store's normal answer, not an error that a user sees
    """Another worker changed a key between `read` and `commit`; read again and decide again."""


class Interrupted(Exception):  # noqa: N818 - as above
    """Not the event's fault: the store cannot be reached, or what was being decided changed meanwhile.

    Nothing was written; the batch is given back, to be decided later.
    """
