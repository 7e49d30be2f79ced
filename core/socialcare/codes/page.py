"""The page of all checks, in Markdown: one entry a code, as `socialcare codes` prints it."""

from collections.abc import Iterable, Iterator

from socialcare.codes.code import Code

_INTRO = """\
# What `socialcare check` finds

Written by `socialcare codes --out docs/checks.md`. `socialcare codes SC311` prints one entry.

- SC1xx and SC2xx are **errors**: a policy that has one is not loaded, and `check` ends with exit code 1.
- SC3xx to SC5xx are **warnings**: what is likely not meant. A policy with warnings runs. With `--strict`, warnings fail the check too.
- SC6xx are **warnings** about what makes a large policy slow, given where it does.
- **Notes** say what could not be decided, and what costs little, and are printed with `--verbose` only.

`--format` is `text`, `json`, `github` (annotations of GitHub Actions) or `sarif` (SARIF 2.1.0, which code hosts show beside the lines).

## What is proved, and how far

A warning of SC301, SC302, SC303, SC310 or SC312 is a proof about every mention there can be, whatever its fields; one of SC311 comes with a
mention that was tried. Conditions are taken apart into single tests, each true, false or unknown, and searched with a theory for every
type of field. The answer is exact for words, numbers, spans of time, booleans, counts, flags, records, confidence and `exists`. It may
be *undecided* for texts (pieces that exclude each other in ways that cannot be seen, and patterns of `matches`, for which only the
texts of the rules' own tests are tried), for several calendars at once, for formulas, whose number is not compared with the fields it
is made of, and after 3,000 steps, which is far beyond what 40 tests need.

Unknown counts as in deciding: a rule fires on true only, a guard binds unless false. Whether a classifier finds in a text what its field
says is not asked: fields and text are taken as independent of each other.

## What makes a rule expensive

A thousand rules cost little more than ten, because a mention is not held against each of them: one pass over its text finds which words,
phrases, pieces and handles of all rules stand in it, and only the rules that have what they need are asked. So a rule is cheap when it
names something that **must** be there. It is expensive when it names nothing of the kind, for then it is asked of every mention:

- a pattern in which every character is a class (`\\d{6}`): 1.4 µs a mention, more where it nearly fits (SC601);
- numbers, times, counts, flags or confidence alone (`author.followers: {above: 10000}`): 0.15 to 3 µs (SC602);
- only what must not be there (`none`), or an `any` of which one alternative is of these kinds: as much as what it tests.

Beside a value such as `intent: complaint` all of this is asked only of mentions with that value. SC601 and SC602 add these costs up and
warn from 30 µs a mention on. The figures are estimates: single tests were timed on one core over 6,800 real mentions of 93 characters on
average, and a test is taken to let a quarter of them through. What a whole run takes is on the page on [performance](performance.md).
"""

_GROUPS = (
    ("SC1", "Files and YAML"),
    ("SC2", "What the statements mean"),
    ("SC3", "Conditions, and rules beside each other"),
    ("SC4", "Texts"),
    ("SC5", "Tests"),
    ("SC6", "What rules cost"),
)


def codes_page(codes: Iterable[Code]) -> str:
    """The page, group by group in order of code."""
    known = sorted(codes, key=lambda code: code.code)
    lines = [_INTRO]
    for start, title in _GROUPS:
        lines += [f"## {title}\n", *(_entry(code) for code in known if code.code.startswith(start))]
    return "\n".join(lines)


def _entry(code: Code) -> str:
    lines = code.page.splitlines()
    first = next((place for place, line in enumerate(lines) if _is_example(line)), len(lines))
    return "\n".join([f"### {code.code}: {code.title}", "", *lines[:first], *_examples(lines[first:]), ""])


def _examples(lines: list[str]) -> Iterator[str]:
    if lines:
        yield from ("", "```text", *lines, "```")


def _is_example(line: str) -> bool:
    return line.startswith(("Avoid:", "Prefer:"))
