"""Whatever is done to a site folder, the engineer gets a site or problems, never a traceback."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervisor.errors import SiteError
from supervisor.model import Site
from supervisor.site import Problem, load
from tests.supervisor.site.small import PROTOCOLS, SMALL, write

_words = st.sampled_from(
    [
        "",
        "0",
        "-1",
        "1e400",
        "nan",
        "true",
        '"',
        "'",
        "{",
        "[",
        "]",
        "=",
        ",",
        ",,,,,,,,,,,,",
        "#",
        "..",
        "parent",
        "PR-1",
    ]
    + [
        "level",
        "pump",
        "station",
        "[[tag]]",
        "[[alarm]]",
        "[[include]]",
        "[1, 2]",
        '"x"',
        "{ a = 1 }",
        "\x00",
        "\r",
        "é",
    ]
)


@st.composite
def mangled(draw: st.DrawFn) -> dict[str, str]:
    """The small site with a few lines deleted, doubled, swapped, or a word of them replaced."""
    files = dict(SMALL)
    for _ in range(draw(st.integers(1, 4))):
        file = draw(st.sampled_from(sorted(files)))
        lines = files[file].split("\n")
        at = draw(st.integers(0, len(lines) - 1))
        lines[at : at + 1] = draw(_replacement(lines[at]))
        files[file] = "\n".join(lines)
    return files


def _replacement(line: str) -> st.SearchStrategy[list[str]]:
    cuts = [position for position, character in enumerate(line) if character in ' ,="[]{}'] or [0]
    replaced = st.tuples(st.sampled_from(cuts), st.integers(0, 12), _words).map(
        lambda cut: [line[: cut[0]] + cut[2] + line[cut[0] + cut[1] :]]
    )
    return st.one_of(st.just([]), st.just([line, line]), _words.map(lambda word: [line, word]), replaced)


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(mangled())
def test_that_a_mangled_site_is_a_site_or_a_site_error(files: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), files)
        outcome = _outcome(path)
    if isinstance(outcome, Site):
        assert [tag.index for tag in outcome.tags] == list(range(len(outcome.tags)))
    else:
        assert outcome
        for problem in outcome:
            assert problem.message
            assert 0 <= problem.line <= (files.get(problem.file.as_posix()) or "").count("\n") + 1


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(SMALL)), st.binary(max_size=60))
def test_that_a_file_of_any_bytes_is_a_site_or_a_site_error(file: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), SMALL)
        (path / file).write_bytes(content)
        assert _outcome(path)


def _outcome(folder: Path) -> Site | tuple[Problem, ...]:
    try:
        return load(folder, PROTOCOLS)
    except SiteError as error:
        return error.problems
