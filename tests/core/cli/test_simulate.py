"""`socialcare simulate` and `socialcare classify` as they are typed."""

import gzip
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from socialcare.cli.main import main

SETTINGS = 'policy = "rules"\n[plugins.archive]\n[plugins.intent]\n[plugins.actions]\n[plugins.x]\n'
POLICY = """
socialcare: 1
accounts: {main: AcmeCo, uk: AcmeUK}
rules:
  hours:
    when: {text: {has: open}}
    do: {reply: We are open 9 to 18.}
  famous:
    when: {author.followers: {above: 1000}}
    do: {label: famous}
"""
TABLE = """Nr,When,Who,Message
1,2026-03-02 10:00:00,@anna,@AcmeCo when do you open?
2,2026-03-02 11:00:00,@bo,hello
3.0E+17,2026-03-02 11:30:00,@cy,hello
4,soon,@di,hello
2,2026-03-02 11:00:00,@bo,hello
"""
MAP = "text=Message,id=Nr,created_at=When,author=Who"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def deployment(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "socialcare.toml").write_text(SETTINGS)
    (tmp_path / "rules" / "policy.yaml").write_text(POLICY)
    (tmp_path / "past.csv").write_text(TABLE)
    return tmp_path


@pytest.fixture
def run(deployment: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.chdir(deployment)
    monkeypatch.setenv("COLUMNS", "80")

    def call(*args: str) -> tuple[int, str, str]:
        code = main(args)
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def test_a_policy_is_run_over_a_table(run: Run, deployment: Path) -> None:
    code, out, err = run("simulate", "--over", "past.csv", "--map", MAP, "--decisions", "out.jsonl")
    assert (code, err) == (0, "")
    assert out.startswith("2 mentions, 2 Mar 2026\n")
    assert "1 row read again" in out
    assert "We are open 9 to 18." in out
    assert "2 rows could not be read, kept in out.jsonl.rejects.jsonl" in out
    assert [(one["mention"], one["outcome"]) for one in lines(deployment / "out.jsonl")] == [
        ("1", "answered"),
        ("2", "inbox"),
    ]
    assert [(one["row"], one["file"]) for one in lines(deployment / "out.jsonl.rejects.jsonl")] == [
        (4, "past.csv"),
        (5, "past.csv"),
    ]


def test_two_runs_write_the_same_bytes(run: Run, deployment: Path) -> None:
    for name in ("a", "b"):
        run("simulate", "--over", "past.csv", "--map", MAP, "--decisions", name, "--with-input")
    assert (deployment / "a").read_bytes() == (deployment / "b").read_bytes()


def test_the_order_of_rows_and_packing_change_nothing(run: Run, deployment: Path) -> None:
    heading, *rows = TABLE.splitlines(keepends=True)
    (deployment / "other.csv.gz").write_bytes(gzip.compress("".join([heading, *reversed(rows)]).encode()))
    for name, archive in (("a", "past.csv"), ("b", "other.csv.gz")):
        run("simulate", "--over", archive, "--map", MAP, "--decisions", name)
    assert (deployment / "a").read_bytes() == (deployment / "b").read_bytes()


def test_programs_get_json(run: Run) -> None:
    code, out, _ = run("simulate", "--over", "past.csv", "--map", MAP, "--format", "json")
    found = json.loads(out)
    assert code == 0
    assert found["everyone"]["answered"] == 1
    assert found["lacking_fields"] == ["author.followers"]


def test_what_nobody_says_can_be_assumed(run: Run) -> None:
    assume = ("--assume", "author.followers=5000", "--assume", "author.is_bot=false")
    _, out, _ = run("simulate", "--over", "past.csv", "--map", MAP, "--format", "json", *assume)
    found = json.loads(out)
    assert found["lacking_fields"] == []
    assert found["rules"]["famous"]["fires"] == 2


def test_a_report_is_written(run: Run, deployment: Path) -> None:
    code, _, err = run("simulate", "--over", "past.csv", "--map", MAP, "--report", "report.html")
    assert (code, err) == (0, "report.html: the report, 0.0 MB\n")
    page = (deployment / "report.html").read_text("utf-8")
    assert "We are open 9 to 18." in page
    assert page.startswith("<!doctype html>")


def test_as_an_account_of_ours(run: Run, deployment: Path) -> None:
    run("simulate", "--over", "past.csv", "--map", MAP, "--as", "uk", "--decisions", "out.jsonl")
    assert {one["account"] for one in lines(deployment / "out.jsonl")} == {"uk"}


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["--over", "past.csv"], 2, "is no archive that is known"),
        (["--over", "gone.csv"], 2, "cannot use `gone.csv`: no such file or directory"),
        (["--over", "past.csv", "--map", "txt=Message"], 2, "`txt=Message`: write WORD=COLUMN"),
        (["--over", "past.csv", "--map", "id=Nr"], 2, "it must say which column is the text"),
        (["--over", "past.csv", "--map", "text=Message,id=No"], 2, "has no column `No`"),
        (["--over", "past.csv", "--map", MAP, "--strict"], 1, "past.csv:4: `Nr` is a rounded number"),
        (["--over", "past.csv", "--map", MAP, "--as", "us"], 2, "unknown account `us`"),
        (["--over", "past.csv", "--map", MAP, "--assume", "folowers=1"], 2, "unknown field `folowers`"),
        ([], 2, "missing option `--over`"),
    ],
)
def test_what_a_user_gets_wrong_is_a_message(run: Run, args: list[str], code: int, said: str) -> None:
    found, _, err = run("simulate", *args)
    assert said in err
    assert found == code
    assert "Traceback" not in err


def test_an_archive_of_bad_rows_only_is_a_finding(run: Run, deployment: Path) -> None:
    (deployment / "bad.jsonl").write_text('{"id": "x", "text": "a"}\n')
    code, out, err = run("simulate", "--over", "bad.jsonl")
    assert code == 1
    assert out.startswith("0 mentions")
    assert "no mention could be read" in err


def test_a_policy_with_errors_runs_nothing(run: Run, deployment: Path) -> None:
    (deployment / "rules" / "policy.yaml").write_text(POLICY.replace("reply:", "repply:"))
    code, out, err = run("simulate", "--over", "past.csv", "--map", MAP)
    assert (code, out) == (1, "")
    assert "repply" in err


def test_every_field_of_every_mention_is_written(run: Run, deployment: Path) -> None:
    code, _, err = run("classify", "--over", "past.csv", "--map", MAP, "--out", "fields.jsonl")
    assert code == 0
    assert "the fields of 3 mentions" in err
    first = lines(deployment / "fields.jsonl")[0]
    assert first["mention"] == "1"
    assert first["fields"]["intent"].keys() == {"value", "confidence", "evidence", "provider"}
    assert first["fields"]["intent"]["value"] == "question"


LABELS = """
socialcare: 1
accounts: {main: AcmeCo}
rules:
  hours: {when: {text: {has: open}}, do: {label: hours}}
"""


def streamed(*, ours: bool) -> list[str]:
    """Lines of a stream in no order: some twice, some that are no posts, some that cannot be read."""
    made = []
    for number in (n * 37 % 600 for n in range(700)):
        post = {
            "id": str(10**15 + number),
            "text": f"@AcmeCo {'open? é' if number % 3 else 'thanks'} {number}",
            "author_id": str(number % 7 + 1),
            "created_at": f"2026-03-{number % 27 + 1:02}T10:00:00.000Z",
        }
        users = [{"id": post["author_id"], "username": f"user_{number % 7}", "name": "Someone"}]
        made.append(json.dumps({"data": post, "includes": {"users": users}}))
    made[30:30] = [
        "{}",
        '{"data": {"id": "x", "text": "a"}}',
        "no JSON",
        '{"data": {"id": "5", "text": "when?"}}',
    ]
    if ours:
        post = {"id": "77", "text": "At nine.", "author_id": "9", "created_at": "2026-03-30T10:00:00Z"}
        post["referenced_tweets"] = [{"type": "replied_to", "id": str(10**15)}]  # type: ignore[assignment]  # JSON is open
        made.insert(
            650, json.dumps({"data": post, "includes": {"users": [{"id": "9", "username": "AcmeCo"}]}})
        )
    return made


@pytest.mark.parametrize("policy", [LABELS, POLICY], ids=["labels", "replies"])
@pytest.mark.parametrize("ours", [False, True], ids=["theirs", "with ours"])
@pytest.mark.parametrize("name", ["past.jsonl", "past.jsonl.gz"])
def test_any_number_of_processes_writes_the_same(
    run: Run, deployment: Path, policy: str, name: str, *, ours: bool
) -> None:
    (deployment / "rules" / "policy.yaml").write_text(policy)
    content = "\n".join(streamed(ours=ours)).encode()
    (deployment / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    found = []
    for workers in ("1", "2", "3"):
        code, out, err = run("simulate", "--over", name, "--decisions", "d", "--workers", workers)
        assert (code, err) == (0, "")
        files = [(deployment / each).read_bytes() for each in ("d", "d.rejects.jsonl")]
        found.append((re.sub(r"decided in .*", "", out), *files))
        (deployment / "d.rejects.jsonl").unlink()
    assert found[1:] == found[:1] * 2
    assert found[0][1].count(b"\n") == 601 + ours


def test_every_process_stops_at_the_first_bad_row_where_told(run: Run, deployment: Path) -> None:
    (deployment / "rules" / "policy.yaml").write_text(LABELS)
    (deployment / "past.jsonl").write_text("\n".join(streamed(ours=False)))
    said = [run("simulate", "--over", "past.jsonl", "--strict", "--workers", each) for each in ("1", "2")]
    assert said[0] == said[1]
    assert said[0][0] == 1


HEEDING_CTRL_C = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from socialcare.cli.main import main; sys.exit(main())"
)
"""A suite that runs in the background hands on that Ctrl-C is to be ignored."""


def test_a_run_that_is_stopped_says_what_was_written(deployment: Path) -> None:
    """The decisions go through a pipe, so that the run is known to be in the middle when it is stopped."""
    rows = [f"{number},2026-03-02 10:00:00,@u{number},open? {number}" for number in range(6_000)]
    (deployment / "long.csv").write_text("\n".join(["Nr,When,Who,Message", *rows]))
    pipe = deployment / "decisions"
    os.mkfifo(pipe)
    command = [
        sys.executable,
        "-c",
        HEEDING_CTRL_C,
        "simulate",
        "--over",
        "long.csv",
        "--map",
        MAP,
        "--decisions",
        str(pipe),
    ]
    with subprocess.Popen(
        command, cwd=deployment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        with pipe.open("rb") as decisions:
            first = decisions.readline()
            process.send_signal(signal.SIGINT)
            rest = decisions.read()
        out, err = process.communicate()
    written = (first + rest).count(b"\n")
    assert process.returncode == 130
    assert out == ""
    assert f"holds {written:,} decisions, up to 2026-03-02 10:00 UTC" in err
    assert written < 6_000
    json.loads(rest.splitlines()[-1])


@pytest.mark.parametrize(
    ("name", "number"), [("airline-mentions.csv.gz", 7_235), ("twcs-threads.jsonl.gz", 9_616)]
)
def test_every_real_mention_has_an_outcome(
    run: Run, deployment: Path, data: Path, name: str, number: int
) -> None:
    code, out, err = run(
        "simulate", "--over", str(data / name), "--decisions", "out.jsonl", "--format", "json"
    )
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert found["everyone"]["mentions"] + found["own_posts"] + found["read_again"] == number
    assert found["rejects"] == []
    assert found["errors"] == 0
    outcomes = {"answered", "held", "handed_over", "acknowledged", "ignored", "inbox"}
    assert {one["outcome"] for one in lines(deployment / "out.jsonl")} <= outcomes
