"""The code of each diagnostic, with the page that `socialcare codes SC101` prints."""

from socialcare.codes.code import Code, by_name
from socialcare.codes.meaning import MEANING
from socialcare.codes.syntax import SYNTAX

CODES: dict[str, Code] = by_name(SYNTAX, MEANING)

__all__ = ["CODES", "Code"]
