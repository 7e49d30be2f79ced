"""Loads a policy: from the files of a folder, or a single text, to one value; or to problems, never to half of it.

What reads it is imported where it is needed: a policy that is kept needs no reader.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from socialcare.diagnostics import Problems
from socialcare.model import Vocabulary
from socialcare.policy.cache.kept import Kept, is_on, recall, remember
from socialcare.policy.cache.keys import key_of_policy
from socialcare.policy.collector import collector_at_rest
from socialcare.policy.statements import Policy
from socialcare.policy.yaml.decoding import text_of
from socialcare.policy.yaml.files import Raw, find_policy_files

Sealed = Sequence[tuple[str, str]]


def load(folder: Path, vocabulary: Vocabulary, problems: Problems, *, sealed: Sealed = ()) -> Policy | None:
    """Read the policy in a folder, or report every problem of every file and return `None`.

    `sealed` are the built-in guards, as name and YAML text each; a policy cannot change them. A policy without an error is kept in
    the user's cache, by the content of its files, with what was said of it; `SOCIALCARE_CACHE` moves the cache or switches it off.
    """
    found = Problems()
    with collector_at_rest():
        raw = find_policy_files(folder, found)
        key = key_of_policy(raw, sealed, str(folder), vocabulary) if is_on() and not len(found) else None
        kept = None if key is None else recall(key, folder)
        policy = _read_files(raw, folder, vocabulary, found, sealed, key) if kept is None else kept.policy
    if kept is not None:
        found.extend(kept.said)
    problems.extend(found)
    return (
        None if policy is None else _with_sources(policy, {name: text_of(data) for name, data in raw}, sealed)
    )


def read_text(
    text: str,
    vocabulary: Vocabulary,
    problems: Problems,
    file: str = "policy.yaml",
    *,
    sealed: Sealed = (),
    folder: Path | None = None,
) -> Policy | None:
    """Read a policy that is one text; `file` names it in problems, `folder` is where its lists lie."""
    from socialcare.policy.reading.data import Words  # noqa: PLC0415 - see above
    from socialcare.policy.reading.whole import read_statements  # noqa: PLC0415 - see above
    from socialcare.policy.yaml.parsed import PolicyFiles  # noqa: PLC0415 - see above
    from socialcare.policy.yaml.reader import read_yaml  # noqa: PLC0415 - see above

    found = Problems()
    node = read_yaml(text.encode("utf-8", "surrogatepass"), file, found)
    files = PolicyFiles([] if node is None else [(file, node)], [])
    policy = read_statements(files, sealed, vocabulary, found, Words(folder))
    problems.extend(found)
    return None if policy is None else _with_sources(policy, {file: text}, sealed)


def _read_files(
    raw: Sequence[Raw],
    folder: Path,
    vocabulary: Vocabulary,
    problems: Problems,
    sealed: Sealed,
    key: str | None,
) -> Policy | None:
    """The policy in some files, which is kept under a key."""
    from socialcare.policy.reading.data import Words  # noqa: PLC0415 - see above
    from socialcare.policy.reading.whole import read_statements  # noqa: PLC0415 - see above
    from socialcare.policy.yaml.parsed import read_policy_files  # noqa: PLC0415 - see above

    words = Words(folder)
    files = read_policy_files(folder, raw, problems)
    policy = read_statements(files, sealed, vocabulary, problems, words)
    if policy is not None and key is not None:
        remember(key, Kept(policy, problems.items), words.digests)
    return policy


def _with_sources(policy: Policy, texts: Mapping[str, str], sealed: Sealed) -> Policy:
    return replace(policy, sources={**texts, **dict(sealed)})
