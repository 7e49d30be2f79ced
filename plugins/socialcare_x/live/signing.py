"""X's signature, over what it sends us and over what we answer to show that we are we.

Both are the same function with the same key, so whoever may have any text signed can forge a call: only short tokens from
an alphabet that no JSON object is written in are ever signed (S20).
"""

import hmac
import re
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256

_TOKEN = re.compile(r"[A-Za-z0-9\-_=+.]{1,256}")


def signature(secret: str, content: bytes) -> str:
    """HMAC-SHA256 with the app's secret, as X writes it (its page on webhooks)."""
    return "sha256=" + b64encode(hmac.new(secret.encode(), content, sha256).digest()).decode()


def is_signed(content: bytes, given: str, secrets: Sequence[str]) -> bool:
    """Whether one of the secrets made a signature; takes as long whichever it was, or none."""
    right = [hmac.compare_digest(signature(secret, content).encode(), given.encode()) for secret in secrets]
    return any(right)


def is_token(text: str) -> bool:
    """Whether a text may be signed as the token of a check."""
    return _TOKEN.fullmatch(text) is not None
