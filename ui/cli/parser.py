"""The command line as rows."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

VERSION = "0.1.0"
ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "sites" / "angers"

Work = Callable[[argparse.Namespace], int]


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """The words of the command line; `work` is the function that does it."""
    parser = argparse.ArgumentParser("vigie", description="The control-room workstation of a city.")
    parser.add_argument("--version", action="version", version=f"vigie {VERSION}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, help_, work, options in _COMMANDS:
        command = commands.add_parser(name, help=help_, description=help_)
        for option in options:
            option(command)
        command.set_defaults(work=_late(work))
    return parser.parse_args(argv)


def _late(place: str) -> Work:
    """Import what a command needs only when it is given."""

    def work(given: argparse.Namespace) -> int:
        module, _, function = place.partition(":")
        return int(getattr(import_module(module), function)(given))

    return work


def _site(command: argparse.ArgumentParser) -> None:
    command.add_argument("site", type=Path, help="the site folder, such as sites/angers")


def _demo_site(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "site", type=Path, nargs="?", default=DEMO, help="a site folder; the city of the demo if left out"
    )


def _data(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--data", type=Path, help="where history, journal and alarms are kept; your own folder if left out"
    )


def _window(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--user", default="", help="who sits in front of it; the first operator of the site if left out"
    )
    command.add_argument("--theme", choices=("light", "dark"))
    command.add_argument("--language", choices=("fr", "en"))


def _past(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--past", type=float, default=24.0, metavar="HOURS", help="history made up at first start (24)"
    )


def _companion(command: argparse.ArgumentParser) -> None:
    command.add_argument("--quiet", action="store_true", help="say nothing but errors")


def _control(command: argparse.ArgumentParser) -> None:
    command.add_argument("--control", type=int, default=18999, metavar="PORT", help="port for `vigie mischief` (18999)")


def _mischief(command: argparse.ArgumentParser) -> None:
    command.add_argument("words", nargs="+", metavar="ACT", help="such as: drop L-AP-014; `list` says what there is")


def _city(command: argparse.ArgumentParser) -> None:
    command.add_argument("--seed", type=int, default=1, help="the same seed tells the same story")
    command.add_argument("--hour", type=float, help="local hour the city begins at, such as 21.5")


def _secret(command: argparse.ArgumentParser) -> None:
    command.add_argument("link", help="id of the link, as in links.csv")
    command.add_argument("--forget", action="store_true", help="forget it instead")


def _screenshots(command: argparse.ArgumentParser) -> None:
    command.add_argument("--to", type=Path, default=Path("artefacts/screenshots"), help="folder of the pictures")
    command.add_argument(
        "--settle", type=float, default=45.0, metavar="SECONDS", help="time the city is given first (45)"
    )


_COMMANDS: tuple[tuple[str, str, str, tuple[Callable[[argparse.ArgumentParser], None], ...]], ...] = (
    ("run", "Open a site: its station and a window on it.", "ui.cli.run:run", (_site, _data, _window)),
    (
        "demo",
        "Start a simulated city, its station and a window.",
        "ui.cli.run:demo",
        (_demo_site, _data, _window, _past, _control),
    ),
    (
        "station",
        "Acquire, alarm, record and command, without a window.",
        "ui.cli.station:station",
        (_site, _data, _companion),
    ),
    ("window", "Attach a window to a running station.", "ui.cli.window:window", (_site, _data, _window)),
    ("check", "List every mistake in a site folder.", "ui.cli.check:check", (_site,)),
    ("city", "Put the simulated controllers of a site on the wire.", "ui.cli.city:city", (_demo_site, _control, _city)),
    ("mischief", "Make the simulated city misbehave.", "ui.cli.city:mischief", (_control, _mischief)),
    (
        "secret",
        "Keep the password of a link, outside the site folder.",
        "ui.cli.secret:secret",
        (_site, _data, _secret),
    ),
    (
        "screenshots",
        "Take pictures of every page of the demo.",
        "ui.cli.screenshots:screenshots",
        (_demo_site, _control, _screenshots),
    ),
)
"""Name, what it does, where that is written, its options."""
