"""Nothing that somebody wrote acts on a page."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialcare.simulate.pages.markup import tag, trusted


class Read(HTMLParser):
    """What a browser makes of a page: its elements and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def read(markup: str) -> Read:
    reader = Read()
    reader.feed(markup)
    reader.close()
    return reader


@given(st.text())
def test_any_text_stays_a_text(text: str) -> None:
    found = read(tag("p", text, title=text))
    assert found.elements == ["p"]
    assert [name for name, _ in found.attributes] == ["title"]
    assert "<" not in tag("b", text)[3:-4]


@pytest.mark.parametrize("text", ["\u202eevil", "\x1b[2J", "\x00", "\u2066x", "\ud800", "\u2028"])
def test_marks_that_turn_lines_round_and_controls_are_written_out(text: str) -> None:
    shown = tag("p", text)
    assert shown.isprintable()
    assert "\\" in shown


@pytest.mark.parametrize(
    ("made", "written"),
    [
        (tag("p", "a", 1234, None, ["b", tag("i", "c")]), "<p>a1,234b<i>c</i></p>"),
        (
            tag("a", "x", class_="n", data_m="1 2", hidden=True, id=None),
            '<a class="n" data-m="1 2" hidden>x</a>',
        ),
        (tag("rect", x=1234), '<rect x="1234"/>'),
        (tag("style", trusted("a>b{}")), "<style>a>b{}</style>"),
    ],
)
def test_elements_are_written_as_html(made: str, written: str) -> None:
    assert made == written
