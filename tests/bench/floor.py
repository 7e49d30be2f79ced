"""The floor: what msgspec alone needs to decode the same bytes, ten fields of each line."""

import gc
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import msgspec

REPEATS = 5


class Likes(msgspec.Struct, gc=False):
    """Three fields of a post."""

    like_count: int = 0
    retweet_count: int = 0
    reply_count: int = 0


class Reach(msgspec.Struct, gc=False):
    """Two fields of a profile."""

    followers_count: int = 0
    tweet_count: int = 0


class User(msgspec.Struct, gc=False):
    """Two more, and the numbers."""

    username: str
    public_metrics: Reach
    verified: bool = False


class Includes(msgspec.Struct, gc=False):
    """What stands beside a post."""

    users: tuple[User, ...]


class Post(msgspec.Struct, gc=False):
    """Three fields, and the numbers."""

    id: str
    text: str
    public_metrics: Likes
    lang: str = "und"


class Line(msgspec.Struct, gc=False):
    """A line of the stream."""

    data: Post
    includes: Includes


def per_item(work: Callable[[], object], items: int) -> float:
    """Microseconds of CPU an item, the median of five after a first time that does not count."""
    work()
    seconds = []
    for _ in range(REPEATS):
        gc.collect()
        began = time.process_time()
        work()
        seconds.append(time.process_time() - began)
    return median(seconds) / items * 1e6


def floor(file: Path) -> float:
    """Microseconds of CPU to decode one line of a file."""
    lines = file.read_bytes().splitlines()
    decode = msgspec.json.Decoder(Line).decode

    def work() -> None:
        for line in lines:
            decode(line)

    return per_item(work, len(lines))
