"""The fake X as a process: `python -m socialcare.testing.fake_x --ledger ledger.jsonl`. Prints its address and runs until it is ended."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import click
from msgspec.structs import replace

from socialcare.testing.fake_x.orders import Mistake, Setting, place, read
from socialcare.testing.fake_x.people import Credentials, credentials_of
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
@click.option(
    "--account",
    "accounts",
    metavar="HANDLE",
    multiple=True,
    help="An account that has keys, instead of those of the script; several times for several.",
)
@click.option(
    "--keys",
    metavar="HANDLE",
    help="Print the keys of an account, as lines that a shell can export, and end.",
)
def main(
    port: int,
    ledger: Path | None,
    script: Path | None,
    seed: int,
    accounts: tuple[str, ...],
    keys: str | None,
) -> None:
    """Run."""
    if keys is not None:
        click.echo(_lines(credentials_of(keys, seed)))
        return
    try:
        setting = read(script.read_bytes(), Setting) if script else Setting()
        setting = replace(setting, accounts=accounts or setting.accounts)
        asyncio.run(_serve(setting, port, ledger, seed))
    except Mistake as error:
        raise click.ClickException(f"{script}: {error}") from error
    except OSError as error:
        what = error.filename or f"127.0.0.1:{port}"
        raise click.ClickException(f"cannot use `{what}`: {os.strerror(error.errno or 0).lower()}") from error


def _lines(keys: Credentials) -> str:
    """What a shell exports, under the names of the pages on X."""
    named = {
        "X_CONSUMER_KEY": keys.consumer_key,
        "X_CONSUMER_SECRET": keys.consumer_secret,
        "X_ACCESS_TOKEN": keys.access_token,
        "X_ACCESS_TOKEN_SECRET": keys.access_token_secret,
        "X_BEARER_TOKEN": keys.bearer_token,
    }
    return "\n".join(f"{name}={value}" for name, value in named.items())


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
