"""Whatever a policy says, it comes out of the cache as it was read."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from socialcare.policy.cache.packing import packed, unpacked
from socialcare.policy.reading.hashing import policy_hash

law = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def told(value: Any) -> Any:
    """Every part of a value, those too that equality leaves out."""
    if is_dataclass(value):
        return type(value), [told(getattr(value, field.name)) for field in fields(value)]
    if isinstance(value, dict):
        return [(key, told(each)) for key, each in value.items()]
    if isinstance(value, tuple | list):
        return type(value), [told(each) for each in value]
    return type(value), value


@law
@given(seed=st.integers(0, 10**6))
def test_a_policy_comes_back_from_its_bytes(seed: int, bench: Any, make_case: Callable[[int], Any]) -> None:
    policy = bench.policy(make_case(seed).policy)
    again = unpacked(packed(policy))
    assert again == policy
    assert told(again) == told(policy)
    assert policy_hash(again) == policy.hash
