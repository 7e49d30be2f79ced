import pytest

from socialcare.delivery.breaker import Breaker

LINE, OTHER = ("x", "acme"), ("x", "other")


@pytest.fixture
def broken() -> Breaker:
    breaker = Breaker()
    for second in range(5):
        breaker.begin(LINE)
        breaker.end(LINE, failed=True, steady=second)
    return breaker


def test_five_failures_within_a_minute_shut_this_line_alone(broken: Breaker) -> None:
    assert broken.shut(5) == {LINE}


def test_five_failures_over_a_longer_time_shut_nothing() -> None:
    breaker = Breaker()
    for second in range(0, 100, 20):
        breaker.end(LINE, failed=True, steady=second)
    assert breaker.shut(100) == set()


def test_a_minute_later_one_request_may_try(broken: Breaker) -> None:
    assert broken.shut(64) == set()
    broken.begin(LINE)
    assert broken.shut(64) == {LINE}


def test_a_try_that_succeeds_opens_the_line(broken: Breaker) -> None:
    broken.begin(LINE)
    broken.end(LINE, failed=False, steady=70)
    assert broken.shut(70) == set()


def test_a_try_that_fails_shuts_it_for_another_minute(broken: Breaker) -> None:
    broken.begin(LINE)
    broken.end(LINE, failed=True, steady=70)
    assert broken.shut(129) == {LINE}
    assert broken.shut(130) == set()


def test_a_success_forgets_the_failures_before_it() -> None:
    breaker = Breaker()
    for second in range(9):
        breaker.end(LINE, failed=second != 4, steady=second)
    assert breaker.shut(9) == set()
