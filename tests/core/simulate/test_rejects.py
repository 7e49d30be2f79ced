import json
from datetime import UTC, datetime
from pathlib import Path

from socialcare.model import Author, Mention, Reject
from socialcare.simulate.rejects import Rejects


def bad(row: int, reason: str = "`id` is a rounded number, `5.7E+17`") -> Reject:
    return Reject(file="past.csv", row=row, reason=reason, raw="5.7E+17,hello")


def test_rejects_are_counted_by_reason_whatever_the_value_was() -> None:
    rejects = Rejects()
    for one in (bad(2), bad(3, "`id` is a rounded number, `6.1E+17`"), bad(4, "it has no `text`")):
        rejects.add(one)
    assert [(kind.count, kind.first.row) for kind in rejects] == [(2, 2), (1, 4)]


def test_rejects_are_kept_in_a_file(tmp_path: Path) -> None:
    rejects = Rejects(tmp_path / "rejects.jsonl")
    rejects.add(bad(2))
    rejects.close()
    (line,) = (tmp_path / "rejects.jsonl").read_text().splitlines()
    assert json.loads(line) == {
        "file": "past.csv",
        "row": 2,
        "reason": "`id` is a rounded number, `5.7E+17`",
        "raw": "5.7E+17,hello",
    }


def test_without_a_reject_there_is_no_file(tmp_path: Path) -> None:
    Rejects(tmp_path / "rejects.jsonl").close()
    assert not (tmp_path / "rejects.jsonl").exists()


def test_endless_reasons_are_lumped_together() -> None:
    rejects = Rejects()
    for number in range(200):
        rejects.add(bad(number, "x" * (number + 1)))
    assert sum(kind.count for kind in rejects) == 200
    assert len(list(rejects)) <= 51


def test_rejects_among_mentions_stay_behind() -> None:
    mention = Mention(id="1", text="", author=Author(id="1"), at=datetime(2026, 1, 1, tzinfo=UTC))
    cases: list[list[Mention | Reject]] = [[mention, bad(2), mention], [mention, mention], [bad(1)], []]
    for rows in cases:
        whole, some = Rejects(), Rejects()
        assert (
            list(whole.sift(rows)) == some.mentions(rows) == [row for row in rows if isinstance(row, Mention)]
        )
        assert whole.count == some.count == len([row for row in rows if isinstance(row, Reject)])
