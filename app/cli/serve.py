"""`reelmark serve`: the local API."""

import logging
import os
import sys
from typing import Annotated

import typer

from app.cli.front import Front, JsonOption, front_of
from app.cli.output import print_lines, say
from app.errors import BadSettings, Cancelled
from app.settings import Api
from app.settings.apikey import OLDER_VARIABLE, ApiKey, find_key, make_key

_SHORT_KEY = 16

app = typer.Typer()


@app.command()
def serve(
    ctx: typer.Context,
    host: Annotated[str | None, typer.Option("--host", metavar="H", help="The address to listen on.")] = None,
    port: Annotated[
        int | None, typer.Option("--port", metavar="N", min=0, max=65535, help="The port; 0 takes a free one.")
    ] = None,
    api_key: Annotated[
        str | None, typer.Option("--api-key", metavar="K", help="The key; other users can see it in the process list.")
    ] = None,
    cors: Annotated[
        list[str] | None, typer.Option("--cors", metavar="ORIGIN", help="A web page that may call it; may be repeated.")
    ] = None,
    allow_write: Annotated[
        bool | None, typer.Option("--allow-write/--read-only", help="Let holders of the key start and cancel jobs.")
    ] = None,
    new_key: Annotated[
        bool, typer.Option("--make-key", help="Make a key, keep it in the working directory, print it, and end.")
    ] = False,
    with_parent: Annotated[
        bool, typer.Option("--with-parent", help="Stop when standard input ends, with the program that started it.")
    ] = False,
    json: JsonOption = False,
) -> int:
    """Serve the catalogue over HTTP to programs on this machine, until Ctrl-C."""
    front = front_of(ctx)
    if new_key:
        _print_new_key(front, json=json)
        return 0
    front.chosen = {"api.host": host, "api.port": port, "api.cors": cors or None, "api.allow_write": allow_write}
    settings = front.settings.values.api
    key = _key(front, settings, api_key)
    from app.api.security import checked_origin, is_loopback
    from app.api.server import ServeOptions, serve

    if not is_loopback(settings.host):
        say("warning: other machines can reach this server, and what goes over the wire is not encrypted.")
    origins = tuple(checked_origin(origin) for origin in settings.cors)
    options = ServeOptions(settings.host, settings.port, key.key, origins, settings.allow_write)

    def listening(address: str) -> None:
        if json:
            front.emit({"address": address, "read_only": not options.allow_write, "key": key.source})
        else:
            print_lines(f"API listening on {address}")

    until = _wait_for_parent if with_parent else None
    stopped = serve(front.engine, settings, options, listening, until)
    code = Cancelled.exit_code if stopped.by_keyboard else 0
    if stopped.hangs:
        logging.shutdown()
        os._exit(code)
    if stopped.by_keyboard:
        raise Cancelled
    return 0


def _wait_for_parent() -> None:
    """Wait until the program that started this one, and holds its standard input open, is gone."""
    while sys.stdin.buffer.read(4096):
        continue


def _key(front: Front, settings: Api, option: str | None) -> ApiKey:
    """The key to ask for; there is none by default.

    Raises:
        BadSettings: there is none.
        UsageError: the option holds none.
    """
    key = find_key(front.home, settings, front.environ, option)
    if key is None:
        raise BadSettings(
            "The API needs a key, and there is none.",
            hint=f"Set {settings.key_variable} or {OLDER_VARIABLE}, or make one: reelmark serve --make-key",
            code="api.no_key",
        )
    if key.exposed:
        say(f"warning: other users of this machine can read the key in {key.source}; chmod 600 mends that.")
    if len(key.key) < _SHORT_KEY:
        say(f"warning: the key ({key.source}) is shorter than {_SHORT_KEY} characters and could be guessed.")
    return key


def _print_new_key(front: Front, *, json: bool) -> None:
    key = make_key(front.home)
    if json:
        front.emit({"key": key, "path": front.home.api_key})
        return
    say(f"The key is kept in {front.home.api_key}; any key before it is good no longer.")
    print_lines(key)
