"""On what terms this deployment speaks: what `[live]` says of age, money and sending again, and what its platforms charge."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from socialcare.config import Settings
from socialcare.delivery.terms import Terms, terms_of
from socialcare.diagnostics.spelling import suggestion
from socialcare.errors import SettingsError
from socialcare.observed import Company
from socialcare.plugins import Loaded
from socialcare.seam import attempt
from socialcare.sending import Effect
from socialcare.service.settings import Live

Accounts = Callable[[], Mapping[str, str]]
"""Our accounts by name, as the policy that serves has them."""


def terms_for(live: Live, loaded: Loaded, settings: Settings, accounts: Accounts) -> Terms:
    """The terms of every action that a sender carries out.

    Raises:
        SettingsError: `resend` names a sender that is not there.
    """
    senders = {one.name for one in loaded.senders}
    if unknown := sorted(set(live.resend) - senders):
        raise SettingsError(
            "\n".join(
                f"{settings.shown}: `resend` under `[live]` names no sender `{name}`\nhelp: {suggestion(name, senders)}"
                for name in unknown
            )
        )
    price = partial(_price, loaded, accounts)
    return terms_of(
        loaded.senders,
        max_age=live.max_age.total_seconds(),
        money=live.money,
        resend=live.resend,
        prices=dict.fromkeys(senders, price),
    )


def _price(loaded: Loaded, accounts: Accounts, effect: Effect) -> float:
    """What the platform charges for an effect, in US dollars; an answer to who addressed us may cost less."""
    channel = loaded.vocabulary.channels.get(effect.platform)
    if channel is None:
        return 0.0
    mention = effect.mention
    summoned = mention is not None and Company(accounts()).addressed(mention, effect.account) == "direct"
    price = attempt(lambda: channel.price(effect.action, effect.text or "", summoned=summoned))
    return price if isinstance(price, int | float) else 0.0
