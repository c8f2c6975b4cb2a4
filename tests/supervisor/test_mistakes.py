"""Whatever an engineer can do wrong, and whatever a machine can lack, is said in French too. The set is closed: the
sources themselves are read, and a sentence without a row fails here."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.errors import Unavailable
from supervisor.mistakes import CAUSES, MISTAKES, cause, said, told
from supervisor.reasons import REASONS
from supervisor.reasons.phrasebook import Phrasebook
from supervisor.site.problems import Problem
from tests.supervisor.spoken import sentences, shapes

ROOT = Path(__file__).parents[2]
SPEAKERS = (
    "supervisor/site/*.py",
    "supervisor/formula.py",
    "supervisor/calculated/meaning.py",
    "supervisor/schedule/overlaps.py",
    "supervisor/schedule/times.py",
    "supervisor/schedule/conditions.py",
    "supervisor/archive/reading.py",
    "supervisor/archive/period.py",
    "supervisor/archive/verify.py",
    "supervisor/archive/beside.py",
    "supervisor/historian/check.py",
    "drivers/*/address.py",
    "drivers/*/check.py",
    "drivers/modbus/device.py",
    "drivers/*/endpoint.py",
    "drivers/*/paths.py",
    "drivers/mqtt/binary.py",
    "ui/synoptic/lint.py",
    "ui/synoptic/page.py",
    "ui/synoptic/fit.py",
    "ui/commissioning/draft.py",
    "ui/commissioning/from_*.py",
    "ui/commissioning/record.py",
    "alarms/master/*.py",
)
"""Whatever reads a site folder, or a file that goes into one."""
NOT_TOLD = re.compile(
    r"day type|equipment type|id as written|\{\}: good inputs|\{\} : mesures valides"  # a word of a sentence; names
    r"|the payload is too short"  # of a message that came: `supervisor.reasons`
    r"|#.*|stale_s = 3600.*"  # comments of the files that an import makes
    r"|.*\\d.*|(SELECT|PRAGMA) .*"  # patterns, SQL
    r"| \(at end of document\)",
    re.DOTALL,
)
"""Texts with several words that are no sentences about a mistake."""
STOPS = ("Unavailable", "StoreError", "Damaged", "Gone")
SPELT_OUT = {
    "{} names no host: write {}://host{}",
    "the look holds nothing that a tag can carry{}",
    "{} has {} mistake(s):\n  {}{}",
    "\n  and {} more",
    "{}{}",
    "{}: {} ({})",
}
"""Sentences with an end that may be empty, or of several lines, or made of a table: each as it is met has a row."""


def _keys(book: Phrasebook) -> set[str]:
    return {one.text.en for one in book.sentences}


def test_that_every_mistake_in_a_site_folder_has_its_french() -> None:
    rows = _keys(MISTAKES)
    missing = [
        f"{path.relative_to(ROOT)}:{line}: {shape}"
        for pattern in SPEAKERS
        for path in sorted(ROOT.glob(pattern))
        for line, shape in sentences(path)
        if not NOT_TOLD.fullmatch(shape) and shape.removesuffix(".") not in rows | SPELT_OUT
    ]
    assert not missing, "\n".join(["Give these a row in supervisor/mistakes:", *missing])


def test_that_whatever_stops_a_command_has_its_french() -> None:
    rows = {key.removesuffix(".") for key in _keys(CAUSES)} | SPELT_OUT
    missing = []
    for room in ("supervisor", "drivers", "alarms", "simulator", "ui"):
        for path in sorted((ROOT / room).rglob("*.py")):
            source = path.read_text("utf-8")
            if not any(f"{name}(" in source for name in STOPS):
                continue
            for node in ast.walk(ast.parse(source)):
                if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
                    continue
                words = node.args[0]
                if node.func.id in STOPS and isinstance(words, (ast.Constant, ast.JoinedStr)):
                    missing += [
                        f"{path.relative_to(ROOT)}:{node.lineno}: {shape}"
                        for shape in shapes(words)
                        if shape.removesuffix(".") not in rows
                    ]
    assert not missing, "\n".join(["Give these a row in supervisor/mistakes:", *missing])


def test_that_rows_have_both_languages_and_use_every_value() -> None:
    for one in MISTAKES.sentences:
        words = [f"v{number}" for number in range(one.text.en.count("{}"))]
        french = one.text.fr.format(*words)
        assert all(word in french for word in words), one.text
        assert "." not in (one.text.en[-1], french[-1]), one.text
        assert one.text.fr != one.text.en or one.bare, one.text
    english = [one.text.en for one in MISTAKES.sentences]
    assert len(english) == len(set(english)), [one for one in english if english.count(one) > 1]


@pytest.mark.parametrize("book", [MISTAKES, REASONS])
def test_that_a_sentence_is_never_taken_for_another(book: Phrasebook) -> None:
    """Of the rows that fit what a row says, with a name in each hole, none is tried before itself."""
    taken = []
    for one in book.sentences:
        names = [f"Xy-{number}" for number in range(one.text.en.count("{}"))]
        english = "".join(part + name for part, name in zip(one.text.en.split("{}"), [*names, ""], strict=True))
        first = next(other for other in book.sentences if other.pattern.fullmatch(english))
        if first.text.en != one.text.en and first.text.fr != one.text.fr:
            taken.append((one.text.en, first.text.en))
    assert not taken


@pytest.mark.parametrize(
    ("message", "french"),
    [
        ('"kind" is "enumm".', "« kind » vaut « enumm »."),
        ('Did you mean "enum"?', "Vouliez-vous dire « enum » ?"),
        ('There is no area "".', "Secteur « » : il n'y en a pas de ce nom."),
        ('The rota "nuit" has no "turns".', "L'entrée rota « nuit » n'a pas de « turns »."),
        ('"(a + b": A closing bracket is missing.', "« (a + b » : Il manque une parenthèse fermante."),
        ('")" is not expected here.', "« ) » n'est pas attendu ici."),
        (
            '"AP-1" with the pack "p": address 7 is outside 0 to 6.',
            "« AP-1 » avec le pack « p » : address 7 est hors de 0 à 6.",
        ),
        (
            "P.u: setting 'pol' does not exist; did you mean poll?",
            "P.u: setting 'pol' n'existe pas ; vouliez-vous dire poll ?",
        ),
        ('The text "closed" is odd.', 'The text "closed" is odd.'),
        ('"closed" is no state of door.', "« closed » n'est pas un état de door."),
        (
            "TOML can't be read here: Unterminated string.",
            "Le TOML est illisible ici : le texte n'est pas fermé.",
        ),
        ("list.csv has 2 mistake(s):\n  line 3: it has no id\n  line 5: 'x' is odd",
         "list.csv contient 2 erreur(s) :\n  ligne 3 : il n'y a pas d'id\n  ligne 5 : 'x' is odd"),
    ],
)  # fmt: skip
def test_that_a_mistake_is_told_with_what_lies_in_it(message: str, french: str) -> None:
    assert said(message, "fr").replace("«  »", "« »") == french
    assert said(message, "en") == message


def test_that_a_line_keeps_its_place() -> None:
    problem = Problem(Path("types/pump.toml"), 13, '"kind" is "enumm".', 'Did you mean "enum"?')
    assert told(problem, "en") == str(problem)
    assert told(problem, "fr") == "types/pump.toml:13: « kind » vaut « enumm ». Vouliez-vous dire « enum » ?"


def test_that_what_stops_a_command_is_told_with_what_the_system_said() -> None:
    assert cause(Unavailable("/x/a.html cannot be written: Permission denied"), "fr") == (
        "/x/a.html ne peut pas être écrit : accès refusé par le système"
    )
    french = "personne ne peut encore ouvrir de session ici : le premier compte ; n'indiquez ni --role ni --area"
    assert cause(Unavailable(french), "fr") == french
    french = "Connexion impossible : rien ne répond (10.0.0.7 does not accept a connection: Connection refused)"
    assert cause(Unavailable(french), "fr") == french, "what was put together in French is not taken apart"


@given(st.text("ab (){}[];:.'-é", max_size=60))
def test_that_what_nobody_foresaw_stays_as_it_is(word: str) -> None:
    assert word.strip() in said(f'There is no user "{word}"', "fr")


def test_that_a_folder_with_a_thousand_mistakes_is_told_at_once() -> None:
    begun = process_time()
    lines = [
        said(f'"AP-{number}" has no name {number}, it has no colour: and no "taste".', "fr") for number in range(1000)
    ]
    assert len(lines) == 1000
    assert process_time() - begun < 5.0, "seconds of this process, where a tenth of it is enough"
