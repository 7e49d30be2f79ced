r"""Lines that hold no trap whatever stands around them: `key: value`, `- value`, `key:`, with short brackets and whole quotes.

One expression says so of a line at a glance; `traps` looks at the others, sign by sign. It is narrower than YAML: what it is not
made for is merely looked at. Every repetition is possessive, so that no line takes longer than its length.
"""

import re

_KEY = r"[A-Za-z0-9_][\w.-]*+:"
_CURLY = "“”„‟«»‹›‘’‚‛"
_BEGIN = rf"""(?:[^\s\-?:,\[\]{{}}#&*!|>'"%@`{_CURLY}]|-(?=[\w.]))"""
_QUOTED = r"""(?:'(?:[^'\n]|'')*+'|"[^"\\\n]*+")"""
_DEEPEST = 2


def _between_brackets() -> str:
    """Maps and lists of one line, two deep."""
    value = rf"(?:{_BEGIN}[^\t\n,\[\]{{}}:#?]*+|{_QUOTED}\ *+)"
    brackets = ""
    for _ in range(_DEEPEST):
        a_map = rf"\{{\ *+(?:{_KEY}\ ++{value}(?:,\ *+(?=\w)|(?=\}})))*+\}}"
        a_list = rf"\[\ *+(?:{value}(?:,\ ++(?!\])|(?=\])))*+\]"
        brackets = rf"(?:{a_map}|{a_list})"
        value = rf"(?:{value}|{brackets}\ *+)"
    return brackets


HARMLESS = re.compile(
    rf"""(?P<indent>\ *+)
    (?:(?P<dashes>(?:-\ ++)++)(?P<key_of_item>{_KEY}(?:\ ++|$))?+|(?P<key>{_KEY}(?:\ ++|$)))
    (?:(?P<closed>(?:{_QUOTED}|{_between_brackets()})(?:\ ++\#.*+|\ *+))
      |(?P<text>{_BEGIN}[^\t\n:\#]*+(?:(?::(?=[^\s])|(?<=[^\s])\#)[^\t\n:\#]*+)*+))?+\Z""",
    re.VERBOSE,
)
"""`lastgroup` of a match is what the line ends with: `closed` quotes or brackets, a bare `text`, or a key without a value."""
