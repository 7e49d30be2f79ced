"""How a text is cut into words."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from socialcare_intent.words import lowered, words


def test_words_links_names_numbers_and_marks_are_told_apart() -> None:
    text = (
        "Hey @AcmeCo, can’t pay £12.50 at https://acme.example/x?y=1 … WHY?!! #fail 😡 :( __email__ R&amp;D"
    )
    assert words(text).forms == [
        "hey", "HANDLE", ".", "can't", "pay", "NUMBER", "at", "URL", ".", "why", "?", "#fail", "😡", ":(",
        "MASK", "r", "&", "d",
    ]  # fmt: skip


def test_stretched_letters_are_shortened() -> None:
    assert words("soooo sloooow, helllp").forms == ["so", "slow", ".", "help"]


def test_words_are_given_back_as_they_stand_in_the_text() -> None:
    cut = words("İstanbul: It is  LATE, it is!")
    assert cut.forms[2:5] == ["it", "is", "late"]
    assert cut.phrases([(2, 5), (3, 4), (7, 8)]) == ("It is  LATE", "is")


PLAINLY = re.compile(
    r"""(?!https?://|www\.|pic\.twitter\.com/)[^\W\d_][^\W_]*(?:'[^\W_]+)*
      |(?P<HANDLE>@\w+)
      |(?P<asks>!*[?？¿][!?？¿！]*)
      |(?P<exclaims>[!！¡]+)
      |(?P<URL>https?://\S*|www\.\S+|pic\.twitter\.com/\S+)
      |(?P<MASK>__[a-z]+__)
      |(?P<and>&amp;)
      |(?P<NUMBER>[$£€]?\d+(?:[.,:]\d+)*%?)
      |\#\w+
      |[:;=>][-'o]?[()\[\]/\\|dp3<](?!\w)|<3
      |(?P<pause>[.,;:…\n。、]+|-{2,}|\s[-–—]\s|&\#?\w{1,8};)
      |[\u2600-\u27bf\u2b50\U0001f300-\U0001faff]
      |[/+&"*]""",
    re.VERBOSE,
)
KINDS = {"pause": ".", "asks": "?", "exclaims": "!", "and": "&"}


def plainly(text: str) -> list[tuple[str, str]]:
    """The rule word for word, over the text in lower case: each word as it is compared, and as it stands there."""
    stretched = re.search(r"([^\W\d_])\1{2,}", text)
    cut = []
    for piece in PLAINLY.finditer(lowered(text)):
        kind = piece.lastgroup
        form = KINDS.get(kind, kind) if kind else piece[0]
        if stretched:
            form = re.sub(r"([^\W\d_])\1{2,}", r"\1", form)
        cut.append((form, text[slice(*piece.span())]))
    return cut


pieces = st.sampled_from([
    "Hey", "can’t", "DON'T", "it's", "http", "HTTPS://x.y/Z?", "www.", "Www.a", "pic.Twitter.com/a", "@Acme_Co", "#Fail", "#_",
    "&amp;", "&AMP;", "&gt;", "&#39;", "__Email__", "__\u212a__", "__", "_a_", "£5.20", "12:30", "50%", "1.", "B12", "²x", "?!", "!?",
    "¿", "！", ":D", ":-)", ":dx", "=)_", ";O(", "<3", ">:(", " - ", " – x", "-", "--", "...", "…", "。", "😡", "❤️", "☹", "soooo", "WWW",
    "AaA", "ééé", "İi", "ß", "Ж", "漢字", "/", "+", "*", '"', "\n", "\t", "\u3000",
])  # fmt: skip
texts = st.lists(pieces | st.sampled_from([" ", "  ", ""]) | st.text(max_size=3), max_size=16).map("".join)


@given(texts | st.text(max_size=300))
@example("“@Acme: x” =)_ =) \n - y")
def test_a_text_is_cut_as_the_rule_says(text: str) -> None:
    cut = words(text)
    spelled = ["".join(cut.phrases([(place, place + 1)])) for place in range(len(cut.forms))]
    assert [s for _, s in plainly(text)] == spelled
    if (
        "Σ" not in text
    ):  # small at the end of a word, and a word ends sooner here than in the text in lower case
        assert [form for form, _ in plainly(text)] == cut.forms


@given(st.characters())
def test_one_letter_alone_is_longer_in_lower_case(letter: str) -> None:
    assert len(letter.lower()) == 1 or letter == "İ"
