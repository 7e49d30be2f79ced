"""SC402: placeholders that may have nothing to stand for."""

from __future__ import annotations

from socialcare.diagnostics import Place
from socialcare.policy.analysis.ground import Ground
from socialcare.policy.analysis.logic import FALSE, UNKNOWN
from socialcare.policy.analysis.said import Said, texts_said
from socialcare.policy.language.texts import Placeholder
from socialcare.policy.statements import Comparison


def check_gaps(ground: Ground) -> None:
    """Report each placeholder, once a text, whose value may be missing where the text is said."""
    told: set[tuple[Place, str]] = set()
    for said in texts_said(ground):
        for placeholder in said.text.paths:
            key = (said.place, placeholder.path)
            if (
                key not in told
                and not placeholder.has_default
                and not placeholder.path.startswith("company.")
            ):
                told |= {key} if _report(said, placeholder, ground) else set()


def _report(said: Said, placeholder: Placeholder, ground: Ground) -> bool:
    path, atoms = placeholder.path, said.solver.atoms
    there = Comparison(path, "exists", operand=True, place=said.place)
    missing = atoms.is_one_of(there, FALSE | UNKNOWN)
    verdict = said.solver.find(*said.context, missing).verdict
    if verdict == "undecided":
        ground.undecided("SC402", said.place, f"whether `{path}` is there in {said.name}")
    if verdict != "yes":
        return False
    alias = path.partition(".")[0]
    way = (
        f"`only_if_found: [{alias}]`"
        if alias in said.rule.look_up
        else f"`{path}: {{exists: true}}` under `when`"
    )
    ground.problems.warning(
        "SC402", said.place, f"`{path}` may be missing in {said.name}", label="the text would not go out",
        fix=f'write `{{{{ {path} | default: "…" }}}}`, or make sure of it with {way}',
    )  # fmt: skip
    return True
