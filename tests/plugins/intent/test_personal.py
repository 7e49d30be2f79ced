"""Personal data is found by its shape, and what only looks like it is left."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialcare_intent.fields import KINDS
from socialcare_intent.personal import (
    _FINDERS,
    _HOLDS_ANY,
    _LINK,
    Found,
    find_personal_data,
    luhn,
)


def kinds(text: str) -> list[str]:
    return [piece.kind for piece in find_personal_data(text)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("mail me at jo.smith+acme@mail.example", "email"),
        ("my address is __email__", "email"),
        ("call __phone__ please", "phone"),
        ("call me on +44 7700 900123", "phone"),
        ("my cell is (212) 555-0148", "phone"),
        ("ring 07700900123", "phone"),
        ("my number 7700900123", "phone"),
        ("Tel. 030 1234567", "phone"),
        ("card 4111 1111 1111 1111 was declined", "card"),
        ("4111111111111111", "card"),
        ("amex 3782 822463 10005", "card"),
        ("IBAN GB82 WEST 1234 5698 7654 32", "bank_account"),
        ("I live at 12 Baker Street", "address"),
        ("send it to 350 W 5th Ave", "address"),
        ("12 high street", "address"),
        ("Hauptstraße 12 in Köln", "address"),
        ("12 rue de Rivoli", "address"),
        ("Calle Mayor 5", "address"),
        ("postcode SW1A 1AA", "address"),
        ("Austin, TX 78701", "address"),
        ("P.O. Box 123", "address"),
        ("booking ref AB12CD", "booking_ref"),
        ("my confirmation number is KXPQTZ", "booking_ref"),
        ("order #404-1234567-7654321", "booking_ref"),
    ],
)
def test_personal_data_is_found(text: str, kind: str) -> None:
    assert kinds(text) == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "since 2017-11-08 and 11/08/2017 at 12:30",
        "it cost $1,234,567.89 and 1 000 000 people saw it",
        "version 8.4.22.515 of the app",
        "flight AA1790 on runway 27",
        "https://acme.example/call/07700900123",
        "item 4111 1111 1111 1112",
        "two hours down the road, 5 star service, one way",
        "3 hours on the same lane",
        "my order still hasn't arrived",
        "tail N481WN",
        "three fees of 15.38/10.68/10.68 this month",
        "nobody answers at 1-800-555-0199",
        "gate B12 to LAX on a 737MAX",
        "@AcmeCo",
    ],
)
def test_what_only_looks_like_it_is_left(text: str) -> None:
    assert kinds(text) == []


def test_pieces_are_in_order_and_do_not_overlap() -> None:
    found = find_personal_data("ref AB12CD, call +1 212 555 0148 or jo@mail.example, 12 Baker Street")
    assert [piece.kind for piece in found] == ["booking_ref", "phone", "email", "address"]


def test_a_record_locator_is_known_by_its_look() -> None:
    assert kinds("still waiting on F8NEQM, thanks") == ["booking_ref"]


def test_the_check_digit_of_a_card_must_be_right() -> None:
    assert luhn("79927398713")
    assert not luhn("79927398710")


@given(st.text(max_size=300) | st.text(alphabet="0123456789 -().+@_AZaz#", max_size=120))
def test_any_text_can_be_searched(text: str) -> None:
    end = 0
    for piece in find_personal_data(text):
        assert piece.kind in KINDS
        assert end <= piece.start < piece.end <= len(text)
        end = piece.end


def plainly(text: str) -> tuple[Found, ...]:
    """The rule word for word: every finder looks at every text."""
    read = _LINK.sub(lambda link: " " * len(link[0]), text)
    found: list[Found] = []
    for _, finder in _FINDERS if _HOLDS_ANY.search(read) else ():
        for piece in finder(read):
            if all(piece.end <= other.start or piece.start >= other.end for other in found):
                found.append(piece)
    return tuple(sorted(found, key=lambda piece: piece.start))


parts = st.sampled_from([
    "12", "5", "7b", "A", "AB", "bis", "Street", "St.", "street", "lane", "Baker", "N", "W.", "5th", "high", "P.O. Box", "PO box",
    "Hauptstraße", "Xyzstr.", "Calle", "calle", "Rua da", "via", "Roma, n.º", "Mayor", "rue de", "avenue du", "Rivoli", "SW1A 1AA",
    "TX 78701", "TX 12345 miles", "NY,10001-2222", "booking", "res", "ref", "conf:", "PNR", "Order #", "order is", "case number",
    "caſe", "tic\u212aet", "fıle", "AB12CD", "ABCDEF", "abcdef", "a1b2c", "12345", "KXPQTZ", "F8NEQM", "4111 1111 1111 1111",
    "GB82 WEST 1234 5698 7654 32", "+44 7700 900123", "call", "no.", "number is", "7700900123", "1.2.3.4", "12/10/2017", "٣٤٥٦٧٨٩١",
    "１２３４５６７", "a@b.co", "é@é.com", "@a.b", "__email__", "__phone__", "http://x.example/1234567", "www.a1.example", "²", "£5",
])  # fmt: skip


@given(
    st.lists(st.tuples(parts, st.sampled_from([" ", "", ", ", "-", "\n", "  "])), max_size=9).map(
        lambda pairs: "".join(part for pair in pairs for part in pair)
    )
)
def test_what_a_text_cannot_hold_is_not_looked_for_in_vain(text: str) -> None:
    """The screen leaves out no finder that would find something."""
    assert find_personal_data(text) == plainly(text)
