"""Prepares a machine: system libraries for Qt, a virtual environment, hash-pinned dependencies.

    python3 packaging/setup.py            what running Vigie needs
    python3 packaging/setup.py --develop  and what its tests need

Only the standard library; works on Debian, other Linux systems and Windows. On Debian missing libraries are installed
through apt when the user may; elsewhere one sentence names them.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
INTERPRETERS = ("python3.13", "python3.12", "python3.11", "python3", "python")
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
TOOLS = {"mosquitto": "mosquitto", "Xvfb": "xvfb", "xdotool": "xdotool"}
"""Programs the tests talk to."""


def main() -> int:
    develop = "--develop" in sys.argv[1:]
    try:
        provide_libraries(develop)
        python = make_environment()
        install(python, develop)
    except SetupError as error:
        print(f"vigie: {error}", file=sys.stderr)
        return 1
    write_launcher(python)
    (ENVIRONMENT / ("ready-develop" if develop else "ready")).touch()
    (ENVIRONMENT / "ready").touch()
    return 0


class SetupError(Exception):
    """Something a person has to do; the message says what."""


def provide_libraries(develop: bool) -> None:
    """Install what Debian packages are missing, or say which."""
    if not sys.platform.startswith("linux"):
        return
    missing = [package for library, package in LIBRARIES.items() if not loadable(library)]
    if importlib.util.find_spec("ensurepip") is None:
        missing.append(f"python{sys.version_info.major}.{sys.version_info.minor}-venv")
    if develop:
        missing += [package for tool, package in TOOLS.items() if not shutil.which(tool)]
    if not missing:
        return
    root = apt_prefix()
    names = " ".join(missing)
    if root is None:
        raise SetupError(f"these system packages are missing; install them and start again: {names}")
    print(f"vigie: installing system packages: {names}", flush=True)
    run([*root, "apt-get", "update", "-qq"], "the package list could not be read")
    run(
        [*root, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing],
        f"apt could not install {names}",
    )


def loadable(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def apt_prefix() -> list[str] | None:
    """How to call apt-get with the rights to install; None where that is not possible."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return ["env", "DEBIAN_FRONTEND=noninteractive"]
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        return ["sudo", "-n", "env", "DEBIAN_FRONTEND=noninteractive"]
    return None


def make_environment() -> Path:
    """The interpreter of the virtual environment, made from the newest Python found."""
    python = ENVIRONMENT / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if python.exists() and subprocess.run([python, "-c", "import pip"], capture_output=True).returncode == 0:
        return python
    base = newest_python()
    print(f"vigie: making the virtual environment with {base}", flush=True)
    run([base, "-m", "venv", "--clear", str(ENVIRONMENT)], "the virtual environment could not be made")
    return python


def newest_python() -> str:
    for name in INTERPRETERS:
        path = shutil.which(name)
        if path and version(path) >= OLDEST:
            return path
    if sys.version_info >= OLDEST:
        return sys.executable
    raise SetupError("Python 3.11 or newer is needed; install it and start again")


def version(python: str) -> tuple[int, ...]:
    """Major and minor; (0,) for a name that does not start, such as a version manager's empty shim."""
    probe = "import sys, ensurepip; print(*sys.version_info[:2])"
    result = subprocess.run([python, "-c", probe], capture_output=True, text=True)
    return tuple(int(word) for word in result.stdout.split()) if result.returncode == 0 else (0,)


def install(python: Path, develop: bool) -> None:
    lock = ROOT / "packaging" / "locks" / ("dev.txt" if develop else "run.txt")
    print("vigie: installing the pinned dependencies", flush=True)
    command = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes", "-r", lock]
    run(command, "the dependencies could not be installed; is a package index reachable?")


def write_launcher(python: Path) -> None:
    """`.venv/bin/vigie`, so that the program can be started from any folder."""
    if sys.platform == "win32":
        (python.parent / "vigie.cmd").write_text(f'@set PYTHONPATH={ROOT}\n@"{python}" -m ui.cli %*\n')
        return
    launcher = python.parent / "vigie"
    launcher.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{python}" -m ui.cli "$@"\n')
    launcher.chmod(0o755)


def run(command: list[object], failure: str) -> None:
    if subprocess.run([str(word) for word in command]).returncode != 0:
        raise SetupError(failure)


if __name__ == "__main__":
    sys.exit(main())
