"""Which conditions the policy's state has a say in."""

from socialcare.policy.deciding.world import WROTE_FIRST
from socialcare.policy.statements import Comparison, Policy


class States:
    """Which paths read the policy's state: counts, flags, who wrote first, and formulas over these."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._known: dict[str, bool] = {}

    def reads(self, test: Comparison) -> bool:
        """Whether a test needs the state."""
        return test.op == "reaches" or self._path(test.path)

    def _path(self, path: str) -> bool:
        if path not in self._known:
            self._known[path] = True  # a formula of itself, which no policy has
            formula = self._policy.formulas.get(path)
            of_formula = formula is not None and any(self._path(part) for part in formula.calc.paths)
            head = path.partition(".")[0]
            self._known[path] = of_formula or head in {"counts", "flags"} or path == WROTE_FIRST
        return self._known[path]
