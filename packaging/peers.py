"""Provides the servers and clients that nobody of this project wrote, which the tests of the drivers talk to.

    python3 packaging/peers.py

mbpoll and a device on libmodbus (compiled here), node-opcua and a Sparkplug client (from their lock), mosquitto's own
clients, a directory (slapd, unpacked: its package would start one). A peer that this machine can't have costs nobody
the other tests: the reason is kept in `build/peers/<peer>.txt` and shown by each test that is skipped for it. Only the
standard library; where nothing is missing it takes no time.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import setup

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "tests" / "peers"
BUILD = ROOT / "build" / "peers"
PACKAGES = {
    "mbpoll": ("mbpoll",),
    "modbus_device": ("gcc", "libc6-dev", "libmodbus-dev"),
    "mosquitto_clients": ("mosquitto-clients",),
    "node": ("nodejs", "npm"),
    "slapd": ("slapd", "libodbc2", "libltdl7", "libwrap0"),
}
"""Peer -> what Debian calls all it is made of."""


def main() -> int:
    """Every peer that can be had; always 0: what can't is a reason for the tests to tell."""
    BUILD.mkdir(parents=True, exist_ok=True)
    if not setup.LOG.exists():
        setup.LOG.touch()
    for name, make in _PEERS.items():
        note = BUILD / f"{name}.txt"
        note.unlink(missing_ok=True)
        try:
            make()
        except setup.SetupError as error:
            note.write_text(f"{error}\n", encoding="utf-8")
            print(f"vigie: tests with {name} will be skipped: {error}", file=sys.stderr)
    return 0


def provide(name: str, *programs: str) -> None:
    """The Debian packages of a peer, unless its programs are there."""
    if not all(setup.present(program) for program in programs):
        setup.provide(list(PACKAGES[name]))


def mbpoll() -> None:
    provide("mbpoll", "mbpoll")


def mosquitto_clients() -> None:
    provide("mosquitto_clients", "mosquitto_pub", "mosquitto_sub")


def modbus_device() -> None:
    """Compiled anew where its source is newer."""
    source, program = SOURCES / "modbus_device.c", BUILD / "modbus_device"
    if program.exists() and program.stat().st_mtime > source.stat().st_mtime:
        return
    command: list[str | Path] = ["cc", "-O2", "-Wall", source, "-o", program, "-lmodbus"]
    if not shutil.which("cc") or setup.said(command)[0] != 0:
        setup.provide(list(PACKAGES["modbus_device"]))
        setup.run(command, "the device on libmodbus could not be compiled")


def node() -> None:
    """What the lock lists, with no script of any package run."""
    provide("node", "node", "npm")
    place = BUILD / "node"
    place.mkdir(exist_ok=True)
    wanted = (SOURCES / "node" / "package-lock.json").read_bytes()
    done = place / "installed.json"
    if done.exists() and done.read_bytes() == wanted:
        return
    for name in ("package.json", "package-lock.json"):
        shutil.copy(SOURCES / "node" / name, place)
    words: list[str | Path] = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", place]
    setup.run(words, "the packages of node could not be installed")
    done.write_bytes(wanted)


def slapd() -> None:
    """OpenLDAP's server, fetched and unpacked: installed, its package would make a directory and start it."""
    place = BUILD / "slapd"
    if (place / "usr" / "sbin" / "slapd").exists():
        return
    fetched = BUILD / "slapd.packages"
    fetched.mkdir(exist_ok=True)
    shell = f"cd '{fetched}' && (apt-get -q download {{0}} || (apt-get -q update && apt-get -q download {{0}}))"
    download: list[str | Path] = ["sh", "-c", shell.format(" ".join(PACKAGES["slapd"]))]
    setup.run(download, "the packages of slapd could not be fetched")
    for package in sorted(fetched.glob("*.deb")):
        setup.run(["dpkg", "-x", package, place], f"{package.name} could not be unpacked")


_PEERS: dict[str, Callable[[], None]] = {
    "mbpoll": mbpoll,
    "modbus_device": modbus_device,
    "mosquitto_clients": mosquitto_clients,
    "node": node,
    "slapd": slapd,
}

if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, subprocess.SubprocessError) as error:
        print(f"vigie: the peers of the tests cannot be prepared: {error}", file=sys.stderr)
        sys.exit(1)
