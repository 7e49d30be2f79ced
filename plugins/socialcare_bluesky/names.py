"""How Bluesky names people and posts: DIDs, handles, addresses of records.

Source: the AT Protocol's specifications "Handle" and "AT URI".
"""

import re

DID = re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]{1,120}")
RECORD_KEY = re.compile(r"[A-Za-z0-9._:~-]{1,60}")

LONGEST_HANDLE = 253

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HANDLE = re.compile(rf"(?:{_LABEL}\.)+[A-Za-z](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])?")
_ADDRESS = re.compile(rf"at://({DID.pattern})/[\w.]+/{RECORD_KEY.pattern}")


def is_handle(text: str) -> bool:
    """Whether a text, without its sign, is a handle: a domain name of at most 253 characters."""
    return len(text) <= LONGEST_HANDLE and _HANDLE.fullmatch(text) is not None


def owner(address: str) -> str | None:
    """The DID in the address of a record, `at://DID/COLLECTION/KEY`; none where it is no such address."""
    found = _ADDRESS.fullmatch(address)
    return found[1] if found else None
