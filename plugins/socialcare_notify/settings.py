"""The table `[plugins.notify]` of `socialcare.toml`."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from socialcare.secrets import SecretRef

HOOK = "webhook:"
"""What stands before the name of a webhook where a person is reached by one."""

OTHERWISE = "otherwise"

_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[A-Za-z0-9-]+\.)*[A-Za-z0-9-]+"
)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def _address(written: str) -> str:
    if len(written) > 254 or _ADDRESS.fullmatch(written) is None:
        raise PydanticCustomError("address", "write an e-mail address, such as `care@acme.example`")
    return written


def _way(written: str) -> str:
    if not written.startswith(HOOK) and (len(written) > 254 or _ADDRESS.fullmatch(written) is None):
        raise PydanticCustomError(
            "way", "write an e-mail address, or `webhook:NAME` with a name under `webhooks`"
        )
    return written


Address = Annotated[str, AfterValidator(_address)]
Way = Annotated[str, AfterValidator(_way)]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
_STRICT = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Smtp(BaseModel):
    """The server that takes our mail.

    `tls` says how the connection is made secure: `starttls` (mostly port 587), `implicit` (mostly port 465), or `none`, for a
    server on this machine. `sender` is who writes, `reply_to` who reads the answers; `authority` a file of certificates that
    count instead of the system's.
    """

    model_config = _STRICT

    host: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.:-]{1,253}$")]
    port: Annotated[int, Field(ge=1, le=65_535)] = 587
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    user: str | None = None
    password: SecretRef | None = None
    sender: Address
    reply_to: Address | None = None
    authority: str | None = None

    @model_validator(mode="after")
    def _is_sound(self) -> "Smtp":
        if (self.user is None) != (self.password is None):
            raise PydanticCustomError("smtp", "`user` and `password` come together")
        if self.tls == "none" and self.host not in _LOOPBACK:
            raise PydanticCustomError(
                "smtp",
                '`tls = "none"` is for a server on this machine; write `"starttls"` or `"implicit"`',
            )
        return self


class Webhook(BaseModel):
    """An address of our own that is told as JSON; each of `secrets` signs, so that the new one can be there before the old one goes."""

    model_config = _STRICT

    url: str
    secrets: Annotated[list[SecretRef], Field(min_length=1, max_length=2)]


class NotifySettings(BaseModel):
    """Whom we reach, and how.

    `people` are names of the policy's `people:`, each with a way (an e-mail address or `webhook:NAME`), or with a way a word
    and `otherwise`. `otherwise` is the person told in place of one who is not listed; `words` the actions that are carried
    out here. `links` says by platform what the address of a post looks like, with `{id}`, `{last}` (what follows the last
    `/` of the id), `{author}` and `{handle}`. `allow_local` are addresses of our own network that webhooks may have.
    """

    model_config = _STRICT

    people: Annotated[dict[str, Way | dict[Word, Way]], Field(min_length=1)]
    otherwise: str | None = None
    words: Annotated[frozenset[Word], Field(min_length=1)] = frozenset({"notify", "open_case"})
    smtp: Smtp | None = None
    webhooks: dict[str, Webhook] = {}
    links: dict[str, str] = {}
    allow_local: frozenset[str] = frozenset()

    @model_validator(mode="after")
    def _is_whole(self) -> "NotifySettings":
        if problems := list(self._problems()):
            raise PydanticCustomError("notify", "{problems}", {"problems": "; ".join(problems)})
        return self

    def _problems(self) -> Iterator[str]:
        for name, ways in sorted(self.people.items()):
            by_word = {"": ways} if isinstance(ways, str) else ways
            yield from (
                f"`people.{name}` names `{word}`, which is neither one of `words` nor `{OTHERWISE}`"
                for word in by_word
                if word and word != OTHERWISE and word not in self.words
            )
            hooks = {way.removeprefix(HOOK) for way in by_word.values() if way.startswith(HOOK)}
            yield from (
                f"`people.{name}` names the webhook `{hook}`, which is not under `webhooks`"
                for hook in sorted(hooks - self.webhooks.keys())
            )
            if self.smtp is None and any(not way.startswith(HOOK) for way in by_word.values()):
                yield f"`people.{name}` is reached by e-mail, and there is no table `smtp`"
        if self.otherwise is not None and self.otherwise not in self.people:
            yield f"`otherwise` names `{self.otherwise}`, who is not under `people`"

    def way(self, person: str | None, word: str) -> str | None:
        """How a person is reached about a word; `None` where the settings do not say."""
        ways = self.people.get(person or "", self.people.get(self.otherwise or ""))
        return ways.get(word, ways.get(OTHERWISE)) if isinstance(ways, dict) else ways
