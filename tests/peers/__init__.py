"""Peers: servers and clients that nobody of this project wrote, as `packaging/peers.py` provided them.

A test that needs one calls `program` or one of the functions below. Where the machine can't have it the test is skipped
and the summary says why; where CI is set (as it is there) the same is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "peers"
HERE = Path(__file__).parent
_PATH = f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin:/sbin"
READY_S = 60.0


def program(peer: str, name: str = "") -> str:
    """Path of a program of a peer (a key of `peers.PACKAGES` in packaging); else the test is skipped."""
    note = BUILD / f"{peer}.txt"
    built = BUILD / (name or peer)
    found = str(built) if built.is_file() else shutil.which(name or peer, path=_PATH)
    if note.exists() or not found:
        reason = note.read_text("utf-8").strip() if note.exists() else "run packaging/peers.py first"
        _without(f"no {peer}: {reason}")
    assert found
    return found


def module(name: str) -> Path:
    """Folder of a package of node, such as "node-opcua"; else the test is skipped."""
    program("node")
    folder = BUILD / "node" / "node_modules" / name
    if not folder.is_dir():
        _without(f"no {name}: run packaging/peers.py first")
    return folder


@contextmanager
def running(command: Sequence[str | Path], **environment: str) -> Iterator[subprocess.Popen[str]]:
    """A program that says "ready" on a line of its own once it may be talked to; killed at the end."""
    child = subprocess.Popen(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **environment},
    )
    assert child.stdout is not None
    late = threading.Timer(READY_S, child.kill)
    late.start()
    said = []
    try:
        for line in child.stdout:
            said.append(line)
            if line.strip() == "ready":
                break
        else:
            pytest.fail(f"{command[0]} ended before it was ready:\n{''.join(said[-20:])}")
        late.cancel()
        yield child
    finally:
        late.cancel()
        late.join()
        child.kill()
        child.wait()
        child.stdout.close()


@contextmanager
def modbus_device(count: int = 1, delay_us: int = 0) -> Iterator[int]:
    """`count` devices on libmodbus, at ports that follow each other; yields the first. See modbus_device.c."""
    port = free_port()
    with running([program("modbus_device"), "tcp", str(port), str(count), str(delay_us)]):
        yield port


@contextmanager
def node(script: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A script of tests/peers/node, with the packages of the lock; see each script for its words."""
    found = program("node")
    module("node-opcua")
    with running([found, HERE / "node" / script, *words], NODE_PATH=str(BUILD / "node" / "node_modules")) as child:
        yield child


def slapd() -> Path:
    """Folder in which OpenLDAP's server was unpacked; else the test is skipped."""
    folder = BUILD / "slapd"
    note = BUILD / "slapd.txt"
    if note.exists() or not (folder / "usr" / "sbin" / "slapd").is_file():
        _without(f"no slapd: {note.read_text('utf-8').strip() if note.exists() else 'run packaging/peers.py first'}")
    return folder


def _without(reason: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
