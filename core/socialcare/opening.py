"""Opens a desk: the policy of the settings is loaded and put together with the plugins and a store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Literal
from zoneinfo import ZoneInfo

from socialcare.config import Settings
from socialcare.desk import Desk
from socialcare.diagnostics import Problems
from socialcare.diagnostics.spelling import suggestion
from socialcare.errors import SettingsError
from socialcare.model import FieldValue
from socialcare.plugins import Loaded
from socialcare.policy.deciding.engine import Naive
from socialcare.policy.deciding.outgoing import allowed_by
from socialcare.policy.deciding.plan import Setting
from socialcare.policy.deciding.precedence import Precedence
from socialcare.policy.load import load
from socialcare.policy.matching.matcher import Matcher
from socialcare.policy.reading.crosschecks import used_fields
from socialcare.policy.reading.hashing import policy_hash
from socialcare.policy.statements import Policy
from socialcare.ports import Channel, Entity, Store
from socialcare.seam import Seam

_MATCHING = {"compiled": Matcher, "naive": Naive}
_SEALED = Path(__file__).with_name("policy") / "deciding" / "sealed.yaml"


class PlainChannel:
    """Any platform that no plugin knows: a text as long as one likes, in which nothing is clickable."""

    name = ""
    doc = "a platform that no plugin knows"
    limit: int | None = None
    handle_length = 32
    actions: frozenset[str] = frozenset()
    guards = ""

    def weighted_length(self, text: str) -> int:
        """The number of characters."""
        return len(text)

    def entities(self, text: str) -> Sequence[Entity]:  # noqa: ARG002 - whatever it is
        """None."""
        return ()

    def price(self, action: str, text: str, *, summoned: bool) -> float:  # noqa: ARG002 - whatever it is
        """Nothing."""
        return 0.0


def sealed_guards(loaded: Loaded) -> list[tuple[str, str]]:
    """The guards that are built in: ours, and those of every channel, each with the name under which problems show it."""
    ours = [("sealed.yaml", _SEALED.read_text("utf-8"))]
    channels = loaded.vocabulary.channels
    return ours + [
        (f"the guards of {name}", one.guards) for name, one in channels.items() if one.guards.strip()
    ]


def load_policy(
    settings: Settings, loaded: Loaded, problems: Problems, *, folder: Path | None = None
) -> Policy | None:
    """Read the policy in `folder`, by default that of the settings, with the built-in guards, less those the settings unseal.

    Every problem is reported; a policy with an error is `None`.

    Raises:
        SettingsError: the settings unseal a guard that is not built in.
    """
    guards = sealed_guards(loaded)
    policy = load(folder or settings.policy, loaded.vocabulary, problems, sealed=guards)
    return None if policy is None else _unsealed(policy, settings, loaded)


def open_desk(  # noqa: PLR0913 - one for each way to open it
    policy: Policy,
    loaded: Loaded,
    store: Store,
    *,
    account: str | None = None,
    assume: Mapping[str, FieldValue] = MappingProxyType({}),
    rollout: float | None = None,
    keep_input: bool = False,
    near: bool = True,
    engine: Literal["compiled", "naive"] = "compiled",
) -> Desk:
    """A desk for a policy; the words after `store` are those of `Desk` and `Setting`, and `rollout` is in percent."""
    channels: dict[str, Channel] = {**loaded.vocabulary.channels, "": PlainChannel()}
    setting = Setting(
        policy=policy,
        vocabulary=loaded.vocabulary,
        channels=channels,
        allowed={channel.name: allowed_by(policy, channel) for channel in channels.values()},
        precedence=Precedence(policy),
        zone=ZoneInfo(policy.zone),
        rollout=rollout,
        matching=_MATCHING[engine],
    )
    return Desk(
        setting=setting,
        store=store,
        seam=Seam(loaded.vocabulary),
        classifiers=loaded.classifiers,
        account=account,
        assume=assume,
        keep_input=keep_input,
        near=near,
    )


def _unsealed(policy: Policy, settings: Settings, loaded: Loaded) -> Policy:
    """The policy without the built-in guards that this company may do without; the reason becomes part of the policy."""
    sealed = {name for name, guard in policy.guards.items() if guard.sealed}
    if unknown := sorted(settings.unseal.keys() - sealed):
        raise SettingsError(
            "\n".join(
                f"{settings.shown}: `{name}` under `[unseal]` is no built-in guard\nhelp: {suggestion(name, sealed)}"
                for name in unknown
            )
        )
    if not settings.unseal:
        return policy
    off = {
        name: replace(policy.guards[name], status="off", because=why) for name, why in settings.unseal.items()
    }
    policy = replace(policy, guards={**policy.guards, **off})
    policy = replace(policy, uses=used_fields(policy, loaded.vocabulary))
    return replace(policy, hash=policy_hash(policy))
