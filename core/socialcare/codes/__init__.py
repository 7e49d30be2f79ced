"""The code of each diagnostic, with the page that `socialcare codes SC101` prints."""

from socialcare.codes.analysis import ANALYSIS
from socialcare.codes.code import Code, by_name
from socialcare.codes.costs import COSTS
from socialcare.codes.meaning import MEANING
from socialcare.codes.syntax import SYNTAX

CODES: dict[str, Code] = by_name(SYNTAX, MEANING, ANALYSIS, COSTS)

__all__ = ["CODES", "Code"]
