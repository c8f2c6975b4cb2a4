"""What travels on the station's socket: a length of four bytes, most significant first, then that much JSON.

window                                         station
  Hello{token, seat}              ─────────>
                                  <─────────    Reply{id 0, ok}  or  Reply{id 0, refused | error}, and it hangs up
  Request{id, act, words}         ─────────>
                                  <─────────    Reply{id, ok | refused | error}, in the order of getting done
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from supervisor.model import Text

T = TypeVar("T")

LENGTH = 4
LARGEST = 1 << 20
"""Bytes of a frame; acknowledging ten thousand alarms at once takes a third of it."""
LARGEST_HELLO = 4096
"""Who has not shown the token may not make the station hold more than this."""


class Garbage(Exception):
    """What came is no frame of ours; the connection is of no more use."""


class Hello(msgspec.Struct, frozen=True):
    """The first frame."""

    token: str
    seat: str
    """Where it comes from; who sits there is proved by the act `sign_in`, never said."""


class Request(msgspec.Struct, frozen=True):
    """One thing asked."""

    id: int
    act: str
    words: dict[str, Any] = {}
    within_s: float = 5.0
    """After this the asker no longer waits; what was begun goes on."""
    idle_s: float | None = None
    """For how long nobody has touched the window that asks; None where there is no telling."""


class Refusal(msgspec.Struct, frozen=True):
    """The operator's sentence, in both languages."""

    check: str
    fr: str
    en: str

    @property
    def text(self) -> Text:
        return Text(self.fr, self.en)


class Reply(msgspec.Struct, frozen=True, omit_defaults=True):
    """Exactly one of `ok`, `refused` and `error` is there."""

    id: int
    ok: Mapping[str, Any] | None = None
    refused: Refusal | None = None
    error: str | None = None


def pack(message: msgspec.Struct) -> bytes:
    """A message as it travels. Raises ValueError where it is too large to."""
    body = msgspec.json.encode(message)
    if len(body) > LARGEST:
        raise ValueError(f"{len(body)} bytes are more than a frame holds ({LARGEST})")
    return len(body).to_bytes(LENGTH, "big") + body


async def receive(reader: asyncio.StreamReader, kind: type[T], largest: int = LARGEST) -> T:
    """The next message. Raises Garbage, or IncompleteReadError where the other end has hung up."""
    length = int.from_bytes(await reader.readexactly(LENGTH), "big")
    if length > largest:
        raise Garbage(f"a frame of {length} bytes")
    try:
        return msgspec.json.decode(await reader.readexactly(length), type=kind)
    except msgspec.DecodeError as error:
        raise Garbage(str(error)) from error
