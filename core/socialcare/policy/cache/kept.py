"""Policies that were read before, and what was found in them: found again by what it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from socialcare.diagnostics import Diagnostic
from socialcare.policy.cache.entries import find, keep, place
from socialcare.policy.cache.packing import Unknown, packed, unpacked
from socialcare.policy.statements import Policy
from socialcare.policy.yaml.files import read_list


class Kept(NamedTuple):
    """A policy without its sources, and what was said of it that stops nobody."""

    policy: Policy
    said: Sequence[Diagnostic]


def is_on() -> bool:
    """Whether policies are kept at all."""
    return place() is not None


def recall(key: str, folder: Path) -> Kept | None:
    """What is kept under a key, if the lists in the folder of the policy are what they were."""
    entry = find(key)
    if entry is None:
        return None
    for name, digest in entry.lists.items():
        problem, data = read_list(folder, name)
        if problem is not None or sha256(data).digest() != digest:
            return None
    try:
        policy, said = unpacked(entry.body)
    except (Unknown, TypeError, ValueError):
        return None
    return Kept(policy, said) if isinstance(policy, Policy) else None


def remember(key: str, kept: Kept, lists: Mapping[str, bytes]) -> None:
    """Keep a policy; `lists` are the digests of the list files that it was read with, by name."""
    with suppress(Unknown):  # a plugin's parameters may hold what only the plugin knows
        keep(key, packed(tuple(kept)), dict(lists))


def recall_findings(key: str) -> Sequence[Diagnostic] | None:
    """What an analysis found before."""
    entry = find(key)
    if entry is None:
        return None
    try:
        found = unpacked(entry.body)
    except Unknown:
        return None
    sound = isinstance(found, list) and all(isinstance(one, Diagnostic) for one in found)
    return found if sound else None


def remember_findings(key: str, found: Sequence[Diagnostic]) -> None:
    """Keep what an analysis found."""
    keep(key, packed(list(found)), {})
