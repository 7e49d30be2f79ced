"""SC1xx: the files of a policy and the YAML in them."""

from socialcare.codes.code import Code

SYNTAX: tuple[Code, ...] = ()
