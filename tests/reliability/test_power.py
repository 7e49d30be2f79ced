"""The check of `make power`, on few cuts; and that it can fail."""

from tests.reliability.power import cuts


def test_what_was_acknowledged_is_there_after_a_power_cut() -> None:
    done = [cut for cut, _ in cuts(10, seed=7)]
    assert [one for cut in done for one in cut.missing] == []


def test_the_check_finds_what_a_disk_without_syncs_loses() -> None:
    done = [cut for cut, _ in cuts(10, seed=7, synchronous="OFF")]
    assert any(cut.missing for cut in done)
