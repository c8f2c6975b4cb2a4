"""The command line as rows."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from ui.cli import alarm_words, history_words, journal_words, people_words
from ui.cli.help import French, language_of
from ui.cli.said import language

VERSION = "0.1.0"
ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "sites" / "angers"

Work = Callable[[argparse.Namespace], int]


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """The words of the command line; `work` is the function that does it."""
    return parser_of(language_of(argv)).parse_args(argv)


def parser_of(language: str) -> argparse.ArgumentParser:
    """Every command with its options."""
    kind = French if language == "fr" else argparse.ArgumentParser
    parser = kind("vigie", description="The control-room workstation of a city.")
    parser.add_argument("--version", action="version", version=f"vigie {VERSION}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, help_, work, options in _COMMANDS:
        command = commands.add_parser(name, help=help_, description=help_)
        for option in options:
            option(command)
        command.set_defaults(work=_late(work))
    return parser


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
        "--user", default="", help="who is offered where somebody signs in; the window itself watches until then"
    )
    command.add_argument("--seat", default="", help="the name of this seat in the journal; the machine's if left out")
    command.add_argument("--theme", choices=("light", "dark"))
    command.add_argument("--language", choices=("fr", "en"))


def _past(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--past", type=float, default=24.0, metavar="HOURS", help="history made up at first start (24)"
    )


def _companion(command: argparse.ArgumentParser) -> None:
    command.add_argument("--quiet", action="store_true", help="say nothing but errors")
    language(command)


def _control(command: argparse.ArgumentParser) -> None:
    command.add_argument("--control", type=int, default=18999, metavar="PORT", help="port for `vigie mischief` (18999)")


def _mischief(command: argparse.ArgumentParser) -> None:
    command.add_argument("words", nargs="+", metavar="ACT", help="such as: drop L-AP-014; `list` says what there is")


def _city(command: argparse.ArgumentParser) -> None:
    command.add_argument("--seed", type=int, default=1, help="the same seed tells the same story")
    command.add_argument("--hour", type=float, help="local hour the city begins at, such as 21.5")
    command.add_argument("--day", help="day the city begins on, with its weather, such as 2026-07-14")


def _secret(command: argparse.ArgumentParser) -> None:
    command.add_argument("link", help="id of the link, as in links.csv")
    command.add_argument("--forget", action="store_true", help="forget it instead")
    language(command)


class _Word(argparse.Action):
    """Collects the options of a look into one mapping; which of them a protocol has, it says itself."""

    def __call__(self, parser: object, given: argparse.Namespace, values: object, option: str | None = None) -> None:
        given.words = {**given.words, str(option).removeprefix("--"): str(values)}


def _probe(command: argparse.ArgumentParser) -> None:
    command.add_argument("url", help="modbus://host:502, opc.tcp://host:4840 or mqtt://host:1883")
    command.set_defaults(words={})
    for name, help_ in _WORDS:
        command.add_argument(f"--{name}", action=_Word, metavar=name.upper(), help=help_)
    command.add_argument("--read", metavar="PLACE", help='read one value only: "holding 12 float32 CDAB"')
    command.add_argument("--write", nargs=2, metavar=("PLACE", "VALUE"), help="write one value, past the desk")
    command.add_argument("--yes", action="store_true", help="do not ask before the write")
    whose = command.add_mutually_exclusive_group()
    whose.add_argument("--site", type=Path, help="to write: the site it is in, for its lock-outs are looked at")
    whose.add_argument("--no-site", action="store_true", help="to write: it is in no site")
    _data(command)
    command.add_argument(
        "--anyway", metavar="REASON", help="write although a station runs, or nobody can tell of a lock-out"
    )
    command.add_argument("--as", dest="by", default="", metavar="ID", help="with --anyway: which engineer you are")
    command.add_argument(
        "--trust", metavar="FINGERPRINT", help="OPC UA: trust the certificate with this fingerprint first"
    )
    how = command.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="one JSON object a line, as they come; for `vigie import`")
    how.add_argument("--csv", action="store_true", help="a table for a spreadsheet")
    _paper(command)


def _import(command: argparse.ArgumentParser) -> None:
    command.add_argument("source", help="a file of `vigie probe --json`, or a list of equipment in CSV")
    command.add_argument("--site", type=Path, required=True, help="the site folder")
    command.add_argument(
        "--pack", required=True, help="id of the pack: a new one from a look, one of the site for a list"
    )
    command.add_argument("--type", default="", help="id of the equipment type; made if the site has none of that name")
    command.add_argument(
        "--equipment", default="", metavar="ID", help="from a look: make the equipment and its link too"
    )
    command.add_argument("--area", default="", help="where it stands, if a row does not say")
    command.add_argument(
        "--system", default="", help="from a look: trade of a new type; the first of the site if left out"
    )
    command.add_argument("--only", action="append", default=[], metavar="PLACE", help='from a look: "unit 1 holding*"')
    command.add_argument("--url", default="", help='for a list: how a URL is made, such as "modbus://{host}:502"')
    command.add_argument("--settings", default="", help='for a list: settings of every link, such as "timeout_s=2"')
    language(command)


def _sheet(command: argparse.ArgumentParser) -> None:
    command.add_argument("equipment", help="id of the equipment, such as AP-014")
    command.add_argument("--user", default="", help="who reads; the first engineer of the site if left out")
    _paper(command)


def _paper(command: argparse.ArgumentParser) -> None:
    command.add_argument("--html", metavar="FILE", help="write a page")
    command.add_argument("--pdf", metavar="FILE", help="write paper")
    command.add_argument("--language", choices=("fr", "en"), help="of the page, the paper and what is said")


def _trust(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "what", nargs="*", metavar="LINK|FINGERPRINT|FILE", help="whose certificates to show, or which one to trust"
    )
    command.add_argument("--revoke", nargs="+", default=[], metavar="FINGERPRINT", help="trust it no longer")
    command.add_argument("--yes", action="store_true", help="do not ask again")
    language(command)


def _screenshots(command: argparse.ArgumentParser) -> None:
    command.add_argument("--to", type=Path, default=Path("artefacts/screenshots"), help="folder of the pictures")
    command.add_argument(
        "--settle", type=float, default=45.0, metavar="SECONDS", help="time the city is given first (45)"
    )


_WORDS = (
    ("unit", "Modbus: unit, or units 1-10 (1)"),
    ("table", "Modbus: holding, input, coil, discrete or all, with commas (holding,input)"),
    ("from", "Modbus: first address, 0-based (0)"),
    ("count", "Modbus: how many addresses (200)"),
    ("pause", "Modbus: seconds between two requests (0.02)"),
    ("baud", "Modbus on a serial port: its speed (19200)"),
    ("parity", "Modbus on a serial port: even, odd or none (even)"),
    ("stop", "Modbus on a serial port: stop bits (1)"),
    ("path", "OPC UA: browse from here (Objects)"),
    ("depth", "OPC UA: how many levels down (8)"),
    ("most", "OPC UA: how many variables at most (5000)"),
    ("security", "OPC UA: none, basic256sha256, aes128 or aes256 (none)"),
    ("mode", "OPC UA: sign or sign_and_encrypt (sign_and_encrypt)"),
    ("for", "MQTT: seconds to listen (10)"),
    ("topic", "MQTT: filter to listen to (#)"),
    ("timeout", "seconds to wait for an answer"),
    ("user", "who to sign in as; the password is asked for, or taken from $VIGIE_PASSWORD"),
)
"""Options of a look; each protocol takes its own."""

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
    ("check", "List every mistake in a site folder.", "ui.cli.check:check", (_site, language)),
    ("city", "Put the simulated controllers of a site on the wire.", "ui.cli.city:city", (_demo_site, _control, _city)),
    ("mischief", "Make the simulated city misbehave.", "ui.cli.city:mischief", (_control, _mischief)),
    (
        "secret",
        "Keep the password of a link, outside the site folder.",
        "ui.cli.secret:secret",
        (_site, _data, _secret),
    ),
    (
        "people",
        "List accounts, add one, give a password, disable one.",
        "ui.cli.people:people",
        (people_words.actions,),
    ),
    ("probe", "Look at a controller that no site knows yet, or test one value of it.", "ui.cli.probe:probe", (_probe,)),
    ("sheet", "Print the commissioning sheet of an equipment.", "ui.cli.sheet:sheet", (_site, _data, _sheet)),
    ("import", "Make packs, links and equipment of a look or of a list.", "ui.cli.import_:import_", (_import,)),
    (
        "trust",
        "Show the certificates of servers; trust one.",
        "ui.cli.trust:trust",
        (_site, _data, _trust),
    ),
    (
        "history",
        "Measure, export, import, back up, restore and verify the history.",
        "ui.cli.history:history",
        (history_words.actions,),
    ),
    (
        "journal",
        "Verify, search and export what happened and who did it.",
        "ui.cli.journal:journal",
        (journal_words.actions,),
    ),
    (
        "alarms",
        "The master alarm database: export, import, compare with what was approved.",
        "ui.cli.alarms:alarms",
        (alarm_words.actions,),
    ),
    (
        "screenshots",
        "Take pictures of every page of the demo.",
        "ui.cli.screenshots:screenshots",
        (_demo_site, _control, _screenshots),
    ),
)
"""Name, what it does, where that is written, its options."""
