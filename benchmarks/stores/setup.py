"""Fetches the Debian packages of InfluxDB and VictoriaMetrics and unpacks them under build/: nothing is installed,
nothing is started but what the benchmark starts itself.

    python -m benchmarks.stores.setup
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

PLACE = Path(__file__).resolve().parents[2] / "build" / "stores"
PROGRAMS = {"influxdb": "influxd", "victoria-metrics": "victoria-metrics"}
"""Debian's package -> the program in it."""


class Unavailable(Exception):
    """This machine can't have a store; the message says why."""


def program(package: str) -> Path:
    """The program of a package: unpacked before, or fetched now."""
    path = PLACE / "usr" / "bin" / PROGRAMS[package]
    if not path.exists():
        _fetch(package)
    if not path.exists():
        raise Unavailable(f"the package {package} has no {path.name}")
    return path


def _fetch(package: str) -> None:
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        raise Unavailable("only Debian's packages are fetched")
    PLACE.mkdir(parents=True, exist_ok=True)
    said = _run(["apt-get", "-q", "download", package])
    if said and not _run(["apt-get", "-q", "update"]):
        said = _run(["apt-get", "-q", "download", package])
    if said:
        raise Unavailable(f"{package} could not be fetched: {said}")
    for file in PLACE.glob(f"{package}_*.deb"):
        if said := _run(["dpkg", "-x", file.name, "."]):
            raise Unavailable(f"{file.name} could not be unpacked: {said}")


def _run(command: list[str]) -> str:
    """Nothing, or the last line of what went wrong."""
    done = subprocess.run(command, cwd=PLACE, capture_output=True, text=True)
    return (done.stderr.strip().splitlines() or [f"{command[0]} failed"])[-1] if done.returncode else ""


def main() -> int:
    for package in PROGRAMS:
        try:
            print(f"{package}: {program(package).name}")
        except Unavailable as error:
            print(f"{package}: {error}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
