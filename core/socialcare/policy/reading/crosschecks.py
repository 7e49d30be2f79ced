"""What no statement can know alone: circles, guards over fields that may be missing, ids that were used before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from socialcare.diagnostics import Place
from socialcare.model import Vocabulary
from socialcare.policy.statements import Comparison, Condition, Policy
from socialcare.policy.walk import leaves, paths_read

if TYPE_CHECKING:  # whoever asks for the fields that a policy uses need not know how it is read
    from socialcare.policy.reading.context import Reading
    from socialcare.policy.reading.pages import Pages

DEEPEST = 50
"""How long a chain of signals, counts and formulas may be that refer to each other."""

Graph = Mapping[str, Iterable[str]]


def crosscheck(policy: Policy, pages: Pages, reading: Reading) -> None:
    """Report what is wrong between the statements that could be read."""
    measures, places = _measures(policy), _places(pages)
    if not _refuse_circles(measures, places, "depends on itself", reading):
        _refuse_long_chains(measures, places, reading)
    beats = {
        f"rule {name}": [f"rule {other}" for other in rule.wins_over]
        for name, rule in policy.rules.items()
        if rule.wins_over
    }
    _refuse_circles(beats, places, "wins over itself", reading)
    _refuse_reused_ids(policy, reading)
    if not reading.problems.has_errors:
        _refuse_guards_over_missing_fields(policy, reading)


def used_fields(policy: Policy, vocabulary: Vocabulary) -> frozenset[str]:
    """The fields of the vocabulary that a policy reads."""
    found: set[str] = set()
    for path in paths_read(policy):
        name = path
        while name not in vocabulary.fields and "." in name:
            name = name.rpartition(".")[0]
        if name in vocabulary.fields:
            found.add(name)
    return frozenset(found)


def _measures(policy: Policy) -> dict[str, list[str]]:
    """Which signals, counts and formulas each of them refers to."""
    graph = {f"signal {name}": list(_referred(when, policy)) for name, when in policy.signals.items()}
    graph |= {f"count {name}": list(_referred(count.when, policy)) for name, count in policy.counts.items()}
    for name, formula in policy.formulas.items():
        graph[f"formula {name}"] = [node for path in formula.calc.paths if (node := _node(path, policy))]
    return graph


def _referred(condition: Condition, policy: Policy) -> Iterator[str]:
    for leaf in leaves(condition):
        if not isinstance(leaf, Comparison):
            yield f"signal {leaf.name}"
        elif node := _node(leaf.path, policy):
            yield node


def _node(path: str, policy: Policy) -> str | None:
    if path.startswith("counts."):
        return f"count {path.removeprefix('counts.')}"
    return f"formula {path}" if path in policy.formulas else None


def _places(pages: Pages) -> dict[str, Place]:
    nouns = {"signals": "signal", "counts": "count", "formulas": "formula", "rules": "rule"}
    return {
        f"{noun} {name}": key.place
        for section, noun in nouns.items()
        for name, (key, _) in pages.maps[section].items()
    }


def _refuse_long_chains(graph: Graph, places: Mapping[str, Place], reading: Reading) -> None:
    """Report a chain that is too long to follow; without circles each level has a next one."""
    level, depth = set(graph), 0
    while level and depth <= DEEPEST:
        level = {other for member in level for other in graph.get(member, ())}
        depth += 1
    for member in sorted(level)[:1]:
        noun, _, name = member.partition(" ")
        reading.problems.error(
            "SC212",
            places.get(member),
            f"a chain of more than {DEEPEST} statements leads to the {noun} `{name}`",
        )


def _refuse_circles(graph: Graph, places: Mapping[str, Place], what: str, reading: Reading) -> bool:
    """Report each circle once, at its first member by name; whether there is one."""
    done: set[str] = set()
    found = False
    for start in sorted(graph):
        circle = _circle(start, graph, done)
        if circle is None:
            continue
        found = True
        noun, _, name = circle[0].partition(" ")
        way = " → ".join(member.partition(" ")[2] for member in (*circle, circle[0]))
        reading.problems.error("SC212", places.get(circle[0]), f"the {noun} `{name}` {what}", label=way)
    return found


def _circle(start: str, graph: Graph, done: set[str]) -> list[str] | None:
    """A circle that can be reached, walked without recursion; `done` are members already walked."""
    path: list[str] = []
    on_path: set[str] = set()
    stack: list[tuple[str, Iterator[str]]] = []
    found: list[str] | None = None
    if start in done:
        return None
    stack.append((start, iter(graph.get(start, ()))))
    path.append(start)
    on_path.add(start)
    while stack:
        node, others = stack[-1]
        other = next(others, None)
        if other is None:
            stack.pop()
            path.pop()
            on_path.discard(node)
            done.add(node)
        elif other in on_path:
            found = found or path[path.index(other) :]
        elif other not in done:
            stack.append((other, iter(graph.get(other, ()))))
            path.append(other)
            on_path.add(other)
    if found is None:
        return None
    first = found.index(min(found))
    return found[first:] + found[:first]


def _refuse_reused_ids(policy: Policy, reading: Reading) -> None:
    """An id that a statement had before belongs to it."""
    owners: dict[str, str] = {}
    for statements in (policy.rules, policy.guards):
        for name, statement in statements.items():
            for old in statement.was:
                owner = name if old in statements else owners.get(old)
                if owner is not None:
                    label = "it is in use" if old in statements else f"`{owner}` says so too"
                    reading.problems.error("SC211", statement.place, f"`{name}` was not `{old}`", label=label)
                owners[old] = name


def _refuse_guards_over_missing_fields(policy: Policy, reading: Reading) -> None:
    """A guard binds unless its condition is false, so an archive without the field would hold everything."""
    open_tests: dict[str, list[Comparison]] = {}
    for guard in policy.guards.values():
        tests = _may_be_unknown(guard.when, policy, reading, open_tests)
        for test in {test.path: test for test in tests}.values():
            shown = "true" if "exists" in test.op else "false"
            reading.problems.error(
                "SC214", test.place, f"`{test.path}` may be missing, and the guard `{guard.id}` would then bind",
                label="say what holds where it is missing", fix=f"add `if_missing: {shown}`, as in `{test.path}: {{{test.op}: …, if_missing: {shown}}}`",
                also=((guard.place, "the guard"),) if guard.place.file == test.place.file else (),
            )  # fmt: skip


def _may_be_unknown(
    condition: Condition, policy: Policy, reading: Reading, known: dict[str, list[Comparison]]
) -> list[Comparison]:
    """The comparisons of a condition, through signals, that can be unknown."""
    found: list[Comparison] = []
    for leaf in leaves(condition):
        if isinstance(leaf, Comparison):
            if leaf.if_missing is None and _may_be_missing(leaf.path, policy, reading):
                found.append(leaf)
            continue
        if leaf.name not in known:
            known[leaf.name] = []
            known[leaf.name] = _may_be_unknown(policy.signals[leaf.name], policy, reading, known)
        found.extend(known[leaf.name])
    return found


def _may_be_missing(path: str, policy: Policy, reading: Reading) -> bool:
    formula = policy.formulas.get(path)
    if formula is not None:
        return formula.if_missing is None and any(
            _may_be_missing(each, policy, reading) for each in formula.calc.paths
        )
    target = reading.names.target(path)
    return target is not None and target.may_be_missing
