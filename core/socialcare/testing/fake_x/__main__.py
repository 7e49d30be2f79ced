"""The fake X as a process: `python -m socialcare.testing.fake_x --ledger ledger.jsonl`. Prints its address and runs until it is ended."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import click
import msgspec
from msgspec import Struct

from socialcare.testing.fake_x.control import Order, place
from socialcare.testing.fake_x.rates import Limit
from socialcare.testing.fake_x.scripts import Step
from socialcare.testing.fake_x.server import FakeX
from socialcare.testing.fake_x.world import Tier


class Setting(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A script file: our accounts, what goes wrong, the limits that are not X's own, and what is posted at the start."""

    accounts: tuple[str, ...] = ("AcmeCare",)
    steps: list[Step] = []
    limits: dict[str, Limit] = {}
    posts: list[Order] = []
    tier: Tier = "self-serve"
    lag: float = 0.0
    duplicates_within: float = 86_400.0


@click.command(help=__doc__)
@click.option("--port", default=0, help="Where it listens on 127.0.0.1; 0 takes any.")
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
    setting = msgspec.json.decode(script.read_bytes(), type=Setting) if script else Setting()
    asyncio.run(_serve(setting, port, ledger, seed))


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
