"""Every change of the tables, in order."""

REVISIONS = ("0001",)
"""All revisions that this program knows; a test holds them against the files."""

HEAD = REVISIONS[-1]
