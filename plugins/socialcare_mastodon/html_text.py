"""The text of a post's HTML, as people see it.

Mastodon cleans HTML before it tells us, so that a tag is all there is to know. The standard library's parser takes a minute
for 64 KB of `<a `; this takes as long as the text is.
"""

import re
from collections.abc import Iterator, Mapping
from html import unescape

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)([^<>]*)>|<[!?/][^<>]*>")
_CLASS = re.compile(r"""\sclass=["']([^"']*)""")
_HREF = re.compile(r"""\shref=["']([^"']*)""")

_BLOCKS = frozenset({"p", "div", "blockquote", "ul", "ol", "pre", "h1", "h2", "h3", "h4", "h5", "h6"})
_LINES = frozenset({"br", "li"})
_VOID = frozenset({"br", "img", "hr", "wbr", "input"})
_UNSEEN = frozenset({"script", "style", "template", "title"})
_BLANK_LINES = re.compile(r"\n{3,}")


def seen(html: str, handles: Mapping[str, str] | None = None) -> str:
    """What people see of HTML: paragraphs with a blank line between, links by their visible words.

    Mastodon shortens links by hiding their ends; what is hidden is left out, with `…` for what was cut off. A link to
    somebody of `handles` (address → handle) is that handle, whatever the link says.
    """
    if "<" not in html and "&" not in html:
        return html.strip()
    return _BLANK_LINES.sub("\n\n", "".join(_Reader(handles or {}).read(html))).strip()


class _Reader:
    """Reads along the tags; within an element that is not seen, it only looks for the end of that."""

    def __init__(self, handles: Mapping[str, str]) -> None:
        self._handles = handles
        self._hidden = ""
        self._depth = 0
        self._ends: list[str] = []

    def read(self, html: str) -> Iterator[str]:
        at = 0
        for tag in _TAG.finditer(html):
            yield self._words(html[at : tag.start()])
            at = tag.end()
            name = (tag[2] or "").lower()
            if name:
                yield self._closed(name) if tag[1] else self._opened(name, tag[3])
        yield self._words(html[at:])

    def _words(self, text: str) -> str:
        return "" if self._hidden else unescape(text)

    def _opened(self, name: str, attributes: str) -> str:
        if self._hidden:
            self._depth += name == self._hidden
            return ""
        if name in _VOID:
            return "\n" if name == "br" else ""
        classes = found[1].split() if (found := _CLASS.search(attributes)) else []
        handle = self._handle(attributes) if name == "a" and "mention" in classes else None
        if handle is not None or name in _UNSEEN or "invisible" in classes:
            self._hidden, self._depth = name, 1
            return f"@{handle}" if handle is not None else ""
        self._ends.append("…" if "ellipsis" in classes else "")
        return "\n\n" if name in _BLOCKS else "\n" if name in _LINES else ""

    def _closed(self, name: str) -> str:
        if self._hidden:
            self._depth -= name == self._hidden
            self._hidden = self._hidden if self._depth else ""
            return ""
        end = self._ends.pop() if self._ends and name not in _VOID else ""
        return end + ("\n\n" if name in _BLOCKS else "")

    def _handle(self, attributes: str) -> str | None:
        found = _HREF.search(attributes)
        return self._handles.get(unescape(found[1])) if found else None
