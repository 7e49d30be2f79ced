"""`socialcare classify`: the fields of past mentions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from socialcare.cli.console import err, progress
from socialcare.cli.over import over, read_over

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from socialcare.desk import Desk
    from socialcare.model import Mention


@click.command("classify")
@click.option(
    "--policy",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The folder of the rules, or one that holds a socialcare.toml: it says which accounts are ours.",
)
@over
@click.option(
    "--out",
    "file",
    metavar="FILE",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write, one JSON object a line.",
)
@click.option(
    "--rejects",
    "rejects_file",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Keep the rows that cannot be read; otherwise beside the fields.",
)
def command(
    *,
    folder: Path | None,
    paths: tuple[str, ...],
    columns: Mapping[str, str],
    strict: bool,
    file: Path,
    rejects_file: Path | None,
) -> None:
    """Write every field of every past mention: its value, how sure its classifier is, and the words that say so."""
    import asyncio

    from socialcare.cli.opened import open_policy
    from socialcare.opening import open_desk
    from socialcare.simulate.rejects import Rejects
    from socialcare.store.memory import MemoryStore

    opened = open_policy(folder)
    desk = open_desk(opened.policy, opened.loaded, MemoryStore())
    rejects = Rejects(rejects_file or file.with_name(f"{file.name}.rejects.jsonl"))
    try:
        number, mentions = read_over(paths, columns, opened.loaded, rejects, strict=strict, written=[file])
        with file.open("wb") as target, progress("classifying", number) as advance:
            asyncio.run(_write(mentions, desk, target, advance))
    finally:
        rejects.close()
    err().print(f"{file}: the fields of {number:,} mentions")
    if rejects.count:
        err().print(f"{rejects.path}: {rejects.count:,} rows that could not be read")
    for failure in desk.seam.failures:
        err().print(f"plugin `{failure.plugin}`, {failure.what}: {failure.reason} ({failure.count:,} times)")


async def _write(
    mentions: Iterator[Mention], desk: Desk, target: BinaryIO, advance: Callable[[int], None]
) -> None:
    from msgspec.json import Encoder
    from msgspec.structs import asdict

    from socialcare.simulate.classification import classified

    encode = Encoder(enc_hook=dict).encode_lines
    async for lines in classified(mentions, desk):
        rows = [(line.mention, {name: asdict(one) for name, one in line.fields.items()}) for line in lines]
        target.write(encode([{"mention": mention, "fields": fields} for mention, fields in rows]))
        advance(len(lines))
