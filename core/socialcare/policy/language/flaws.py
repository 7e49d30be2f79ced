"""What the small readers raise when a user's words make no sense."""

from collections.abc import Sequence


class Flaw(ValueError):  # noqa: N818 - a word of the trade, as in `raise Flaw`
    """A fault in a piece of policy text, in a sentence that a user can read.

    The reader adds file, line and column; `offset` and `length` count characters of the piece's source,
    `known` is what could have stood there instead.
    """

    def __init__(self, sentence: str, *, offset: int = 0, length: int = 1, known: Sequence[str] = ()) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.offset = offset
        self.length = length
        self.known = tuple(known)
