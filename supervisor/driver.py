"""What a protocol offers the station; owned here, implemented in `drivers/`.

A driver is one method up, one method down and close. It never reconnects by itself (law 4): it raises `LinkLost`
out of `run`, and `Link` connects again. It never queues a write, never repeats one, and never raises a library's
own exception out of `write`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol as Interface
from typing import runtime_checkable

from supervisor.clock import Clock
from supervisor.flow import Batch
from supervisor.model import LinkSpec, Source, Tag, TagSpec
from supervisor.probe import Probe
from supervisor.vault import Vault

Publish = Callable[[Batch], None]


ERRORS: Mapping[str, str] = {
    "connect": "no connection could be made",
    "lost": "a connection that stood broke",
    "timeout": "no answer came in time",
    "garbage": "what came makes no sense in the protocol",
    "refused": "the controller answered, and said no",
    "exception": 'the same, with the number the protocol gives it behind: "exception 2"',
    "write": "a write was not carried out, or nobody knows",
    "security": "a certificate, a key or a password was not accepted, by us or by the other side",
    "subscription": "the other side does not give us something we asked to be told of",
    "gap": "something between two messages is missing",
    "rebirth": "a node was asked to say everything anew, because something was amiss",
    "duplicate": "the same message came twice",
    "retained": "an old message was held by the broker where none should be",
    "filter": "the controller does not do a deadband or a sampling that was asked for",
    "history": "a hole could not be filled from the controller's own history",
    "branch": "an earlier occurrence of a controller's alarm still wants an acknowledgement there",
    "overflow": "more came than could be taken, and some was left out",
    "bug": "a fault of Vigie itself",
}
"""The kinds of errors, the same words for every protocol; the page of links says them in the operator's language. A
driver may count others, which then stand there as they are."""


@dataclass(slots=True)
class Traffic:
    """What a driver counts while it works; `Link` owns it and reads it."""

    requests: int = 0
    """Requests sent, or messages received where the peer speaks by itself."""
    errors: dict[str, int] = field(default_factory=dict)
    """Kind of error, one of `ERRORS` -> how often."""
    round_trips: list[float] = field(default_factory=list)
    """Seconds per request since `Link` last looked; the driver appends, `Link` empties."""
    skew_s: float = math.nan
    """How far the controller's clock is ahead of ours, seconds, as last measured; NaN where it tells no time."""

    def count(self, kind: str) -> None:
        self.errors[kind] = self.errors.get(kind, 0) + 1


class Driver(Interface):
    """One controller on the wire."""

    async def run(self, publish: Publish, up: Callable[[], None]) -> None:
        """Connect, call `up` once the controller answers, then publish until cancelled.

        Raises `LinkLost` when the connection cannot be made or is gone. After it returns or raises, nothing of it
        is left: no task, no socket; `run` may be called again.
        """

    async def write(self, tag: Tag, raw: float, timeout_s: float) -> None:
        """Write one value once, in raw units, and return when the device accepted it.

        Raises `WriteFailed` (not connected, refused by the device, cannot be encoded: the field is as it was) or
        `WriteUnknown` (the request left and no clear answer came).
        """


@dataclass(frozen=True, slots=True)
class Examined:
    """One value as the controller itself gives it, for commissioning."""

    raw: bytes
    """As it was on the wire: the registers, the encoded Variant, the payload."""
    text: str
    """Decoded, before it is scaled: "1234", "true", "open"."""


@runtime_checkable
class Examiner(Interface):
    """A driver that can show one value as it comes from the wire. A driver need not be one."""

    async def examine(self, tag: Tag, timeout_s: float) -> Examined:
        """Ask for one value now, apart from the ordinary road; publishes nothing.

        Raises `ReadFailed` with the reason: not connected, refused by the device, no answer in time.
        """


@runtime_checkable
class RunsAlarms(Interface):
    """A driver whose controller may run alarms itself (`Condition.NATIVE`), beside being a `Driver`."""

    async def acknowledge(self, tag: Tag, comment: str, timeout_s: float) -> None:
        """Acknowledge the present state of the alarm that `tag` shows; raises as `Driver.write` does.

        An alarm that the controller calls acknowledged already is done, not refused.
        """


def no_device(words: Mapping[str, str]) -> None:
    """The [device] table of a pack whose protocol knows of nothing to say there."""
    for word in words:
        raise ValueError(f"{word!r} does not exist: this protocol has no settings of a device")


def no_check(spec: TagSpec, source: Source, args: Mapping[str, str] | None) -> None:
    """For a protocol whose rows can't be wrong together."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """One row of `drivers.TABLE`: all that the site loader and the station need to know of a protocol."""

    name: str
    columns: tuple[str, ...]
    """Columns a pack's tags.csv may have for this protocol, beyond the common ones; for did-you-mean."""
    address: Callable[[Mapping[str, str]], object]
    """One row of tags.csv (pack defaults filled in) -> a frozen address; raises ValueError with one clear sentence."""
    settings: Callable[[Mapping[str, str]], object]
    """The settings of a link ("timeout_s=1 pipeline=4" split) -> frozen settings; raises ValueError likewise."""
    url: Callable[[str], None]
    """Checks a link's URL; raises ValueError with one clear sentence."""
    driver: Callable[[LinkSpec, Sequence[Tag], Clock, Traffic, Vault], Driver]
    """Makes the driver of a link for the tags it carries."""
    device: Callable[[Mapping[str, str]], object] = no_device
    """What the controllers of a pack have of their own (its [device] table) -> frozen settings, `Source.device` of each
    of its tags; raises ValueError with one clear sentence."""
    check: Callable[[TagSpec, Source, Mapping[str, str] | None], None] = no_check
    """What a row, its tag and the [device] table say together, once without and once for each equipment with its
    arguments; raises ValueError with one clear sentence."""
    probe: Callable[[], Probe] | None = None
    """Imports and makes what looks at a controller that no site knows yet; None where there is none."""
