"""The copy beside the database, written by several threads at the same time."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from socialcare.delivery.amnesia import Copy, read_copy, write_copy


def test_many_write_the_copy_at_the_same_time_and_it_is_always_whole(tmp_path: Path) -> None:
    path = tmp_path / "care.db.epoch"
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(partial(write_copy, path), (Copy("here", epoch) for epoch in range(200))))

    copy = read_copy(path)

    assert copy is not None
    assert copy.instance == "here"
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
