"""No character that cannot be seen passes, however plain the rest of the file is."""

import pytest

from socialcare.diagnostics import Problems
from socialcare.policy.yaml.decoding import decode, text_of

HIDDEN = [*range(9), 11, 12, *range(14, 32), *range(0x7F, 0xA0), 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF]


@pytest.mark.parametrize("rest", ["a: b\n", "é: ü\n", "€: “x”\n", "日: 本\n"])
def test_every_hidden_character_is_named(rest: str) -> None:
    for code in HIDDEN:
        found = Problems()
        assert decode(f"{rest}{chr(code)}{rest}".encode(), "a.yaml", found) is None
        assert [item.message[:18] for item in found.items] == [f"the character U+{code:04X}"[:18]]


@pytest.mark.parametrize("text", ["a: b\n", "\ufeffé: ü\r\nb: c\r\n", "€: “x”\n", "日: 本 👋\n"])
def test_a_file_that_was_read_is_read_the_same_again(text: str) -> None:
    found = Problems()
    assert decode(text.encode(), "a.yaml", found) == text_of(text.encode())
    assert not len(found)
