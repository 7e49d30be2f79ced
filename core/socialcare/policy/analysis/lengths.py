"""SC401: texts that may be longer than a platform takes, by the greatest length of everything that is put in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from socialcare.policy.analysis.ground import Ground
from socialcare.policy.analysis.said import Said, texts_said, with_company
from socialcare.policy.deciding.outgoing import Allowed, allowed_by
from socialcare.ports import Channel

NUMBER = 24
"""The longest number that is met in earnest: between 10⁻⁵ and 10¹⁶, written out with a sign and 17 digits."""

_MOMENT = len("2026-01-01T00:00:00.000000+00:00")
_WIDE = "漢"


@dataclass(frozen=True, slots=True)
class Measure:
    """How long what stands under a path can be on one platform; a link counts there as the platform says."""

    ground: Ground
    channel: Channel
    allowed: Allowed

    def longest(self, said: Said) -> Callable[[str], int | None]:
        """The greatest length by path, `None` where no maximum is declared."""
        return lambda path: self._longest(path, said)

    def _longest(self, path: str, said: Said) -> int | None:
        subject = said.solver.atoms.subjects.of(path)
        if path == "author.handle" or self._is_tag(path, said):
            return self.channel.handle_length
        if subject.sort in ("number", "duration", "count"):
            return NUMBER
        if subject.sort == "boolean":
            return len("false")
        if subject.sort in ("time", "moment"):
            return _MOMENT
        if subject.values:
            lengths = [self.channel.weighted_length(word) for word in subject.values]
            return max(lengths) if subject.sort == "one_of" else sum(lengths) + 2 * len(lengths)
        is_single = subject.sort in ("text", "one_of")
        return self._of_any(subject.longest) if subject.longest is not None and is_single else None

    def _is_tag(self, path: str, said: Said) -> bool:
        """Whether it is the handle that a look-up answers with."""
        alias, _, part = path.partition(".")
        asked = said.rule.look_up.get(alias)
        return asked is not None and self.ground.vocabulary.lookups[asked.lookup].tags == part

    def _of_any(self, characters: int) -> int:
        """Any text of so many characters: all of them wide, or as many short links as the filter lets through."""
        length_of = self.channel.weighted_length
        wide = length_of(_WIDE)
        hosts = self.allowed.hosts
        gain = max((length_of(host) - wide * len(host) for host in hosts), default=0)
        links = (characters + 1) // (min(map(len, hosts), default=characters) + 1)
        return characters * wide + max(gain, 0) * links


def check_lengths(ground: Ground) -> None:
    """Report public texts that may be too long and have nothing to be said instead."""
    for channel in ground.vocabulary.channels.values():
        if channel.limit is not None:
            measure = Measure(ground, channel, allowed_by(ground.policy, channel))
            for said in texts_said(ground):
                if ground.slot(said.use) == "public" and said.use.action in channel.actions:
                    _measure(said, channel.limit, measure, ground)


def _measure(said: Said, limit: int, measure: Measure, ground: Ground) -> None:
    if not said.is_spare and said.use.reply is not None and said.use.reply.if_too_long is not None:
        return
    length_of, longest = measure.channel.weighted_length, measure.longest(said)
    text = with_company(said.text, ground.policy)
    bound = text.longest(length_of, longest)
    if bound is None:
        ground.undecided(
            "SC401", said.place, f"whether {said.name} fits into {limit} characters of {measure.channel.name}"
        )
    elif bound > limit:
        pieces = {part.path: part.longest(length_of, longest(part.path)) for part in text.paths}
        parts = ", ".join(f"`{path}` up to {length}" for path, length in pieces.items())
        ground.problems.warning(
            "SC401", said.place, f"{said.name} may be too long: up to {bound} of {limit} characters of {measure.channel.name}",
            label=parts,
            fix="shorten it" if said.is_spare else "shorten it, or say something else with `if_too_long: …`",
        )  # fmt: skip
