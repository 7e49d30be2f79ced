"""What is passed over on purpose: counted by what it is, with the first files."""

from collections.abc import Callable, Iterable, Iterator

from socialcare.desk import Desk
from socialcare.model import Mention, Skipped
from socialcare.simulate.report import Run, render_json, render_text
from socialcare.simulate.run import run
from socialcare.simulate.skips import Skips


def skips() -> Skips:
    found = Skips()
    for number in range(7):
        found.add(Skipped(file=f"past/{number}.png", what="it is no archive that is known"))
    for _ in range(3):
        found.add(Skipped(file="jetstream.jsonl", what="it is no post", count=40))
    return found


def test_skips_are_counted_by_what_they_are_the_most_frequent_first() -> None:
    assert [(each.what, each.count) for each in skips()] == [
        ("it is no post", 120),
        ("it is no archive that is known", 7),
    ]
    assert [len(each.files) for each in skips()] == [1, 5]


async def test_the_report_tells_what_was_passed_over(
    desk_for: Callable[..., Desk], mentions: Callable[[Iterable[str]], Iterator[Mention]]
) -> None:
    done = Run(summary=await run(mentions(["hello"]), desk_for()), skips=tuple(skips()))
    text = " ".join(render_text(done, 120).split())
    assert "passed over:" in text
    assert "120 × it is no post (jetstream.jsonl)" in text
    assert "past/4.png, …)" in text
    assert render_json(done)["skipped"][1]["count"] == 7
