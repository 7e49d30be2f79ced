"""The fake X as a process: `python -m socialcare.testing.fake_x --ledger ledger.jsonl`. Prints its address and runs until it is ended."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import click

from socialcare.testing.fake_x.orders import Mistake, Setting, place, read
from socialcare.testing.fake_x.server import FakeX


@click.command(help=__doc__)
@click.option(
    "--port", type=click.IntRange(0, 65_535), default=0, help="Where it listens on 127.0.0.1; 0 takes any."
)
@click.option(
    "--ledger", type=click.Path(dir_okay=False, path_type=Path), help="The file that it appends to."
)
@click.option(
    "--script",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A JSON file: what goes wrong.",
)
@click.option("--seed", default=0, help="What ids, keys and shares follow from.")
def main(port: int, ledger: Path | None, script: Path | None, seed: int) -> None:
    """Run."""
    try:
        setting = read(script.read_bytes(), Setting) if script else Setting()
        asyncio.run(_serve(setting, port, ledger, seed))
    except Mistake as error:
        raise click.ClickException(f"{script}: {error}") from error
    except OSError as error:
        what = error.filename or f"127.0.0.1:{port}"
        raise click.ClickException(f"cannot use `{what}`: {os.strerror(error.errno or 0).lower()}") from error


async def _serve(setting: Setting, port: int, ledger: Path | None, seed: int) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    platform = FakeX(
        accounts=setting.accounts,
        seed=seed,
        tier=setting.tier,
        lag=setting.lag,
        duplicates_within=setting.duplicates_within,
        limits=setting.limits,
        script=setting.steps,
        ledger=ledger,
        port=port,
        control=True,
    )
    for order in setting.posts:
        place(platform, order)
    async with platform:
        click.echo(platform.url)
        await ended.wait()


if __name__ == "__main__":
    main()
