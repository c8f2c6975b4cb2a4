"""The control socket of a running city: one JSON object a line on loopback, and the command line that speaks to it.

{"words": ["drop", "L-AP-014"]}  ->  {"ok": true, "said": "L-AP-014: drop"}
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import sys
from collections.abc import Sequence

from simulator.mischief import Mischief, Unknown
from supervisor.errors import Unavailable

HOST = "127.0.0.1"
TIMEOUT_S = 5.0
USAGE = """acts:
  drop LINK, silence LINK, garbage LINK, refuse LINK, late LINK SECONDS, restore LINK
  vanish EQUIPMENT        its device behind a broker stops talking, until its link is restored
  stick TAG, set TAG VALUE, release TAG
  strike EQUIPMENT FAULT MINUTES
  rain MM_PER_H MINUTES, time HOUR, incidents on|off, list"""


class Control:
    """The city's end. `port` 0 takes any free one; `port` then says which."""

    def __init__(self, mischief: Mischief, port: int) -> None:
        self.port = port
        self._mischief = mischief
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen; OSError where the port is taken."""
        self._server = await asyncio.start_server(self._serve, HOST, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the port; conversations end with their client, whose requests are short."""
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = await asyncio.wait_for(reader.readline(), TIMEOUT_S)
            writer.write(json.dumps(self._answer(line)).encode() + b"\n")
            await writer.drain()
        except (OSError, TimeoutError, ValueError):
            return  # the client went away, or said nothing or too much: there is nobody to tell
        finally:
            writer.close()

    def _answer(self, line: bytes) -> dict[str, object]:
        try:
            words = json.loads(line)["words"]
            return {"ok": True, "said": self._mischief.do([str(word) for word in words])}
        except Unknown as reason:
            return {"ok": False, "said": str(reason)}
        except (ValueError, TypeError, KeyError):
            return {"ok": False, "said": 'a request is one line such as {"words": ["list"]}'}


def ask(port: int, words: Sequence[str]) -> str:
    """Ask the city that listens on `port`; `Unknown` where it declines, `Unavailable` where there is none."""
    try:
        with socket.create_connection((HOST, port), TIMEOUT_S) as connection:
            connection.sendall(json.dumps({"words": list(words)}).encode() + b"\n")
            with connection.makefile("rb") as answers:
                answer = json.loads(answers.readline())
    except (OSError, ValueError) as reason:
        raise Unavailable(
            f"no city answers on port {port} ({reason}): start one with python -m simulator SITE --control {port}"
        ) from reason
    if not answer["ok"]:
        raise Unknown(answer["said"])
    return str(answer["said"])


def main(argv: Sequence[str] | None = None) -> int:
    """`python -m simulator.control PORT ACT …`; 1 where the city declines or there is none."""
    parser = argparse.ArgumentParser(
        "simulator.control",
        description="Do something to a running city.",
        epilog=USAGE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("port", type=int, help="the city's control port")
    parser.add_argument("words", nargs="+", metavar="act", help="an act and its words, such as: drop L-AP-014")
    given = parser.parse_args(argv)
    try:
        sys.stdout.write(ask(given.port, given.words) + "\n")
    except (Unknown, Unavailable) as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
