"""`--help`, and what is wrong with a command line, in French; in English argparse says it itself.

The English words stand where an option is added (`parser` and the `*_words`), and are the key to the French ones, as in
`supervisor.reasons`. Names of options, and what stands for a value in capitals, are the same in both.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from os.path import isfile, join
from typing import Any, NoReturn

from supervisor.reasons.phrasebook import Phrasebook
from ui.cli.help_said import ROWS
from ui.cli.run_said import tongue

HELP = Phrasebook(ROWS)


def language_of(argv: Sequence[str]) -> str:
    """The one asked for, else that of the site folder that is named; English where nobody can tell."""
    asked = ""
    for word, after in zip(argv, [*argv[1:], ""], strict=True):
        name, _, value = word.partition("=")
        if name == "--language":
            asked = value or after
    site = next((word for word in argv if isfile(join(word, "site.toml"))), None)
    return tongue(argparse.Namespace(language=asked, site=site))


def french(words: str) -> str:
    """As they are where no row knows them."""
    return HELP.french(words) or words


class _Page(argparse.HelpFormatter):
    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, "utilisation : " if prefix is None else prefix)

    def start_section(self, heading: str | None) -> None:
        super().start_section(heading and french(heading) + " ")  # before the colon

    def add_text(self, text: str | None) -> None:
        super().add_text(text and french(text))

    def _get_help_string(self, action: argparse.Action) -> str | None:
        """As argparse's own formatters change the words of an option."""
        return action.help and french(action.help)


class French(argparse.ArgumentParser):
    """So are the parsers of its commands: argparse makes them of the same class."""

    def __init__(self, *args: Any, **words: Any) -> None:
        super().__init__(*args, **{**words, "formatter_class": _Page})

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog} : erreur : {french(message)}\n")
