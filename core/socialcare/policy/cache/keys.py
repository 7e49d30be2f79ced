"""What is kept under which name: a digest of everything that it depends on, but for the lists that a policy names."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version

import msgspec

from socialcare.model import Vocabulary
from socialcare.policy.statements import Policy

_OWN, _NOBODY = "socialcare", "?"
_READ_BY = (_OWN, "PyYAML", "google-re2", "emoji", "pydantic")
"""What reads policies, ourselves first; another version may read otherwise."""


def key_of_policy(
    files: Iterable[tuple[str, bytes]], sealed: Iterable[tuple[str, str]], folder: str, vocabulary: Vocabulary
) -> str | None:
    """The digest in 64 hexadecimal digits; `None` where a plugin's code cannot be told from another version of it."""
    told = [(name, sha256(data).digest()) for name, data in files]
    return _key(("policy", folder, told, list(sealed)), vocabulary)


def key_of_findings(policy: Policy, vocabulary: Vocabulary) -> str | None:
    """The same of what an analysis finds: its places and tests are in the sources, what the settings unseal is in the hash."""
    return _key(("findings", policy.hash, policy.folder, list(policy.sources.items())), vocabulary)


def _key(what: Sequence[object], vocabulary: Vocabulary) -> str | None:
    code = [_stamp(name) for name in sorted(_packages(vocabulary))]
    if None in code:
        return None
    whole = (sys.version, [_version(name) for name in _READ_BY], code, _words(vocabulary), what)
    return sha256(msgspec.msgpack.encode(whole)).hexdigest()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # run from its sources: their files tell
        return ""


def _words(vocabulary: Vocabulary) -> Sequence[object]:
    """What a policy may say, as far as the code of the plugins does not settle it: the settings choose among their words."""
    return (
        repr(sorted(vocabulary.fields.items())),
        [(one.name, one.slot, one.settles, one.many, one.shorthand) for one in vocabulary.actions.values()],
        [
            (one.name, repr((one.parameters, one.result, one.choice, one.tags)))
            for one in vocabulary.lookups.values()
        ],
        [
            (one.name, one.limit, one.handle_length, sorted(one.actions), one.guards)
            for one in vocabulary.channels.values()
        ],
        sorted(vocabulary.providers.items()),
        vocabulary.off,
    )


def _packages(vocabulary: Vocabulary) -> set[str]:
    """Ourselves, and where the plugins' words come from."""
    modules = [type(one).__module__ for one in (*vocabulary.lookups.values(), *vocabulary.channels.values())]
    for action in vocabulary.actions.values():
        modules += [kind.__module__ for kind in action.params.__mro__] if action.params is not None else ()
        modules += [getattr(action.propose, "__module__", _NOBODY)] if action.propose is not None else ()
    foreign = {"builtins", "pydantic", "abc", "typing", "functools"}
    return {_OWN, *(module.partition(".")[0] for module in modules)} - foreign


def _stamp(package: str) -> list[tuple[str, int, int]] | None:
    """The sizes and times of a package's files, since versions stand still while it is written."""
    file = getattr(sys.modules.get(package), "__file__", None)
    if file is None:
        return None
    folder, name = os.path.split(file)
    try:
        return sorted(_files(folder, "" if name == "__init__.py" else name))
    except OSError:
        return None


def _files(folder: str, module: str) -> Iterator[tuple[str, int, int]]:
    """The files of a package, or a module alone."""
    for entry in os.scandir(folder):
        if entry.is_dir() and not module:
            yield from _files(entry.path, module)
        elif entry.name == module or (entry.name.endswith(".py") and not module):
            about = entry.stat()
            yield entry.path, about.st_size, about.st_mtime_ns
