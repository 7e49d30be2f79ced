"""The table `[plugins.mastodon]` of `socialcare.toml`."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class MastodonSettings(BaseModel):
    """What our server is like.

    `limit` is the longest post there, in characters; `server` its domain, which completes the handles of its own people:
    with it `acme` is read as `acme@mastodon.social`, as people elsewhere see it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: Annotated[int, Field(ge=1)] = 500
    server: Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]+(?::\d+)?$")] | None = None
