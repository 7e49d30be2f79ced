from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from socialcare.model import Vocabulary
from socialcare.policy.analysis.ground import Ground
from socialcare.policy.analysis.lengths import Measure
from socialcare.policy.analysis.said import texts_said, with_company
from socialcare.policy.deciding.outgoing import allowed_by, clean
from socialcare_x.channel import XSettings, channel

X = channel(XSettings())

LONG = """\
company: {email: help@acme.example, url: https://acme.example/stores}
rules:
  store:
    when: {intent: question}
    look_up: {store: {nearest_store: {to: place}}, faq: {faq_answer: {}}}
    only_if_found: [store]
    do:
      reply:
        first_of:
          - {when: {store.km: {at_most: 25}}, say: "{{ store.name }}, {{ store.street }}, {{ store.city }}, {{ store.hours_today }}. {{ company.url }}"}
          - {when: {store.km: {at_most: 50}}, say: "In {{ store.city }}, {{ store.km }} km: {{ company.url }}"}
          - say: "{{ faq.answer }}"
  spare:
    when: {intent: praise}
    do:
      reply: {say: "@{{ author.handle }} {{ text }}", if_too_long: "Thank you, @{{ author.handle }}! What do you like best about {{ product.name | default: \\"it\\" }}?"}
      dm: "Private: {{ text }}"
"""


def test_a_text_that_may_be_too_long_is_shown_with_what_makes_it_so(
    analysed: Any, golden: Callable[[str, str], None]
) -> None:
    golden("SC401.txt", analysed("SC401", LONG).text)


def test_a_text_that_fits_or_has_something_shorter_is_let_pass(analysed: Any) -> None:
    found = analysed("SC401", LONG)
    assert len(found.said) == 1
    assert [item.message for item in found.items if item.severity == "note"] == [
        "undecided: whether `reply` of `store` fits into 280 characters of x"
    ]


def test_what_is_said_instead_must_fit_too(analysed: Any) -> None:
    policy = f"rules:\n  r: {{do: {{reply: {{say: '{{{{ text }}}}', if_too_long: {'long ' * 60}}}}}}}\n"
    (message,) = analysed("SC401", policy).said
    assert message == "`if_too_long` of `r` may be too long: up to 299 of 280 characters of x"


values = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Mn", "Mc", "Me")), max_size=40
) | st.sampled_from(["acme.example " * 3, "x.co " * 8, "acme.example/a", "漢" * 40, "👩‍👩‍👧‍👦" * 5])  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(
    found=st.lists(values, min_size=4, max_size=4),
    km=st.floats(-1e15, 1e15).filter(lambda one: abs(one) > 1e-5),
)
def test_no_rendered_text_is_longer_than_was_proved(
    found: list[str], km: float, read: Any, vocabulary: Vocabulary
) -> None:
    policy = read(LONG)
    ground = Ground(policy, replace(vocabulary, channels={"x": X}), None)  # type: ignore[arg-type]  # nothing is reported
    allowed = allowed_by(policy, X)
    parts = ["store.name", "store.street", "store.city", "store.hours_today"]
    values_of = {**dict(zip(parts, found, strict=True)), "company.url": policy.company["url"]}
    for said in texts_said(ground):
        bound = with_company(said.text, policy).longest(
            X.weighted_length, Measure(ground, X, allowed).longest(said)
        )
        rendered = said.text.render({**values_of, "store.km": km, "author.handle": "h" * 15}.get)
        if bound is not None and not rendered.unresolved:
            assert X.weighted_length(clean(rendered.text, X, allowed, ["h" * 15]).text) <= bound


GAPS = """\
rules:
  greet:
    when: {intent: question}
    do: {reply: "Hi {{ author.first_name }}, {{ author.handle }}, about {{ topic }}: yes."}
  near:
    when: {intent: praise}
    look_up: {store: {nearest_store: {to: place}}}
    do:
      reply:
        first_of:
          - {when: {store.km: {at_most: 25}}, say: "{{ store.name }} in {{ place }}"}
          - {when: {none: [{store.km: {at_most: 25}}]}, say: "Not {{ store.city }}"}
        if_too_long: "See {{ product.name }}"
"""
NO_GAPS = """\
formulas: {reach: {calc: 0.2 * author.followers, if_missing: 1}}
counts: {talks: {of: mention, per: author}}
rules:
  greet:
    when: {author.first_name: {exists: true}, topic: [billing, returns]}
    do: {reply: "Hi {{ author.first_name }}, {{ author.handle }}, about {{ topic }}: {{ reach }} {{ counts.talks }} {{ language | default: \\"?\\" }}."}
  fan:
    when: {product.price: {above: 1}}
    look_up: {fan: {advocate: {for: product}}, store: {nearest_store: {to: place}}}
    only_if_found: [fan]
    do:
      reply: {when: {store: {exists: true}}, say: "{{ fan.handle }} has {{ product.name }}, see {{ store.city }} or {{ place }}."}
"""


def test_a_variable_that_may_be_missing_is_shown_once_a_text(
    analysed: Any, golden: Callable[[str, str], None]
) -> None:
    golden("SC402.txt", analysed("SC402", GAPS).text)


def test_a_variable_that_is_certain_is_let_pass(analysed: Any) -> None:
    assert analysed("SC402", NO_GAPS).items == []


LINKS = """\
company: {url: https://acme.example/stores, host: acme.example/help}
rules:
  bare: {do: {reply: "{{ company.url }}"}}
  tagged: {do: {reply: "@{{ author.handle }}: {{ company.host }} 👉"}}
  in.private: {do: {dm: "{{ company.url }}!"}}
  with.words: {do: {reply: "All stores: {{ company.url }}"}}
  no.link: {do: {reply: "👍"}}
  unknown: {do: {reply: "{{ text }} {{ company.url }}"}}
"""


def test_a_reply_that_is_only_a_link_is_shown(analysed: Any, golden: Callable[[str, str], None]) -> None:
    golden("SC403.txt", analysed("SC403", LINKS).text)


ASKS = [
    "What is your order number?",
    "We are sorry! Please send us your phone number.",
    "Could you share your e-mail address with us?",
    "Reply with your booking reference code or last name, please.",
    "We need your date of birth to help. All stores are at https://acme.example/stores",
]
FINE = [
    "Send us the order number here, please: https://acme.example/dm",
    "Please write to help@acme.example and give your order number.",
    "What is your order number? Send it in a private message.",
    "You won! Message us and do not post your address here.",
    "Please never share your card number in public.",
    "Which city are you in?",
    "What do you like best about it?",
    "Our phone is 1-800-555-0199.",
]


@pytest.mark.parametrize("text", ASKS)
def test_a_public_question_for_personal_data_is_shown(text: str, analysed: Any) -> None:
    assert len(analysed("SC404", f"rules:\n  r: {{do: {{reply: {text!r}}}}}\n").items) == 1


@pytest.mark.parametrize("text", FINE)
def test_a_text_that_asks_in_private_or_for_nothing_is_let_pass(text: str, analysed: Any) -> None:
    assert analysed("SC404", f"rules:\n  r: {{do: {{reply: {text!r}}}}}\n").items == []


def test_a_private_message_may_ask(analysed: Any, golden: Callable[[str, str], None]) -> None:
    policy = "rules:\n  r: {do: {reply: What is your order number?, dm: What is your order number?}}\n".replace(": What is your order number?", ': "What is your order number?"')  # fmt: skip
    golden("SC404.txt", analysed("SC404", policy).text)


UNTESTED = """\
rules:
  none: {when: {intent: question}, do: {label: x}}
  only.positive:
    when: {intent: question}
    do: {reply: Hi., label: x}
    tests: [{mention: a, expect: {fires: true, never: [repost]}}]
  fires.not:
    when: {intent: question}
    do: {label: x}
    tests: [{mention: a, expect: {fires: false}}]
  never:
    when: {intent: question}
    do: {reply: Hi.}
    tests: [{mention: a, expect: {never: [reply]}}]
  always: {do: {label: x}, tests: [{mention: a, expect: {fires: true}}]}
  off: {status: off, do: {label: x}}
  daily: {at: {every: day, time: 09:30}, do: {post: Hi.}}
"""


@pytest.mark.parametrize("code", ["SC501", "SC502"])
def test_a_rule_that_lacks_a_test_is_shown(
    code: str, analysed: Any, golden: Callable[[str, str], None]
) -> None:
    found = analysed(code, UNTESTED)
    assert len(found.items) == 1
    golden(f"{code}.txt", found.text)
