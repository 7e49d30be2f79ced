"""The queries of search and of the filtered stream: which posts they match."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

from socialcare.testing.fake_x.posts import Post
from socialcare.testing.fake_x.problems import invalid

Test: TypeAlias = Callable[[Post], bool]

TOKEN = re.compile(r'\s*(-?"[^"]*"|-?\(|\)|[^\s()]+)')
MOST = 1_024
"""Characters of the longest rule of a stream; recent search takes half of it."""

KINDS: dict[str, Test] = {
    "is:reply": lambda post: post.in_reply_to is not None,
    "is:quote": lambda post: post.quoted is not None,
    "is:retweet": lambda post: post.reposted is not None,
    "has:links": lambda post: "https://" in post.text or "http://" in post.text,
    "has:mentions": lambda post: bool(post.mentions),
    "has:media": lambda post: bool(post.media),
    "has:images": lambda post: bool(post.media),
}


def matcher(query: str) -> Test:
    """Whether a post matches a query: words, "phrases", `@handle`, `from:`, `to:`, `conversation_id:`, `lang:`, `is:`, `has:`,
    joined by a space (and) or `OR`, grouped by parentheses, negated by `-`. Raises `Refusal` for any other operator.
    """
    if not query.strip() or len(query) > MOST:
        raise invalid("query", query[:80], f"a query has 1 to {MOST} characters")
    tokens = [found[1] for found in TOKEN.finditer(query)]
    reader = _Reader(query, iter([*tokens, ""]))
    test = reader.either()
    if reader.here:
        raise invalid("query", query, f"unexpected `{reader.here}`")
    return test


class _Reader:
    def __init__(self, query: str, tokens: Iterator[str]) -> None:
        self._query = query
        self._tokens = tokens
        self.here = next(tokens)

    def either(self) -> Test:
        tests = [self._all()]
        while self.here == "OR":
            self.here = next(self._tokens)
            tests.append(self._all())
        return lambda post: any(test(post) for test in tests)

    def _all(self) -> Test:
        tests = []
        while self.here not in ("", ")", "OR"):
            tests.append(self._one())
        if not tests:
            raise invalid("query", self._query, "an operand is missing")
        return lambda post: all(test(post) for test in tests)

    def _one(self) -> Test:
        word = self.here
        self.here = next(self._tokens)
        if word.removeprefix("-") == "(":
            test = self.either()
            if self.here != ")":
                raise invalid("query", self._query, "a `)` is missing")
            self.here = next(self._tokens)
        else:
            test = self._term(word.removeprefix("-"))
        return (lambda post: not test(post)) if word.startswith("-") else test

    def _term(self, word: str) -> Test:
        if word in KINDS:
            return KINDS[word]
        if word.startswith("@"):
            return lambda post: any(
                user.username.lower() == word[1:].lower() for user in (*post.mentions, *post.carried)
            )
        operator, colon, value = word.partition(":")
        value = value.lower().removeprefix("@")
        if not colon or word.startswith('"'):
            pattern = re.compile(rf"(?<!\w){re.escape(word.strip(chr(34)))}(?!\w)", re.IGNORECASE)
            return lambda post: pattern.search(post.text) is not None
        match operator:
            case "from":
                return lambda post: value in (post.author.username.lower(), post.author.id)
            case "to":
                return lambda post: (
                    post.in_reply_to is not None
                    and value
                    in (
                        post.in_reply_to.author.username.lower(),
                        post.in_reply_to.author.id,
                    )
                )
            case "conversation_id":
                return lambda post: post.conversation == value
            case "in_reply_to_tweet_id":
                return lambda post: post.in_reply_to is not None and post.in_reply_to.id == value
            case "lang":
                return lambda post: post.lang == value
        raise invalid("query", self._query, f"unknown operator `{operator}:`")
