"""The files of a policy as nodes."""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from socialcare.diagnostics import Problems
from socialcare.policy.yaml.files import FIRST_POLICY, Raw, shown_path
from socialcare.policy.yaml.nodes import MapNode
from socialcare.policy.yaml.reader import read_yaml

_TEST_ENDINGS = (".test.yaml", ".test.yml")

File = tuple[str, MapNode]


class PolicyFiles(msgspec.Struct, frozen=True):
    """The files of a policy that could be read, sorted by path: statements, and `*.test.yaml` conversations."""

    statements: list[File]
    tests: list[File]


def read_policy_files(path: Path, raw: Iterable[Raw], problems: Problems) -> PolicyFiles:
    """Read what was found under a folder as YAML, or report what is wrong with it."""
    files = PolicyFiles([], [])
    for name, data in raw:
        node = read_yaml(data, name, problems)
        if node is not None:
            (files.tests if name.lower().endswith(_TEST_ENDINGS) else files.statements).append((name, node))
    if not files.statements and not problems.has_errors:
        problems.error(
            "SC102",
            None,
            f"the folder `{shown_path(path)}` holds no rules",
            fix=f"put a file into it whose name ends in `.yaml`; {FIRST_POLICY}",
        )
    return files
