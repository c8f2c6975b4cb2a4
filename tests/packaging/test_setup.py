"""What a new machine meets first. Copies of the script in folders of their own, with real Pythons, venvs and pips."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "packaging" / "setup.py"
NOWHERE = f"nowhere==1.0 --hash=sha256:{'0' * 64}\n"
"""A lock that no index can satisfy."""


def script_at(path: Path) -> ModuleType:
    """The script by its place: its folder bears the name of a PyPI package and must not be imported by it."""
    name = f"setup_script_{abs(hash(path))}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return project(tmp_path / "la ville d’été")


def project(place: Path) -> Path:
    """A project folder with a space and an accent in its name, and locks that ask for nothing."""
    (place / "packaging" / "locks").mkdir(parents=True)
    shutil.copy(SCRIPT, place / "packaging")
    for lock in ("run.txt", "dev.txt"):
        (place / "packaging" / "locks" / lock).write_text("# nothing\n")
    (place / "ui" / "cli").mkdir(parents=True)
    (place / "ui" / "__init__.py").touch()
    (place / "ui" / "cli" / "__init__.py").touch()
    (place / "ui" / "cli" / "__main__.py").write_text(
        "import sys\nfrom pathlib import Path\nprint(Path(__file__).parents[2].name, *sys.argv[1:])\n"
    )
    return place


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose environment the script made, over one that was cut short."""
    place = project(tmp_path_factory.mktemp("first") / "la ville d’été")
    (place / ".venv" / "bin").mkdir(parents=True)
    program(place / ".venv" / "bin" / "python", f'exec "{sys.executable}" "$@"')
    for trace in ("unfinished", "trace"):
        (place / ".venv" / trace).touch()
    result = start(place)
    assert result.returncode == 0, result.stderr
    return place


@pytest.fixture
def made(first: Path, tmp_path: Path) -> Path:
    """A copy of it, for one test."""
    return shutil.copytree(first, tmp_path / first.name, symlinks=True)


@pytest.fixture
def setup(place: Path) -> ModuleType:
    (place / "build").mkdir()
    return script_at(place / "packaging" / "setup.py")


@pytest.fixture
def bare(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script on a machine that lacks a library and has no programs but what a test puts in its `bin`."""
    script = script_at(place / "packaging" / "setup.py")
    (tmp_path / "bin").mkdir()
    env = shutil.which("env")
    assert env is not None
    (tmp_path / "bin" / "env").symlink_to(env)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(script, "LIBRARIES", {"libnowhere.so.1": "libnowhere1"})
    return script


def program(path: Path, lines: str) -> None:
    path.write_text(f"#!/bin/sh\n{lines}\n")
    path.chmod(0o755)


def start(place: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The script as a person starts it, with an index that has nothing."""
    shelf = place / "shelf"
    shelf.mkdir(exist_ok=True)
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "PYTHON"))}
    return subprocess.run(
        [sys.executable, str(place / "packaging" / "setup.py"), *words],
        env={**kept, "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": str(shelf)},
        capture_output=True,
        text=True,
    )


def launched(launcher: Path, *words: str, cwd: Path) -> str:
    return subprocess.run([launcher, *words], cwd=cwd, capture_output=True, text=True, check=True).stdout.strip()


def one_sentence(error: str) -> bool:
    return error.startswith("vigie: ") and error.count("\n") == 1 and "Traceback" not in error


# Pure parts


def test_that_the_last_error_of_pip_or_apt_is_the_reason_given() -> None:
    cause = script_at(SCRIPT).cause
    assert cause("Collecting a\nERROR: Could not find a\nERROR: No match for a\nWARNING: x\n") == "No match for a"
    assert cause("Reading lists\nE: Unable to locate package libegl1\n") == "Unable to locate package libegl1"
    assert cause("The first\n  the last thing said\n\n") == "the last thing said"
    assert cause("") == ""


def test_that_a_complete_python_is_preferred_and_an_old_one_never_taken() -> None:
    script = script_at(SCRIPT)
    old = script.Interpreter("old", (3, 9), True)
    shim = script.Interpreter("shim", (), False)
    bare = script.Interpreter("bare", (3, 11), False)
    whole = script.Interpreter("whole", (3, 13), True)
    assert script.best([old, shim, bare, whole]) is whole
    assert script.best([shim, bare, old]) is bare
    with pytest.raises(script.SetupError, match=r"Python 3\.11 or newer"):
        script.best([old, shim])


def test_that_the_python_that_runs_the_script_comes_first_and_never_an_environment() -> None:
    first = script_at(SCRIPT).candidates()[0]
    answer = subprocess.run([first, "-c", "import sys; print(sys.prefix == sys.base_prefix)"], capture_output=True)
    assert answer.stdout.split() == [b"True"]


def test_that_a_name_that_does_not_start_is_no_python(tmp_path: Path) -> None:
    script = script_at(SCRIPT)
    shim = tmp_path / "python3.12"
    program(shim, "echo 'no version is set' >&2; exit 127")
    assert script.probe(str(shim)).version == ()
    assert script.probe(str(tmp_path / "absent")).version == ()
    assert script.probe(sys.executable).version == sys.version_info[:2]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Debian packages")
def test_that_what_is_missing_is_named_by_its_package(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "LIBRARIES", {"libc.so.6": "libc6", "libnowhere.so.1": "libnowhere1"})
    monkeypatch.setattr(setup, "TOOLS", {"sh": "dash", "nowhere": "nowhere-server"})
    whole = setup.Interpreter("p", (3, 11), True)
    assert setup.missing(whole, develop=False) == ["libnowhere1"]
    assert setup.missing(whole, develop=True) == ["libnowhere1", "nowhere-server"]
    assert setup.missing(setup.Interpreter("p", (3, 12), False), develop=False) == ["libnowhere1", "python3.12-venv"]


def test_that_where_apt_may_not_be_used_the_packages_are_named(
    bare: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bare.main([]) == 1
    error = capsys.readouterr().err
    assert one_sentence(error)
    assert "missing: libnowhere1;" in error


def test_that_an_apt_that_fails_is_told_with_its_reason(
    bare: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program(tmp_path / "bin" / "apt-get", "echo 'E: Unable to locate package libnowhere1'; exit 100")
    program(tmp_path / "bin" / "sudo", 'shift; "$@"')
    assert bare.main([]) == 1
    error = capsys.readouterr().err
    assert one_sentence(error)
    assert "install them: libnowhere1 (Unable to locate package libnowhere1;" in error


def test_that_a_folder_that_may_not_be_written_is_one_sentence(place: Path) -> None:
    (place / "build").write_text("a file where the log's folder should be")
    result = start(place)
    assert result.returncode == 1
    assert one_sentence(result.stderr), result.stderr


# The whole of it


@pytest.mark.slow
def test_that_a_machine_gets_an_environment_that_starts_from_any_folder_and_may_be_moved(
    made: Path, tmp_path: Path
) -> None:
    assert (made / ".venv" / "ready").exists()
    assert not (made / ".venv" / "ready-develop").exists()
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "ui").mkdir(parents=True)
    (elsewhere / "ui" / "__init__.py").write_text("raise SystemExit('a folder of another program was imported')\n")
    made = made.rename(tmp_path / "city")
    assert launched(made / ".venv" / "bin" / "vigie", "check", "a b", cwd=elsewhere) == "city check a b"
    link = tmp_path / "vigie"
    link.symlink_to(made / ".venv" / "bin" / "vigie")
    assert launched(link, "--version", cwd=elsewhere) == "city --version"
    moved = made.rename(tmp_path / "moved")
    assert launched(moved / ".venv" / "bin" / "vigie", cwd=elsewhere) == "moved"


@pytest.mark.slow
def test_that_an_installation_cut_short_is_made_again_and_a_whole_one_is_kept(made: Path) -> None:
    trace = made / ".venv" / "trace"
    assert not trace.exists(), "an unfinished environment was kept"
    assert not (made / ".venv" / "unfinished").exists()
    trace.touch()
    assert start(made, "--develop").returncode == 0
    assert trace.exists(), "a whole environment was made again"
    assert (made / ".venv" / "ready-develop").exists()


@pytest.mark.slow
def test_that_without_an_index_the_sentence_names_what_was_not_found(made: Path) -> None:
    (made / ".venv" / "ready").unlink()
    (made / "packaging" / "locks" / "run.txt").write_text(NOWHERE)
    result = start(made)
    assert result.returncode == 1
    assert one_sentence(result.stderr), result.stderr
    assert "nowhere==1.0" in result.stderr
    assert not (made / ".venv" / "ready").exists()
    assert "No matching distribution" in (made / "build" / "setup.log").read_text()


def test_that_the_locks_pin_every_package_by_hash_and_name_no_index() -> None:
    for name in ("run.txt", "dev.txt"):
        text = (ROOT / "packaging" / "locks" / name).read_text()
        packages = [block for block in text.replace("\\\n", "").splitlines() if block and not block.startswith("#")]
        assert packages
        assert all("==" in package and "--hash=sha256:" in package for package in packages), name
        assert "://" not in text, name


def test_that_what_runs_is_pinned_alike_for_those_who_develop() -> None:
    run, develop = (pins(ROOT / "packaging" / "locks" / name) for name in ("run.txt", "dev.txt"))
    assert run <= develop


def pins(lock: Path) -> set[str]:
    return {line.partition(" \\")[0] for line in lock.read_text().splitlines() if "==" in line.partition(";")[0]}
