"""No bytes whatever raise anything, and both parsers of PyYAML give the same answer."""

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from socialcare.diagnostics import Problems, render_github, render_json, render_text
from socialcare.policy.yaml.nodes import ListNode, Node, TextNode
from socialcare.policy.yaml.reader import FAST, read_yaml

POLICY = """\
socialcare: 1
company: {name: Acme, dm_link: "https://x.com/messages/compose?recipient_id=42"}
lists:
  words: [store, shop, near me]   # words of places
signals:
  asks: {any: [{intent: question}, {text: {ends_with: "?"}}]}
rules:
  answer.faq:
    rank: question
    when:
      all: [asks, customer]
      author.followers: {at_least: 1000}
    limit: {at_most: 1, per: conversation, in: 24h}
    do:
      reply: >-
        We are sorry, {{ author.first_name | default: "you" }}: send us
        the details.
      label:
        - routed
        - 'it''s new'
    tests:
      - mention: Do you have a store near Nashville?
        expect: {reply: {contains: Atlanta}}
"""
SIGNS = [
    *(
        "a",
        "b",
        "key",
        "text",
        " ",
        "  ",
        "\n",
        "\n  ",
        ":",
        ": ",
        ",",
        ", ",
        "-",
        "- ",
        "?",
        "? ",
        "#",
        " # ",
        " #",
    ),
    *(
        "[",
        "]",
        "{",
        "}",
        "{{",
        "}}",
        '"',
        "'",
        "|",
        ">",
        "|-\n",
        ">2\n",
        "!",
        "&",
        "*x",
        "&x",
        "@",
        "`",
        "%",
        "\t",
    ),
    *("\\", "\\n", '"x"', "'y'", "a: b", "\na: ", "\n- ", "---", "...", "\n---\n", "<<", "é", "😀", "“", "”"),
    *("10,000", "=", "~", "\r\n", "\\x41", "\0", "\r", "\ufeff", "\u2028"),
]
TEXTS = st.lists(st.sampled_from(SIGNS), max_size=16).map("".join)


def answer(data: bytes, parser: object = FAST) -> object:
    """The nodes with their places, or None; every form of the problems is printed on the way."""
    found = Problems()
    node = read_yaml(data, "a.yaml", found, parser=parser)
    assert (node is None) is found.has_errors
    source = data.decode("utf-8", "replace")
    render_text(found, lambda file: source, color=False, strict=True).encode()
    render_json(found).encode()
    render_github(found).encode()
    return shape(node)


def shape(node: Node | None) -> object:
    if node is None:
        return None
    if isinstance(node, TextNode):
        assert not any(ord(sign) < 32 and sign not in "\t\n\r" for sign in node.text)
        return (node.text, node.style, node.place) if node.text else node.style
    if isinstance(node, ListNode):
        return [shape(item) for item in node.items]
    return [(shape(key), shape(value)) for key, value in node.entries]


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_raise_anything(data: bytes) -> None:
    answer(data)
    answer(data, yaml.SafeLoader)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_both_parsers_agree_on_any_text(source: str) -> None:
    data = source.encode("utf-8", "surrogatepass")
    assert answer(data) == answer(data, yaml.SafeLoader)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.booleans())
def test_both_parsers_agree_on_signs_of_yaml(source: str, as_value: bool) -> None:
    data = (("a: " if as_value else "") + source).encode()
    assert answer(data) == answer(data, yaml.SafeLoader)


@settings(deadline=None)
@given(st.integers(0, len(POLICY) - 1))
def test_a_deleted_sign_never_raises_and_both_parsers_agree(position: int) -> None:
    data = (POLICY[:position] + POLICY[position + 1 :]).encode()
    assert answer(data) == answer(data, yaml.SafeLoader)


@settings(deadline=None)
@given(st.integers(0, len(POLICY)), st.sampled_from(SIGNS))
def test_an_inserted_sign_never_raises_and_both_parsers_agree(position: int, sign: str) -> None:
    data = (POLICY[:position] + sign + POLICY[position:]).encode()
    assert answer(data) == answer(data, yaml.SafeLoader)


def test_the_policy_itself_is_fine() -> None:
    assert answer(POLICY.encode()) is not None
