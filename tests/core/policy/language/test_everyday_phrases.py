"""An item of plain words is read at a glance, to the same end as any other."""

from hypothesis import given
from hypothesis import strategies as st

from socialcare.policy.language.words import phrase


@given(st.from_regex(r"[a-z0-9_]+(?: [a-z0-9_]+){0,4}", fullmatch=True))
def test_an_everyday_item_is_read_like_any_other(item: str) -> None:
    """With a blank before it, it is looked at closely."""
    assert phrase(item) == phrase(f" {item}")
    assert phrase(item).literals == phrase(f" {item}").literals == (f" {item} ",)
