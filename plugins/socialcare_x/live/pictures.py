"""Pictures that a post names: from one folder, uploaded before the post, and once for all attempts."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.json import Decoder

from socialcare.clock import Clock
from socialcare.intake import BadRow, decoded
from socialcare_x.live.replies import Broken, Reply
from socialcare_x.live.shapes import Id

if TYPE_CHECKING:
    from socialcare_x.live.client import Client

_LARGEST = 5_000_000
_KINDS = {".png": "image", ".jpg": "image", ".jpeg": "image", ".webp": "image", ".gif": "gif"}
_LASTS = 12 * 3_600.0
"""Seconds for which an upload is used again; X keeps it for a day."""


class NoPicture(Exception):  # noqa: N818 - becomes the reason of a refusal
    """Why a picture cannot be posted."""


class _Uploaded(Struct):
    id: Id = None


class _Answer(Struct):
    data: _Uploaded | None = None


_ANSWER = Decoder(_Answer)


class Pictures:
    """The pictures of one folder; what lies elsewhere, or on the web, is not posted (S18)."""

    def __init__(self, folder: Path | None, clock: Clock) -> None:
        self._folder = folder.resolve() if folder is not None else None
        self._clock = clock
        self._known: dict[tuple[str, Path, float], tuple[str, float]] = {}

    async def uploaded(self, client: Client, account: str, written: str, use: Literal["tweet", "dm"]) -> str:
        """X's id of a picture for a post or a message.

        Raises:
            NoPicture: there is none of that name, or X does not take it.
            Broken: the upload came to no end; nobody has seen anything.
        """
        path = self._found(written)
        key = (f"{account} {use}", path, path.stat().st_mtime)
        media, until = self._known.get(key, ("", 0.0))
        if self._clock.steady() < until:
            return media
        asked = {
            "media": b64encode(path.read_bytes()).decode(),
            "media_category": f"{use}_{_KINDS[path.suffix.lower()]}",
        }
        media = _id_in(await client.request("POST", "/2/media/upload", json=asked, user_auth=True))
        self._known[key] = (media, self._clock.steady() + _LASTS)
        return media

    def _found(self, written: str) -> Path:
        if self._folder is None:
            raise NoPicture("name the folder of the pictures in the settings: `media` under `[plugins.x]`")
        path = (self._folder / written).resolve()
        if not path.is_relative_to(self._folder) or not path.is_file():
            raise NoPicture(f"there is no picture `{written[:100]}` in the folder of `media`")
        if path.suffix.lower() not in _KINDS or path.stat().st_size > _LARGEST:
            raise NoPicture(f"`{written[:100]}` is no picture for X: png, jpg, webp or gif of 5 MB at most")
        return path


def _id_in(reply: Reply) -> str:
    if 400 <= reply.status < 500 and reply.status != 429:
        problem = reply.problem()
        raise NoPicture(
            f"X does not take the picture: {problem.said if problem is not None else reply.status}"
        )
    try:
        found = decoded(reply.body, _ANSWER, "an answer").data
    except BadRow:
        found = None
    if found is None or found.id is None:
        raise Broken("the picture could not be uploaded")
    return str(found.id)
