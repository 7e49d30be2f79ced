"""The traps of YAML in a policy: each is named in the user's words, and a file that is fine hears nothing."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from socialcare.codes import CODES
from socialcare.diagnostics import Problems, render_text
from socialcare.policy.yaml.reader import FAST, read_yaml

PARSERS = pytest.mark.parametrize("parser", [FAST, yaml.SafeLoader], ids=["libyaml", "pure"])
DESIGN = Path(__file__).parents[5] / "shared" / "design" / "rules.md"

# name of the golden file, the codes in the order of places, the YAML
TRAPS = [
    ("hashtag", "SC120 SC120 SC120", "label: #help\nitems:\n  - #one\n  - two\nwords: [a, #help, b]\n"),
    (
        "cut",
        "SC121 SC121 SC121",
        "say: our #1 guest\nin: {say: our #1 guest, to: all}\nof: we\n  #love you\n",
    ),
    (
        "placeholder",
        "SC122 SC122 SC122 SC122",
        'say: {{ a.b }} | default: "it"\ndo: {say: Hi {{ x }} there, to: all}\nof: [{{ y }}]\nat: {{ never closed\n',
    ),
    (
        "sign",
        " ".join(["SC123"] * 10),
        "author: @AcmeCo\n@key: x\nof: [@a, b]\nby: `x`\nat: %off\nto: , x\nas: ] x\nsay: > hi\nnote: |x|\nin: - one\n",
    ),
    ("bracket-sign", "SC123 SC123", "a: [- b]\nc: {d: ? e}\n"),
    ("complex-key", "SC123 SC116", "? a\n: b\n"),
    ("tag", "SC112 SC112 SC112", "label: !lock it\nof: {x: !y, z: !!str b}\n"),
    ("anchor", "SC111 SC111 SC111", "say: *bold* words\nof: &x y\nto: [*x]\n"),
    ("colon", "SC124 SC124", "say: Sorry: we are closed # soon\nnote: it is\nend: here:\n"),
    ("colon-below", "SC124 SC134", "say: we are\n  so sorry: closed\nwhen: x\n  do: y\n"),
    ("colon-in-brackets", "SC124", "do: {say: Sorry: we, to: all}\n"),
    ("number", "SC125 SC125 SC125", "a: {above: 10,000, if_missing: no}\nof: [10,000]\nat: {below: 0,5}\n"),
    ("comma", "SC125", "do: {say: Hello, my friend, how are you, to: all}\n"),
    ("question-mark", "SC126 SC126", "tests:\n  - {mention: any shop?, url: https://acme.example/?a=1}\n"),
    (
        "escape",
        "SC127 SC127 SC127 SC127",
        'a: "\\bstore\\b"\nb: {c: "\\d+"}\nd: "a \\x07"\ne: "tab \\t \\" \\u00e9 \\\\"\nf: "one\n  two \\p{L}"\n',
    ),
    ("tab", "SC128 SC128 SC128 SC128 SC128", "a:\n\tb: c\nd:\te\nf: g\th\ni: [j,\tk]\nl: m\t\n"),
    ("tab-in-block-text", "SC128", "a: |\n  fine\n\tnot fine\nb: c\n"),
    ("space", "SC129 SC129 SC129 SC129", "rank:question\nlist:\n  -one\n  -two\nof: {rank:question, a: b}\n"),
    ("space-in-brackets", "SC129", "a: {b:}\n"),
    (
        "quote",
        "SC130 SC130 SC130",
        'say: "hello\nto: all\nas: \'Tis the season\nat: {of: "x, by: y}\nin: z\n',
    ),
    ("quote-trail", "SC131 SC131 SC131", 'a: "Hello" friend\nb: \'it\'s\'\nc: {d: "x" y, e: f}\n'),
    ("curly", "SC132 SC132", "say: “Hello”\nof: [‘x’, y]\n"),
    ("bracket", "SC133 SC133 SC133", "a: [x, y}\nb: {c: d\ne: [f] g\n"),
    ("swallowed", "SC134 SC134", "label: routed\n  - other\nrank: question\n   do: x\n"),
    ("directive", "SC115", "%YAML 1.1\n---\na: b\n"),
    ("no-key", "SC116", "a: b\n: c\n"),
    (
        "broken-over-lines",
        "SC123 SC112 SC124 SC130 SC122 SC133",
        "a: @x\n  and more\nb: !c |\n  d\ne: f: g\n  h\ni: 'j\n  k\nl: {{ m }}\n  n\no: [p,\n  q\nr: s\n",
    ),
    ("many", "SC123 SC120 SC122 SC124", "a: @x\nb: c\nd: #e\nf: {{ g }}\nh: i: j\n"),
]

FINE = [
    'label: "#help"\nwords: [open, "#help", C#, .NET]\nsay: see https://acme.example/#top\n',
    "rules:   #  a comment\n  # another\n  a: b   # and one more\n  c:     # of what is below\n    - d\n#e: f\n",
    "note: # nothing yet\nlist: #below\n- a\nmap: #below\n  a: b\n",
    "say: Hi {{ author.handle }}, thank you!\nof: 50% off & more * less > 3 | x - y @ home\n",
    'say: "{{ x }}"\nof: [\'{{ x | default: "a" }}\', "b"]\nto: {say: "Yes: {{ x }}, {{ y }}"}\n',
    "a: no\nb: [on, off, yes, 012, 0x1F, 09:30, 1e3, ~, null, =]\nc: -0.4\nd: 2026-11-26\n? : x\n"[:-6],
    "week: {mon-fri: 09:00-18:00, every day: 22:00-07:00}\ndays: {2026-11-26: closed}\n",
    "a: |\n  @x #y: {{ z\n   \tb: 'c\n\n  - \"d\n\nb: >-\n    e: f\n    #g\nc: |2\n    x\n  y: z\nd: |+\n\ne: >1-\n g\n",
    "- a\n"[:0] + "list:\n- |\n  text: x\n- - nested\n  - b\n- key: >\n    t: u\n  other: c\n",
    "a: \"one\n  two: x\n\n  three #4\"\nb: 'it''s\n  @fine'\nc: \"a \\\n  b\"\n",
    "a: {b: c,\n  d: [e,\n    f], # g\n  h: i\n}\nj: [\n  k,\n]\n",
    'a: {"b":c, "d": "e"}\n"f": [g]\n\'h\' : i\n',
    "a: one\n  two\n\n  three\nb: c\n",
    "---\na: b\n...\n",
    "a: b\r\nc:\r\n  - d\r\n",
    "é: 日本語 👍🏽\nb: “quoted” and more\nc: it’s ’tis\n",
    "url: https://acme.example/?a=1&b=2\nask: any shop?\n",
    "a: {above: -0.4}\nb: [1, 2, 3]\nc: [10, 000]\nd: {0: 1, 1000: 2}\n",
    "matches: '\\bstore\\b'\nof: \\d+\n",
    "a:\n  bare text on a line of its own\nb:\n  - text\n    that goes on\n",
    "mail: mailto:x@acme.example\ntime: a:b\n",
]


def problems_of(source: str, parser: object = FAST) -> Problems:
    found = Problems()
    read_yaml(source.encode(), "care.yaml", found, parser=parser)
    return found


@PARSERS
@pytest.mark.parametrize(("name", "codes", "source"), TRAPS, ids=[name for name, _, _ in TRAPS])
def test_a_trap_is_named_with_its_place_and_the_way_out(
    name: str, codes: str, source: str, parser: object, golden: Callable[[str, str], None]
) -> None:
    found = problems_of(source, parser)
    golden(f"yaml/{name}.txt", render_text(found, lambda file: source, color=False, strict=True))
    assert [item.code for item in found.items] == codes.split()


def test_every_trap_has_a_golden_file() -> None:
    shown = {code for _, codes, _ in TRAPS for code in codes.split()}
    assert {code for code in CODES if "SC120" <= code < "SC139"} <= shown


@PARSERS
@pytest.mark.parametrize("source", FINE)
def test_a_file_that_is_fine_hears_nothing(source: str, parser: object) -> None:
    found = problems_of(source, parser)
    assert render_text(found, lambda file: source, color=False) == ""


@PARSERS
def test_the_examples_of_the_design_hear_nothing(parser: object) -> None:
    if not DESIGN.exists():
        pytest.skip("the design pages are absent")
    blocks = re.findall(r"```yaml\n(.*?)```", DESIGN.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) > 15
    for block in blocks:
        assert problems_of(block, parser).items == []


def test_the_offered_quotes_mend_the_line() -> None:
    mendable = ["hashtag", "cut", "placeholder", "sign", "tag", "anchor", "colon", "curly"]
    pastes = 0
    for name, _, source in TRAPS:
        if name not in mendable:
            continue
        for item in problems_of(source).items:
            offered = re.search(r"(?:quote it|straight quotes):\n  (.*)", item.fix)
            if offered and ":" in offered[1].split('"')[0].split("'")[0]:
                assert problems_of(offered[1] + "\n").items == [], offered[1]
                pastes += 1
    assert pastes > 10


def test_only_the_first_fifty_traps_of_a_file_are_told() -> None:
    assert len(problems_of("a: @b\n" * 1_000).items) == 50


def test_the_parsers_own_words_are_not_added_on_the_line_of_a_trap() -> None:
    assert [item.code for item in problems_of("a: @b\nc: d: e\nf: g\n").items] == ["SC123", "SC124"]
