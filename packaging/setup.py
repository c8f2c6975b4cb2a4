"""Prepares a machine: system libraries for Qt, a virtual environment, hash-pinned dependencies.

    python3 packaging/setup.py            what running Vigie needs
    python3 packaging/setup.py --develop  and what its tests need

Only the standard library; works on Debian, other Linux systems and Windows. On Debian missing libraries are installed
through apt when the user may; elsewhere one sentence names them. Whatever a person has to do is one sentence and exit
code 1; what apt and pip said is in `build/setup.log`. Start it again at any time: it goes on where it has to.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
UNFINISHED = ENVIRONMENT / "unfinished"
"""There while an installation goes on: whoever finds it at the start finds one that was cut short."""
LOG = ROOT / "build" / "setup.log"
WINDOWS = sys.platform == "win32"
INTERPRETERS = ("python3", "python3.13", "python3.12", "python3.11", "python")
"""Looked for where the Python that runs this file will not do."""
OLDEST = (3, 11)
LIBRARIES = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libfontconfig.so.1": "libfontconfig1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}
"""What PySide6 loads beyond itself, found by running it in an empty Debian 12."""
TOOLS = {"mosquitto": "mosquitto"}
"""Programs the tests talk to."""
SYSTEM_PATH = "/usr/local/sbin:/usr/sbin:/sbin"
"""Where Debian keeps servers; not on the PATH of an ordinary user."""


class SetupError(Exception):
    """Something a person has to do; the message says what."""


def main(words: list[str]) -> int:
    try:
        prepare("--develop" in words)
    except SetupError as error:
        print(f"vigie: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"vigie: {error.filename or LOG} cannot be used: {error.strerror}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("vigie: interrupted; start again to go on", file=sys.stderr)
        return 130
    return 0


def prepare(develop: bool) -> None:
    """Everything, in order; what is there already takes no time."""
    LOG.parent.mkdir(exist_ok=True)
    LOG.write_text("")
    base = best([probe(path) for path in candidates()])
    provide(missing(base, develop))
    python = make_environment(base)
    install(python, ROOT / "packaging" / "locks" / ("dev.txt" if develop else "run.txt"))
    write_path(python)
    write_launcher(python.parent)
    for stamp in ("ready", "ready-develop") if develop else ("ready",):
        (ENVIRONMENT / stamp).touch()


# Python


@dataclass(frozen=True)
class Interpreter:
    """A Python of this machine."""

    path: str
    version: tuple[int, ...]
    """Major and minor; empty for a name that does not start, such as a version manager's empty shim."""
    complete: bool
    """Whether it can make environments with pip; Debian ships that separately."""


def candidates() -> list[str]:
    """The Python that runs this file first; its base where that is an environment, such as the one about to be made."""
    named = [path for name in INTERPRETERS if (path := shutil.which(name))]
    return list(dict.fromkeys([getattr(sys, "_base_executable", "") or sys.executable, *named]))


def probe(path: str) -> Interpreter:
    question = (
        "import sys, importlib.util as u; print(*sys.version_info[:2], int(u.find_spec('ensurepip') is not None))"
    )
    try:
        answer = subprocess.run([path, "-c", question], capture_output=True, text=True)
    except OSError:
        return Interpreter(path, (), False)
    numbers = [int(word) for word in answer.stdout.split()] if answer.returncode == 0 else []
    return Interpreter(path, tuple(numbers[:2]), bool(numbers[2:] and numbers[2]))


def best(found: list[Interpreter]) -> Interpreter:
    """The first that is new enough, complete ones before others."""
    fit = sorted((each for each in found if each.version >= OLDEST), key=lambda each: not each.complete)
    if not fit:
        raise SetupError("Python 3.11 or newer is needed; install it and start again")
    return fit[0]


# System packages


def missing(base: Interpreter, develop: bool) -> list[str]:
    """Debian packages of what this machine lacks."""
    if not sys.platform.startswith("linux"):
        return []
    packages = [package for library, package in LIBRARIES.items() if not loadable(library)]
    if not (base.complete or fit(interpreter())):
        packages.append("python{}.{}-venv".format(*base.version))
    if develop:
        packages += [package for tool, package in TOOLS.items() if not present(tool)]
    return packages


def loadable(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def present(tool: str) -> bool:
    return bool(shutil.which(tool) or shutil.which(tool, path=SYSTEM_PATH))


def provide(packages: list[str]) -> None:
    """Install the packages, or say which are missing."""
    if not packages:
        return
    names, root = " ".join(packages), apt_prefix()
    if root is None:
        raise SetupError(f"these system packages are missing: {names}; have them installed and start again")
    print(f"vigie: installing system packages: {names}", flush=True)
    apt = [*root, "apt-get", "-o", "DPkg::Lock::Timeout=120", "-q"]
    said([*apt, "update"])  # without network the lists that are there may do; if not, the next line says so
    run(
        [*apt, "install", "-y", "--no-install-recommends", *packages],
        f"these system packages are missing and apt could not install them: {names}",
    )


def apt_prefix() -> list[str] | None:
    """How to call apt-get with the rights to install; None where that is not possible."""
    if not shutil.which("apt-get"):
        return None
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive"]
    if os.geteuid() == 0:
        return quiet
    if shutil.which("sudo") and said(["sudo", "-n", "true"])[0] == 0:
        return ["sudo", "-n", *quiet]
    return None


# The environment


def interpreter() -> Path:
    """Python of the virtual environment, there or not."""
    return ENVIRONMENT / ("Scripts/python.exe" if WINDOWS else "bin/python")


def fit(python: Path) -> bool:
    """Whether the environment can be used as it is: whole, new enough, with a pip that starts."""
    if UNFINISHED.exists() or not python.exists():
        return False
    return said([python, "-c", f"import sys, pip; sys.exit(sys.version_info < {OLDEST})"])[0] == 0


def make_environment(base: Interpreter) -> Path:
    python = interpreter()
    if not fit(python):
        print(f"vigie: making the virtual environment with {base.path}", flush=True)
        run([base.path, "-m", "venv", "--clear", ENVIRONMENT], "the virtual environment could not be made")
    return python


def install(python: Path, lock: Path) -> None:
    """What the lock lists, no more. An installation that pip itself gave up is undone by pip, so that it may go on."""
    print("vigie: installing the pinned dependencies", flush=True)
    UNFINISHED.touch()
    options = ["--disable-pip-version-check", "--no-input", "--no-deps", "--only-binary", ":all:", "--require-hashes"]
    code, output = said([python, "-m", "pip", "install", *options, "-r", lock])
    UNFINISHED.unlink()
    if code != 0:
        failure = "the dependencies could not be installed, is a package index reachable?"
        raise SetupError(sentence(failure, output))


def write_path(python: Path) -> None:
    """Let the environment import Vigie from any folder. Relative, so that the whole folder may be moved."""
    code, output = said([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"])
    if code != 0:
        raise SetupError(sentence("the virtual environment does not start", output))
    packages = Path(output.strip())
    (packages / "vigie.pth").write_text(os.path.relpath(ROOT, packages) + "\n")


def write_launcher(folder: Path) -> None:
    """`.venv/bin/vigie`. The safe path keeps modules of the folder it is called from out of the program."""
    if WINDOWS:
        lines = [
            "@echo off",
            "setlocal",
            "set PYTHONSAFEPATH=1",
            "set PYTHONUTF8=1",
            '"%~dp0python.exe" -m ui.cli %*',
            "",
        ]
        (folder / "vigie.cmd").write_text("\n".join(lines))
        return
    launcher = folder / "vigie"
    launcher.write_text(
        '#!/bin/sh\nfolder=$(dirname "$(readlink -f "$0")")\nPYTHONSAFEPATH=1 exec "$folder/python" -m ui.cli "$@"\n'
    )
    launcher.chmod(0o755)


# Programs


def run(command: list[str | Path], failure: str) -> None:
    """A step that must succeed."""
    code, output = said(command)
    if code != 0:
        raise SetupError(sentence(failure, output))


def said(command: list[str | Path]) -> tuple[int, str]:
    """Exit code and output of a program; the log keeps both."""
    result = subprocess.run(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    with LOG.open("a", encoding="utf-8") as log:
        log.write(f"$ {' '.join(map(str, command))}\n{result.stdout}({result.returncode})\n")
    return result.returncode, result.stdout


def sentence(failure: str, output: str) -> str:
    """The failure, the last reason the program gave, and where to read all of it."""
    reason = cause(output)
    return f"{failure} ({reason}; see {LOG})" if reason else f"{failure} (see {LOG})"


def cause(output: str) -> str:
    """The last line that apt or pip calls an error, else the last one that says anything."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith(("ERROR: ", "E: "))]
    chosen = (errors or lines)[-1:]
    return chosen[0].partition(": ")[2] if errors else "".join(chosen)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
