import random
from collections.abc import Callable
from pathlib import Path

import pytest

from socialcare.diagnostics import Problems
from socialcare.model import Vocabulary
from socialcare.policy.load import load
from socialcare.policy.statements import Policy

Read = Callable[[str], Policy]
Reported = Callable[[str], list[tuple[str, int, int, str]]]


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def test_data_is_read_as_it_is_written(read: Read) -> None:
    found = read(
        "company: {name: Acme, phone: 0049123}\npeople: {duty: duty@acme.example}\naccounts: {main: '@AcmeCo', help: AcmeHelp}\n"
        "lists: {stop: [no, stop it]}\nranks: [safety, normal]\nzone: America/New_York\nx-notes: [whatever]\n"
        "calendars:\n  open:\n    week: {mon-fri: 09:00-18:00, sat: closed}\n    days: {2026-12-24: 09:00-13:00}\n"
    )
    assert found.company == {"name": "Acme", "phone": "0049123"}
    assert found.accounts == {"help": "AcmeHelp", "main": "AcmeCo"}
    assert (found.lists["stop"].words, found.ranks, found.zone) == (
        ("no", "stop it"),
        ("safety", "normal"),
        "America/New_York",
    )
    assert found.calendars["open"].zone_name == "America/New_York"


def test_statements_may_be_spread_over_files_in_any_order(tmp_path: Path, vocabulary: Vocabulary) -> None:
    parts = [
        "socialcare: 1\nsignals: {asks: {intent: question}}\n",
        "rules: {b: {when: {all: [asks]}, do: {reply: B}}}\n",
        "rules: {a: {when: {all: [asks]}, do: {reply: A}}}\nlists: {l: [x, y]}\n",
    ]
    hashes = set()
    for seed in range(4):
        folder = tmp_path / str(seed)
        folder.mkdir()
        random.Random(seed).shuffle(parts)
        policy = load(write(folder, one=parts[0], two=parts[1], three=parts[2]), vocabulary, Problems())
        assert policy is not None
        hashes.add((policy.hash, tuple(policy.rules)))
    assert {rules for _, rules in hashes} == {("a", "b")}
    assert len(hashes) == 1


def test_the_hash_changes_with_what_is_decided_and_not_with_tests(read: Read) -> None:
    rule = "rules: {r: {when: {intent: question}, do: {reply: Hi!}%s}}\n"
    plain = read(rule % "").hash
    assert len(plain) == 64
    assert read(rule % ", tests: [{mention: hi, expect: {fires: true}}]").hash == plain
    assert read(rule % ", status: off").hash != plain
    assert read((rule % "").replace("Hi!", "Hi.")).hash != plain


def test_a_policy_knows_the_fields_it_reads(read: Read) -> None:
    found = read(
        "signals: {asks: {intent: question}, idle: {language: en}}\nformulas: {reach: {calc: 2 * author.followers, if_missing: 0}}\n"
        "counts: {n: {of: mention, when: {topic: billing}}}\n"
        "rules:\n  r: {when: {all: [asks], reach: {above: 3}}, look_up: {s: {nearest_store: {to: place}}}, do: {reply: 'Hi {{ author.handle }}, {{ product.name }}'}}\n"
        "  old: {status: off, when: {author.is_us: true}, do: {reply: Hi!}}\n"
    )
    assert found.uses == {"intent", "author.followers", "topic", "place", "author.handle", "product"}


def test_lists_come_from_files_inside_the_policy(tmp_path: Path, vocabulary: Vocabulary) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists/staff.txt").write_text("﻿# ours\nann\n\n #bob\nann\n", encoding="utf-8")
    policy = load(
        write(tmp_path, care="socialcare: 1\nlists: {staff: {from: lists/staff.txt}}\n"),
        vocabulary,
        Problems(),
    )
    assert policy is not None
    assert policy.lists["staff"].words == ("ann", "#bob")
    assert policy.lists["staff"].file == "lists/staff.txt"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("lists/none.txt", None, "is not there"),
        ("../outside.txt", b"x", "lies outside the folder of the policy"),
        ("/etc/passwd", None, "lies outside the folder of the policy"),
        ("empty.txt", b"# nothing\n", "holds no words"),
        ("latin.txt", b"caf\xe9\n", "is not UTF-8 (byte 4)"),
        ("'a\\0b'", None, "is not there"),
    ],
)
def test_a_list_that_cannot_be_read_is_an_error_at_its_name(
    tmp_path: Path, vocabulary: Vocabulary, name: str, content: bytes | None, message: str
) -> None:
    folder = tmp_path / "policy"
    folder.mkdir()
    if content is not None:
        (folder / name).write_bytes(content)
    problems = Problems()
    assert (
        load(write(folder, care=f"socialcare: 1\nlists: {{l: {{from: {name}}}}}\n"), vocabulary, problems)
        is None
    )
    assert [item.code for item in problems.items] == ["SC221"]
    assert message in problems.items[0].message
    assert problems.items[0].place is not None
    assert problems.items[0].place.column == 19


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("rulse: {r: {do: {reply: Hi!}}}", "SC201", "unknown key `rulse` at the top of a file"),
        ("rules: [a]", "SC205", "expected a map under `rules`, found a list"),
        ("rules:", "SC205", "expected a map under `rules`, found nothing"),
        ("company: {name: [a]}", "SC205", "expected an entry, found a list"),
        ("company: {na-me: a}", "SC206", "`na-me` is not a name: a letter, then letters, digits and `_`"),
        ("accounts: {main: a b}", "SC206", "`a b` is not a handle"),
        ("zone: Berlin", "SC206", "`Berlin` is not a time zone such as `Europe/Berlin`"),
        ("ranks: [safety]", "SC207", "`ranks` needs `normal`"),
        ("ranks: [normal, normal]", "SC211", "the rank `normal` stands twice"),
        ("order: [r]", "SC204", "unknown rule `r`"),
        ("lists: {l: []}", "SC222", "the list of words is empty"),
        ("lists: {l: a}", "SC205", "expected a list of words, or `{from: FILE}`, found `a`"),
        ("calendars: {c: {week: {munday: 09:00-18:00}}}", "SC206", None),
        ("calendars: {c: {week: {mon-fri: 9-18}}}", "SC206", "`9-18` is not a time such as `09:00-18:00`, `22:00-07:00`, `24h` or `closed`"),
        ("calendars: {c: {week: {mon-fri: 09:00-18:00, fri: closed}}}", "SC211", "`fri` stands twice in the week"),
        ("calendars: {c: {zone: UTC}}", "SC207", "a calendar needs `week`"),
        ("formulas: {intent: {calc: 1 + 1}}", "SC225", "`intent` is a field already"),
        ("formulas: {f: {calc: 2 * folowers}}", "SC202", "unknown field `folowers`"),
        ("formulas: {f: {calc: 2 * intent}}", "SC206", "`intent` is not a number"),
        ("formulas: {f: {calc: 2 +}}", "SC218", None),
        ("formulas: {f: {calc: g}, g: {calc: f}}", "SC212", "the formula `f` depends on itself"),
        ("signals: {a: {all: [b]}, b: {none: [a]}}", "SC212", "the signal `a` depends on itself"),
        ("counts: {c: {of: mention, when: {counts.c: {above: 3}}}}", "SC212", "the count `c` depends on itself"),
        ("counts: {c: {of: mentions}}", "SC206", "`mentions` is not one of mention, interaction, our_post"),
        ("socialcare: 2", "SC110", None),
    ],
)  # fmt: skip
def test_data_that_makes_no_sense_is_refused(
    reported: Reported, text: str, code: str, message: str | None
) -> None:
    found = reported(f"{text}\n")
    assert [each[0] for each in found] == [code]
    assert message is None or found[0][3] == message


def test_a_version_of_the_language_is_said_once_at_least(tmp_path: Path, vocabulary: Vocabulary) -> None:
    problems = Problems()
    assert (
        load(write(tmp_path, a="company: {name: Acme}\n", b="socialcare: 2\n"), vocabulary, problems) is None
    )
    assert [item.message for item in problems.items] == [
        "this version reads policies that say `socialcare: 1`"
    ]
    problems = Problems()
    (tmp_path / "b.yaml").unlink()
    assert load(tmp_path, vocabulary, problems) is None
    assert [item.message for item in problems.items] == ["no file says which version of the language this is"]


def test_the_same_id_in_two_files_names_both_places(tmp_path: Path, vocabulary: Vocabulary) -> None:
    rule = "socialcare: 1\nrules:\n  r: {do: {reply: Hi!}}\n"
    problems = Problems()
    assert load(write(tmp_path, a=rule, b=rule), vocabulary, problems) is None
    item = problems.items[0]
    assert (item.code, item.message) == ("SC211", "the rule `r` stands twice")
    assert item.place is not None
    assert [Path(place.file).name for place in (item.place, item.also[0][0])] == ["b.yaml", "a.yaml"]


def test_a_file_that_cannot_be_read_is_not_told_twice(tmp_path: Path, vocabulary: Vocabulary) -> None:
    problems = Problems()
    folder = write(
        tmp_path,
        a="signals: {asks: {intent: question}, asks: {}}\n",
        b="socialcare: 1\nrules: {r: {when: asks, do: {repli: Hi!}}}\n",
    )
    assert load(folder, vocabulary, problems) is None
    assert [item.code for item in problems.items] == ["SC110", "SC220"]


def test_a_long_chain_of_signals_is_refused_rather_than_followed(reported: Reported) -> None:
    chain = "".join(f"  s{number}: {{all: [s{number + 1}]}}\n" for number in range(2_000))
    found = reported(f"signals:\n{chain}  s2000: {{intent: question}}\n")
    assert [each[0] for each in found] == ["SC212"]
