"""Every reason that a driver, a link or a sender can give to a person is said in French too. The set is closed: the
sources themselves are read, and a sentence without a row fails here."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervisor.errors import LinkLost, ReadFailed, WriteFailed, WriteUnknown
from supervisor.model import Text
from supervisor.reasons import REASONS, plainly, told
from tests.supervisor.spoken import sentences

ROOT = Path(__file__).parents[2]
SPEAKERS = (
    *sorted((ROOT / "drivers").rglob("*.py")),
    ROOT / "supervisor" / "link.py",
    ROOT / "supervisor" / "vault.py",
    ROOT / "alarms" / "notify" / "send.py",
)
"""Whatever talks to the world, and says why it could not."""
TO_ENGINEERS = {
    "address.py", "check.py", "device.py", "endpoint.py", "paths.py",  # `vigie check`
    "probe.py", "probe_words.py", "browse.py", "readings.py",  # `vigie probe`, which has its own words
}  # fmt: skip
"""Files whose sentences stand in a report on the site folder, never in a reason."""
NOT_TOLD = re.compile(
    r"old death|new death|Node Control/Rebirth"  # kinds of a log, a name of the standard
    r"|path \{\}.*"  # of a payload: `vigie check`
    r"|security=\{\} mode=\{\}|float32 \{\}|int32 \{\}|\{\} \(0x\{\}\)|\{\} \(SHA-256 \{\}\)"  # a technical detail
    r"|exception \{\}|\{\} \{\}-\{\}-\{\}|\[\{\}\{\}\]"
)
"""Texts with several words that no person reads by themselves."""


def known(reason: str) -> bool:
    """Whether it has a row."""
    return bool(REASONS.french(reason))


def _filled(shape: str) -> str:
    """As it is said, with a name in each hole; the holes of `str.format` too."""
    return re.sub(r"\{\w*\}", "Xyz-1", shape)


def test_that_every_sentence_of_a_driver_has_its_french() -> None:
    missing = [
        f"{path.relative_to(ROOT)}:{line}: {shape}"
        for path in SPEAKERS
        if path.name not in TO_ENGINEERS
        for line, shape in sentences(path)
        if not NOT_TOLD.fullmatch(shape) and not known(_filled(shape))
    ]
    assert not missing, "\n".join(["Give these a row in supervisor/reasons:", *missing])


def test_that_what_a_file_can_suffer_has_its_french() -> None:
    from supervisor.database import _REASONS

    missing = [why for why in _REASONS.values() if not known(f"/data/journal.db: {why} (SQLITE_X).")]
    assert not missing


def test_that_a_new_sentence_without_french_is_found(tmp_path: Path) -> None:
    file = tmp_path / "driver.py"
    file.write_text(
        '"""Not this one, it is a docstring."""\n'
        "def f(a):\n"
        '    log.warning("nor this one, it is logged: %s", a)\n'
        '    raise WriteFailed(f"the pump {a} has gone for a walk")\n'
    )
    assert list(sentences(file)) == [(4, "the pump {} has gone for a walk")]
    assert not known(_filled("the pump {} has gone for a walk"))


def test_that_no_reason_is_made_of_anything_but_a_sentence_that_is_looked_at() -> None:
    """What is raised is a text, or hands on the reason of another error: nothing is put together elsewhere."""
    kinds = {kind.__name__ for kind in (LinkLost, WriteFailed, WriteUnknown, ReadFailed)}
    handed_on = re.compile(r"str\(\w+\)|(self\.|session\.)?reason|spoken\(.*\)|self\.reason or .*|f'.*' if .*|words")
    odd = []
    for path in SPEAKERS:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in kinds and node.args:
                said = node.args[0]
                if not isinstance(said, (ast.JoinedStr, ast.Constant)) and not handed_on.fullmatch(ast.unparse(said)):
                    odd.append(f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(said)}")
    assert not odd, "\n".join(odd)


def test_that_rows_have_both_languages_and_use_every_value() -> None:
    for one in REASONS.sentences:
        holes = one.text.en.count("{}")
        words = [f"v{number}" for number in range(holes)]
        said = one.text.fr.format(*words)
        assert all(word in said for word in words), one.text
        own_words = one.text.fr != one.text.en or one.text.en.startswith("exception")
        assert own_words, one.text
    english = [one.text.en for one in REASONS.sentences]
    assert len(english) == len(set(english)), [one for one in english if english.count(one) > 1]


@pytest.mark.parametrize(
    ("reason", "french"),
    [
        (
            "link L-1 is not connected (10.0.0.7:502 does not accept a connection (Connection refused))",
            "la liaison L-1 n'est pas connectée (10.0.0.7:502 n'accepte pas la connexion (connexion refusée))",
        ),
        (
            "the device refused: exception 4, device failure",
            "l'équipement refuse (exception 4, défaut interne de l'équipement)",
        ),
        ("no answer to the write (timeout)", "l'écriture est restée sans réponse (délai dépassé)"),
        (
            "PR01.P1.order cannot take 7: 7 is not a whole number, as a uint16 needs",
            "PR01.P1.order ne peut pas recevoir 7 : 7 n'est pas un nombre entier, qu'exige un uint16",
        ),
        (
            "the server's certificate expired on 2026-01-01 UTC: renew it there; the server calls itself a, its"
            " certificate b: one of the two is wrong at the server",
            "le certificat du serveur a expiré le 2026-01-01 UTC : renouvelez-le sur le serveur ; le serveur se nomme"
            " a, son certificat b : l'un des deux est faux sur le serveur",
        ),
        ("the device refuses: valve stuck (E17)", "l'équipement refuse (valve stuck (E17))"),
        ("ERR 5512", "cause technique (ERR 5512)"),
        ("", ""),
    ],
)
def test_that_a_reason_is_told_with_what_lies_in_it(reason: str, french: str) -> None:
    assert told(reason) == Text(french, reason)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_that_whatever_a_device_says_is_told_and_never_lost(said: str) -> None:
    fr = told(f"the device refuses: {said}").fr
    assert fr.startswith(("l'équipement refuse (", "cause technique ("))
    assert said in fr or known(said) or ";" in said


def test_that_a_sentence_for_the_window_is_never_called_technical() -> None:
    assert plainly("The station does not answer.").fr == "Le poste Vigie ne répond pas."
    assert plainly("Ce dossier est plein.") == Text("Ce dossier est plein.", "Ce dossier est plein.")


@pytest.mark.parametrize(
    "said",
    [
        "; ".join(f"a {number}" for number in range(400)),
        "; ".join(["the server refuses the channel"] * 11 + ["but"]),
        "x: " * 600,
        "a (b) does not accept a connection " * 28,
        "it takes; " * 99,
        "(" * 990,
        "a : b; `vigie trust SITE x` " * 35,
    ],
)
def test_that_a_device_that_sends_far_more_than_a_sentence_holds_nobody_up(said: str) -> None:
    begun = process_time()
    assert told(said).en == said
    assert process_time() - begun < 5.0, "seconds of this process, where a hundredth of it is enough"
