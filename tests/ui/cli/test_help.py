"""`--help` in French: every word that stands beside an option has its own, and argparse's too."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import pytest

from ui.cli import main
from ui.cli.help import HELP, french, language_of
from ui.cli.help_said import ARGPARSE, ROWS
from ui.cli.parser import parser_of

ANGERS = Path(__file__).resolve().parents[3] / "sites" / "angers"
CODES = {
    'AP-014.M.p, AP-014, "AP-*", "*.level"',
    '2026-10, "2026-10-25 14:30", yesterday, -7d',
    '2026-10, "2026-10-25 14:30", yesterday',
    "alarm, command, access, system…",
    "raise, acknowledge, outcome…",
    "done, refused, failed, unknown",
    "list, add, password, disable, enable",
}
"""What is typed as it stands."""


def _words(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Of a parser and the commands within it."""
    yield parser.description or ""
    for action in parser._actions:
        yield action.help or ""
        if isinstance(action, argparse._SubParsersAction):
            yield from (one.help or "" for one in action._choices_actions)
            for inner in action.choices.values():
                yield from _words(inner)


def test_that_every_word_of_the_help_has_its_french() -> None:
    said = set(_words(parser_of("en"))) - CODES - {""}
    rows = {one.text.en for one in HELP.sentences}
    assert said - rows == set(), "give these a row in ui/cli/help_said.py"
    assert all(one.text.fr.format(*"abc"[: one.text.en.count("{}")]) != one.text.en for one in HELP.sentences)
    assert {one.en for one in ROWS if one not in ARGPARSE} - said == set(), "what nobody says any more"


def test_that_help_is_in_the_language_asked_for_or_of_the_site(capsys: pytest.CaptureFixture[str]) -> None:
    for words, begin in (
        (["--help"], "usage: vigie"),
        (["--help", "--language", "fr"], "utilisation : vigie"),
        (["history", str(ANGERS), "export", "--help"], "utilisation : vigie history"),
        (["check", str(ANGERS), "--language=en", "--help"], "usage: vigie check"),
    ):
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert ended.value.code == 0
        assert capsys.readouterr().out.startswith(begin)
    assert language_of(["probe", "x" * 5000]) == "en", "no word is too long to be no folder"


def test_that_what_is_wrong_with_a_command_line_is_said_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    for words, told in (
        (["check", "--language", "fr"], "vigie check : erreur : il manque : site"),
        (["chek", str(ANGERS)], "argument COMMAND : 'chek' n'est pas un choix (possibles : 'run', "),
        (["import", str(ANGERS), "--pack"], "argument --pack : une valeur est attendue"),
        (["check"], "vigie check: error: the following arguments are required: site"),
    ):
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert ended.value.code == 2
        assert told in capsys.readouterr().err
    assert french("nobody said this") == "nobody said this"
