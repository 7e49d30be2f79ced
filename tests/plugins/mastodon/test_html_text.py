"""HTML as people see it, and hostile HTML."""

import pytest

from socialcare_mastodon.html_text import seen

LINK = (
    '<a href="https://acme.example/a/long/path" rel="nofollow"><span class="invisible">https://</span>'
    '<span class="ellipsis">acme.example/a/lo</span><span class="invisible">ng/path</span></a>'
)
HANDLE = (
    '<span class="h-card"><a href="https://a.example/@jo" class="u-url mention">@<span>jo</span></a></span>'
)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain", "plain"),
        ("<p>one<br>two<br />three</p><p>four</p>", "one\ntwo\nthree\n\nfour"),
        ("<p>1 &lt; 2 &amp;amp; &quot;&#39;&eacute;</p>", "1 < 2 &amp; \"'é"),
        (f"<p>see {LINK}.</p>", "see acme.example/a/lo…."),
        (f"<p>{HANDLE} hello</p>", "@jo@a.example hello"),
        ('<p>a<span class="invisible">b<span>c</span></span>d</p>', "ad"),
        ("a<script>alert('<b>')</script>b", "ab"),
        ("3 < 4 and 5 > 4", "3 < 4 and 5 > 4"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("<p>left <em>open", "left open"),
        ("</p></p>a</span>", "a"),
        ("<IMG src=x onerror=alert(1)>a<!-- b -->c<?d?>", "ac"),
    ],
)
def test_html_becomes_what_people_see(html: str, text: str) -> None:
    assert seen(html, {"https://a.example/@jo": "jo@a.example"}) == text


def test_a_handle_that_is_not_known_is_what_the_link_says() -> None:
    assert seen(HANDLE) == "@jo"


@pytest.mark.parametrize(
    "piece", ["<!--", "<a ", "</", '<a b="', "<a/", "<script>", "<p>", "&#", "<i class=invisible>"]
)
def test_s2_hostile_html_takes_as_long_as_it_is(piece: str) -> None:
    """A parser that starts over at every `<` would need a minute for each."""
    assert len(seen(piece * 200_000)) <= 200_000 * len(piece)
