"""The folder of kept policies: private to the user, written whole or not at all, and never in the way.

Whatever is wrong with the folder or an entry, the answer is that nothing is kept.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import msgspec

MOST = 40
"""Entries that are kept, the last used ones: twenty policies, and what was found in them."""

VARIABLE = "SOCIALCARE_CACHE"
"""The environment's word on where the folder is; one of `_OFF` says that there is none."""

_OFF = ("", "0", "off", "no", "false")
_ENDING, _HALF = ".kept", ".half"
_OURS = re.compile(rf"[0-9a-f]{{64}}{re.escape(_ENDING)}(?:\..*{re.escape(_HALF)})?")
"""The names of entries, and of those that were never finished; whatever else lies in the folder is not ours."""


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """What is packed in `body`; `lists` are the digests of the list files that a policy was read with, by name."""

    lists: dict[str, bytes]
    body: bytes
    digest: bytes


def place() -> Path | None:
    """The folder, or `None` where nothing is to be kept."""
    said = os.environ.get(VARIABLE)
    if said is not None:
        return None if said.strip().lower() in _OFF else Path(said)
    with suppress(RuntimeError):  # a user without a home
        return _of_the_user() / "socialcare"
    return None


def _of_the_user() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return named if named.is_absolute() else Path.home() / ".cache"


def find(key: str) -> Entry | None:
    """The entry under a key, if it is there and whole."""
    folder = place()
    if folder is None or not _is_private(folder):
        return None
    file = folder / f"{key}{_ENDING}"
    try:
        entry = msgspec.msgpack.decode(_read(file), type=Entry)
        os.utime(file)  # it is the last used one now
    except (OSError, msgspec.MsgspecError):
        return None
    return entry if sha256(entry.body).digest() == entry.digest else None


def keep(key: str, body: bytes, lists: dict[str, bytes]) -> None:
    """Write an entry, and let go of those that were not used for longest."""
    folder = place()
    if folder is None:
        return
    entry = Entry(lists, body, sha256(body).digest())
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if _is_private(folder):
            _write(folder, f"{key}{_ENDING}", msgspec.msgpack.encode(entry))
            _let_go(folder)


def _is_private(folder: Path) -> bool:
    """Whether nobody else can put anything into a folder."""
    if sys.platform == "win32":
        return True  # the profile of a user is
    try:
        about = folder.stat()
    except OSError:
        return False
    return about.st_uid == os.geteuid() and not about.st_mode & 0o022


def _read(file: Path) -> bytes:
    opened = os.open(file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(opened, "rb") as stream:
        return stream.read()


def _write(folder: Path, name: str, data: bytes) -> None:
    opened, half = tempfile.mkstemp(_HALF, f"{name}.", folder)  # for the user alone: mode 0600
    try:
        with os.fdopen(opened, "wb") as stream:
            stream.write(data)
        Path(half).replace(folder / name)
    except OSError:
        Path(half).unlink()
        raise


def _let_go(folder: Path) -> None:
    ours = [(one.stat().st_mtime_ns, one) for one in folder.iterdir() if _OURS.fullmatch(one.name)]
    for _, file in sorted(ours)[:-MOST]:
        file.unlink()
