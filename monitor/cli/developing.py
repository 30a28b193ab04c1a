"""`monitor listen`: a webhook receiver on this machine, for whoever writes one."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.options import JsonOption

if TYPE_CHECKING:
    from monitor.listen import Fault, Message

SECRET_VARIABLE = "MONITOR_LISTEN_SECRET"  # noqa: S105  # the variable's name


def register(app: typer.Typer) -> None:
    """Add the verbs of this family."""
    app.command()(listen)


def listen(
    port: Annotated[
        int, typer.Option("--port", "-p", min=0, max=65535, help="Where to listen on 127.0.0.1; 0 takes a free port.")
    ] = 8322,
    secret_env: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="The environment variable that holds the secret; left unset, a fresh secret is made and shown.",
        ),
    ] = SECRET_VARIABLE,
    fault: Annotated[
        str,
        typer.Option(
            metavar="SPEC", help="How to answer instead: `503,times=1`, `429,retry-after=2`, `delay=20`, `reset`."
        ),
    ] = "",
    count: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="End after N different messages that verify.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Receive webhooks: verify each, show it, and answer 204, or with a chosen fault. Ends with Ctrl-C."""
    from rich.console import Console

    from monitor.listen import Fault, new_secret, show

    try:
        chosen = Fault.parse(fault) if fault else None
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--fault") from error
    given = os.environ.get(secret_env)
    secret = given or new_secret()
    console = Console()

    def tell(message: Message) -> None:
        if as_json:
            typer.echo(json.dumps(_plain(message), ensure_ascii=False))
        else:
            show(console, message)

    def announce(url: str) -> None:
        typer.echo(f"listening on {url}" + ("" if given else f" with the secret {secret}"), err=True)

    try:
        asyncio.run(_receive(port, secret, chosen, tell, announce, count))
    except OSError as error:
        typer.echo(f"monitor listen: port {port}: {error.strerror}", err=True)
        raise typer.Exit(1) from error
    except ValueError as error:
        typer.echo(f"monitor listen: ${secret_env}: {error}", err=True)
        raise typer.Exit(2) from error


async def _receive(
    port: int,
    secret: str,
    fault: Fault | None,
    tell: Callable[[Message], None],
    announce: Callable[[str], None],
    count: int | None,
) -> None:
    from monitor.listen import listen as receiving

    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with receiving(port, secret, fault=fault, on_message=tell) as receiver:
        announce(receiver.url)
        waits: set[asyncio.Future[object]] = {asyncio.ensure_future(ended.wait())}
        if count:
            waits.add(asyncio.ensure_future(receiver.wait(count)))
        _, open_ones = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in open_ones:
            wait.cancel()


def _plain(message: Message) -> dict[str, object]:
    try:
        body: object = json.loads(message.body)
    except ValueError:
        body = message.body.decode("utf-8", "backslashreplace")
    return {
        "id": message.id,
        "at": message.at.isoformat(),
        "attempt": message.attempt,
        "verified": message.verified,
        "problem": message.problem,
        "body": body,
    }
