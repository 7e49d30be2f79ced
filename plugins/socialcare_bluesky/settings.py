"""The table `[plugins.bluesky]` of `socialcare.toml`."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from socialcare_bluesky.names import DID, is_handle


def _handle(written: str) -> str:
    bare = written.removeprefix("@").lower()
    if not is_handle(bare):
        raise ValueError("write a handle of Bluesky, such as `acme.bsky.social`")
    return bare


class BlueskySettings(BaseModel):
    """`accounts`: our own accounts, DID → handle; the stream names people by their DID, the policy by their handle."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    accounts: dict[
        Annotated[str, StringConstraints(pattern=f"^{DID.pattern}$")], Annotated[str, AfterValidator(_handle)]
    ] = {}
