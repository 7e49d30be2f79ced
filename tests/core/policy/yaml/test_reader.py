"""The reader: nodes with places, and every refusal."""

from collections.abc import Callable

import pytest
import yaml

from socialcare.diagnostics import Place, Problems, render_text
from socialcare.policy.yaml.nodes import ListNode, MapNode, Node, TextNode
from socialcare.policy.yaml.reader import FAST, read_yaml

PARSERS = pytest.mark.parametrize("parser", [FAST, yaml.SafeLoader], ids=["libyaml", "pure"])


def read(source: str | bytes, parser: object = FAST) -> tuple[MapNode | None, Problems]:
    data = source.encode() if isinstance(source, str) else source
    found = Problems()
    return read_yaml(data, "care.yaml", found, parser=parser), found


def plain(node: Node | None) -> object:
    if isinstance(node, TextNode):
        return node.text
    if isinstance(node, ListNode):
        return [plain(item) for item in node.items]
    return {key.text: plain(value) for key, value in node.entries} if node else None


@PARSERS
def test_scalars_keep_their_source_text(parser: object) -> None:
    node, found = read(
        "no: on\nzip: 012\ntime: 09:30\nday: 2026-11-26\nnothing:\ntilde: ~\nlist: [yes, 1_000, 0x1F]\n",
        parser,
    )
    assert found.items == []
    assert plain(node) == {
        "no": "on",
        "zip": "012",
        "time": "09:30",
        "day": "2026-11-26",
        "nothing": "",
        "tilde": "~",
        "list": ["yes", "1_000", "0x1F"],
    }


@PARSERS
def test_a_scalar_tells_its_style(parser: object) -> None:
    node, _ = read("a: b\nc: 'd'\ne: \"f\"\ng: |\n  h\ni: >\n  j\nk:\nl: ''\n", parser)
    assert node
    styles = [value.style for _, value in node.entries if isinstance(value, TextNode)]
    assert styles == ["plain", "single", "double", "literal", "folded", "plain", "single"]


@PARSERS
def test_places_count_from_one_in_code_points(parser: object) -> None:
    node, _ = read('\ufeff# 👍\n👍é: ["日本", b]\nlong: "one\n  two"\n', parser)
    assert node
    (key, value), (_, long) = node.entries
    assert isinstance(value, ListNode)
    assert node.place.line == 2
    assert key.place == Place("care.yaml", 2, 1, 2)
    assert value.place.column == 5
    assert [item.place for item in value.items] == [
        Place("care.yaml", 2, 6, 4),
        Place("care.yaml", 2, 12, 1),
    ]
    assert long.place == Place("care.yaml", 3, 7, 4)


def test_a_map_is_asked_by_key() -> None:
    node, _ = read("b: 1\na: {c: 2}\n")
    assert node
    assert node.keys() == ["b", "a"]
    assert plain(node.get("a")) == {"c": "2"}
    assert node.get("z") is None


# name of the golden file, its only code or codes, the bytes
REFUSED: list[tuple[str, str, bytes]] = [
    ("duplicate", "SC110 SC110", b"rules:\n  a: {x: 1, x: 2}\n  b: 3\n  a: 4\n"),
    ("alias", "SC111 SC111", b"a: &x\n  b: c\nd:\n  *x\n"),
    ("tag-alone", "SC112", b"a:\n  !!map\n  b: c\n"),
    ("merge", "SC113", b"<<: {a: b}\nc: d\n"),
    ("documents", "SC114", b"a: b\n---\nc: d\n"),
    ("list-as-key", "SC116", b"[a, b]: c\n"),
    ("not-utf8", "SC106", "a: b\nschön: x".encode("latin-1")),
    ("utf16", "SC106", "a: b\n".encode("utf-16")),
    ("utf16-unmarked", "SC106", "a: b\n".encode("utf-16-be")),
    ("controls", "SC107 SC107 SC107", "a: \x00\nb: \x1b[31m\nc: d\u2028e\n".encode()),
    ("old-mac", "SC107", b"a: b\rc: d\n"),
    ("empty", "SC108", b""),
    ("comments-only", "SC108", b"\xef\xbb\xbf# soon\n"),
    ("top-list", "SC109", b"- a\n- b\n"),
    ("top-text", "SC109", b"just a text\n"),
    ("no-colon", "SC139", b"a: b\nrank question\nc: d\n"),
    ("indentation", "SC139", b"a:\n    b: c\n   d: e\n"),
    ("block-indentation", "SC134", b"a: |\n   b\n  c\nd: e\n"),
    ("list-in-map", "SC139", b"a: b\n- c\n"),
]


@pytest.mark.parametrize(("name", "codes", "data"), REFUSED, ids=[name for name, _, _ in REFUSED])
def test_what_a_policy_may_not_contain_is_refused(
    name: str, codes: str, data: bytes, golden: Callable[[str, str], None]
) -> None:
    node, found = read(data)
    source = data.decode("utf-8", "replace")
    golden(f"yaml/{name}.txt", render_text(found, lambda file: source, color=False, strict=True))
    assert [item.code for item in found.items] == codes.split()
    assert node is None


@pytest.mark.parametrize(("codes", "data"), [(codes, data) for _, codes, data in REFUSED])
def test_the_pure_parser_refuses_the_same(codes: str, data: bytes) -> None:
    node, found = read(data, yaml.SafeLoader)
    assert [item.code for item in found.items] == codes.split()
    assert node is None


BOMBS = {
    "flow lists": b"[" * 60_000,
    "flow maps": b"a: " + b"{a: " * 60_000,
    "flow maps in lists": b"a: " + b"[{a: " * 60_000,
    "dashes on a line": b"- " * 500_000,
    "dashes on lines": b"-\n" * 500_000,
    "keys on lines": b"".join(b" " * n + b"a:\n" for n in range(1_000)),
    "values": b"a: [" + b"1," * 200_000 + b"]",
    "commas": b"a: [" + b"," * 900_000 + b"]",
    "quotes": b'a: "' * 240_000,
    "single quotes": b"a: '" + b"''" * 450_000,
    "hashes": b"a: #b\n" * 160_000,
    "lost values over comments": b"a: #b\n" + b"# c\n" * 240_000,
    "a long line": b"a: " + b"x" * 990_000,
    "a long line of colons": b"a: " + b":" * 990_000,
    "a long key": b"x" * 990_000 + b": a",
    "blanks": b"a:" + b" " * 990_000,
    "tabs": b"\t" * 990_000,
    "lines": b"a: |\n" + b"\n" * 990_000,
    "open brackets on lines": b"a: [\n" * 190_000,
    "open quotes on lines": b'a: "\n' * 190_000,
    "open braces over comments": b"a: {\n" + b" # x\n" * 190_000,
    "question marks": b"? " * 490_000,
    "backslashes": b'a: "' + b"\\" * 990_000,
    "carriage returns": b"\r" * 990_000,
    "zeros": b"\x00" * 990_000,
    "placeholders": b"a: [" + b"{{ x }}," * 120_000,
    "laughs": b"a: &a [x]\n" + b"".join(b"b%d: &b%d [*a, *a]\n" % (n, n) for n in range(10_000)),
    "merges": b"a: &a {x: y}\n" + b"b: {<<: [" + b"*a," * 100_000 + b"]}\n",
}


@pytest.mark.timeout(30)
@pytest.mark.parametrize("data", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_is_bounded(data: bytes) -> None:
    _, found = read(data)
    assert 0 <= len(found.items) <= 50


def test_limits_are_told(golden: Callable[[str, str], None]) -> None:
    told = []
    for data in (b"a: " * 400_000, b"a: [" + b"1, " * 120_000 + b"]", b"a: " + b"[" * 51):
        node, found = read(data)
        assert node is None
        told += [f"{item.code} {item.message}\n{item.fix}\n" for item in found.items]
    golden("yaml/limits.txt", "".join(told))


def test_fifty_levels_are_read() -> None:
    node, found = read("a: " + "[" * 49 + "]" * 49)
    assert found.items == []
    assert node
    node, found = read("a: " + "[" * 50 + "]" * 50)
    assert [item.code for item in found.items] == ["SC105"]


def test_an_error_never_half_loads() -> None:
    node, found = read("rules: {a: b}\nrules: {c: d}\n")
    assert node is None
    assert found.has_errors


def test_an_error_of_another_file_does_not_spoil_this_one() -> None:
    found = Problems()
    assert read_yaml(b"a: @b", "one.yaml", found) is None
    assert read_yaml(b"a: b", "two.yaml", found) is not None
