"""URLs in running text as X finds them: with and without a protocol, by its list of top-level domains.

The rules are those of twitter-text 3.1.0, `extractUrlsWithIndices`; that they agree in every case is tested against it.
All indices are in UTF-16 code units (see `units`).
"""

import re
from functools import cache, lru_cache
from typing import NamedTuple

from socialcare_x.domains import Chain, labels
from socialcare_x.tables import tables
from socialcare_x.units import from_units

_LONGEST_URL = 4096
_LONGEST_LABEL = 63
_LONGEST_TCO_SLUG = 40
_ASCII_PUNCTUATION = r"!'#%&()*+,\-./:;<=>?@\[\\\]^_{|}~$"
_NOT_BEFORE_URL = "A-Za-z0-9@\uff20$#\uff03\ufffe\ufeff\uffff"
_QUERY = r"\?[a-zA-Z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*[a-zA-Z0-9\-_&=#/]"

_PROTOCOL = re.compile(r"[hH][tT][tT][pP][sS]?://\Z")
_BARRED = re.compile(f"[{_NOT_BEFORE_URL}]")
_NOT_BEFORE_BARE = frozenset("-_./")
_TCO = re.compile(rf"[hH][tT][tT][pP][sS]?://[tT]\.[cC][oO]/([a-zA-Z0-9]+)(?:{_QUERY})?")
_LABEL_SEPARATOR = re.compile("[\u3002\uff0e\uff61]")
_PUNYCODED = re.compile(r"[^\x20-\x7e]")

# a domain has a character that is neither punctuation nor space right before the dot of its top-level domain, which
# begins with an ASCII letter or beyond ASCII
_DOT_OF_A_LINK = re.compile(rf"\.(?<=[^{_ASCII_PUNCTUATION}\x09-\x0d\x20]\.)[A-Za-z\x80-\U0010ffff]")
_LONGEST_REMEMBERED = 100


class Link(NamedTuple):
    """A URL in a text. `length` is what it covers when counted, which differs from `end - start` after odd domains."""

    start: int
    end: int
    length: int


def may_hold_link(text: str) -> bool:
    """Whether a text, in code points or code units, has a dot as every URL has one: cheap, and never wrongly false."""
    return _DOT_OF_A_LINK.search(text) is not None


def links(units: str) -> list[Link]:
    """The URLs of a text in UTF-16 code units, in order.

    No URL reaches over a space, and of what stands before it only one character counts: so each stretch between spaces
    is searched by itself, with the space before it.
    """
    found: list[Link] = []
    end = 0
    for dot in _DOT_OF_A_LINK.finditer(units):
        at = dot.start()
        if at < end:
            continue
        start = max(units.rfind(" ", 0, at), 0)
        end = units.find(" ", at)
        if end < 0:
            end = len(units)
        stretch = units[start:end]
        # what looks like somebody's address is not kept in memory
        is_kept = len(stretch) <= _LONGEST_REMEMBERED and "@" not in stretch
        here = _links_again(stretch) if is_kept else links_in(stretch)
        found += [Link(start + one.start, start + one.end, one.length) for one in here] if start else here
    return found


def links_in(units: str) -> list[Link]:
    """The same by one search through the whole text."""
    search = _Search(units)
    for run in _patterns().run.finditer(units):
        if "." in run[0]:
            search.look_in(run.start(), run.end())
    return search.found


_links_again = lru_cache(maxsize=1024)(links_in)  # most links are those of the policy


class _Patterns(NamedTuple):
    run: re.Pattern[str]
    start: re.Pattern[str]
    in_domain: re.Pattern[str]
    tail: re.Pattern[str]
    latin: re.Pattern[str]
    latin_end: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    facts = tables()
    in_domain = rf"[^{_ASCII_PUNCTUATION}\x09-\x0d\x20{facts['not_in_domain']}]"
    path = rf"a-zA-Z0-9!*';:=+,.$/%#\[\]\-_~@|&{facts['path']}"
    parentheses = rf"\((?:[{path}]+|[{path}]*\([{path}]+\)[{path}]*)\)"
    to_path_end = rf"[{path}]*(?:{parentheses}[{path}]*)*[+\-a-zA-Z0-9=_#/{facts['path_end']}]"
    latin = rf"[-a-zA-Z0-9{facts['latin']}]+"
    return _Patterns(
        run=re.compile(rf"(?:{in_domain}|[-_.])+"),
        start=re.compile(rf"(?<![{_NOT_BEFORE_URL}]){in_domain}"),
        in_domain=re.compile(in_domain),
        tail=re.compile(rf"(?::[0-9]+)?(/(?:{to_path_end})?(?:{parentheses})*)?(?:{_QUERY})?"),
        latin=re.compile(latin),
        latin_end=re.compile(rf"{latin}\Z"),
    )


class _Search:
    """One walk over a text; `end` is where the last match ended, used or not."""

    def __init__(self, units: str) -> None:
        self.units = units
        self.found: list[Link] = []
        self.end = 0

    def look_in(self, start: int, stop: int) -> None:
        """Add the URLs whose domain lies in a run of domain characters, `units[start:stop]`."""
        spans = labels(self.units, start, stop)
        chain = Chain(self.units, spans, self._is_label, self._is_name)
        head = self._protocol_before(start)
        domain_end = None if head is None else chain.whole(0)
        if head is not None and domain_end is not None:
            self._take_with_protocol(head, start, domain_end)
        for at, (first, last) in enumerate(spans[:-1]):
            begin = self._bare_start(
                first if chain.goes_on(at) else self.units.rfind("_", first, last) + 1 or first, last
            )
            domain_end = None if begin is None else chain.end(at, begin, last)
            if begin is not None and domain_end is not None:
                self._take_bare(begin, domain_end)

    def _is_label(self, first: int, last: int) -> bool:
        in_domain = _patterns().in_domain
        return first < last and bool(
            in_domain.match(self.units, first) and in_domain.match(self.units, last - 1)
        )

    def _is_name(self, first: int, last: int) -> bool:
        return self._is_label(first, last) and self.units.find("_", first, last) < 0

    def _protocol_before(self, domain: int) -> int | None:
        protocol = _PROTOCOL.search(self.units, max(self.end, domain - len("https://")), domain)
        if protocol is None:
            return None
        start = protocol.start()
        if start == 0 or (start > self.end and not _BARRED.match(self.units, start - 1)):
            return start
        return None

    def _bare_start(self, first: int, last: int) -> int | None:
        """The first place of `units[first:last]` where a URL may start: its character before is free and allowed."""
        begin = self.end + 1 if self.end else 0
        start = _patterns().start.search(self.units, max(first, begin), last)
        if start is None:
            return None
        if start.start() == 0 and _patterns().start.match(self.units, 1, last):
            return 1  # the reference tries "after the first character" before "at the very start"
        return start.start()

    def _take_with_protocol(self, start: int, domain: int, domain_end: int) -> None:
        self.end = self._tail(domain_end)[0]
        if not _is_valid(self.units[domain:domain_end], self.end - start):
            return
        end = self.end
        tco = _TCO.match(self.units, start, end)
        if tco is not None:
            if len(tco[1]) > _LONGEST_TCO_SLUG:
                return
            end = tco.end()
        self.found.append(Link(start, end, end - start))

    def _take_bare(self, start: int, domain_end: int) -> None:
        """Add what a domain without a protocol yields: its Latin parts, the last of them with port, path and query."""
        before = self.units[start - 1 : start]
        domain = self.units[start:domain_end]
        self.end, has_path = self._tail(domain_end)
        if not _is_valid(domain, len("https://") + self.end - start) or before in _NOT_BEFORE_BARE:
            return
        known = 0
        yields: list[Link] = []
        for first, last in _latin_domains(domain):
            known = domain.find(domain[first:last], known)
            yields.append(Link(start + known, start + known + last - first, last - first))
            known += last - first
        if yields and has_path:
            last_one = yields[-1]
            yields[-1] = Link(last_one.start, self.end, last_one.length + self.end - domain_end)
        self.found += yields

    def _tail(self, domain_end: int) -> tuple[int, bool]:
        """Where port, path and query after a domain end, and whether there is a path."""
        tail = _patterns().tail.match(self.units, domain_end)
        return (domain_end, False) if tail is None else (tail.end(), tail[1] is not None)


def _is_valid(domain: str, length: int) -> bool:
    if length > _LONGEST_URL or any(_is_long(label) for label in domain.split(".")):
        return False
    return not domain.startswith("xn--") or bool(_latin_domains(domain))


def _is_long(label: str) -> bool:
    """Whether a label, with the full stops of other scripts inside it, has more than 63 characters in Punycode."""
    text = from_units(label)
    if len(text) > _LONGEST_LABEL:
        return True
    parts = _LABEL_SEPARATOR.split(text)
    encoded = (
        len("xn--" + part.encode("punycode").decode()) if _PUNYCODED.search(part) else len(part)
        for part in parts
    )
    return sum(encoded) + len(parts) - 1 > _LONGEST_LABEL


def _latin_domains(domain: str) -> list[tuple[int, int]]:
    """The parts of a domain whose labels are Latin letters, digits and hyphens, from left to right."""
    patterns = _patterns()

    def is_latin(first: int, last: int) -> bool:
        return bool(patterns.latin.fullmatch(domain, first, last))

    spans = labels(domain, 0, len(domain))
    chain = Chain(domain, spans, is_latin, is_latin)
    found: list[tuple[int, int]] = []
    end = 0
    for at, (first, last) in enumerate(spans[:-1]):
        start = patterns.latin_end.search(domain, max(first, end), last)
        domain_end = None if start is None else chain.end(at, start.start(), last)
        if start is not None and domain_end is not None:
            found.append((start.start(), domain_end))
            end = domain_end
    return found
