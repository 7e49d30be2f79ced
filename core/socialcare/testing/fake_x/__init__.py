"""A fake X for tests: a server that speaks X's API, goes wrong as told, and keeps a ledger of what it really did.

from socialcare.testing.fake_x import FakeX

async with FakeX(accounts=["AcmeCare"]) as x:
x.post("jo", "@AcmeCare where is my parcel?")
...  # a client at x.url with x.credentials()
assert not x.ledger.answered_twice()
assert not x.complaints
"""

from importlib.util import find_spec

if find_spec("aiohttp") is None:
    raise ModuleNotFoundError(
        "the fake X needs packages that are not installed; install them with `pip install 'socialcare[x]'`",
        name=__name__,  # `python -m` then says it in one line
    )

from socialcare.testing.fake_x.clock import HandClock
from socialcare.testing.fake_x.endpoints import ENDPOINTS
from socialcare.testing.fake_x.ledger import Ledger, read_ledger
from socialcare.testing.fake_x.people import Credentials, credentials_of
from socialcare.testing.fake_x.posts import Message, Post
from socialcare.testing.fake_x.rates import LIMITS, Limit
from socialcare.testing.fake_x.rebasing import rebased
from socialcare.testing.fake_x.scripts import ANSWERS, Call, Script, Step
from socialcare.testing.fake_x.server import FakeX

__all__ = [
    "ANSWERS",
    "ENDPOINTS",
    "LIMITS",
    "Call",
    "Credentials",
    "FakeX",
    "HandClock",
    "Ledger",
    "Limit",
    "Message",
    "Post",
    "Script",
    "Step",
    "credentials_of",
    "read_ledger",
    "rebased",
]
