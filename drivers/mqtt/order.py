"""Order: whose turn it is among the messages of one edge node, and those that came before their turn. Pure.

Sequence numbers run from 0 to 255 and begin again (tck-id-payloads-sequence-num-incrementing). A message is a
repetition only where its very bytes were seen before: after a long loss a number tells nothing of old and new.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from drivers.mqtt.states import Event

SEQS = 256
MOST = 128
"""Messages of one node held back at most; where more wait for one that is missing, it is not waited for."""


class Heard(NamedTuple):
    """One message of an edge node."""

    kind: str
    device: str
    payload: Any
    time_ms: int
    """When the node says it was sent; 0 where it does not."""
    digest: int
    """Of kind, device and bytes; 0 for a message that may be said twice in the same words, because it has no time."""
    since: int
    """ns UTC of its arrival."""
    odd: bool = True
    """See `sparkplug.odd`."""


class Order:
    """See the module."""

    def __init__(self) -> None:
        self._due = -1
        """Number of the next message; -1 where nobody knows."""
        self._birth = 0
        """Digest of the last birth."""
        self._seen: dict[int, int] = {}
        """Sequence number -> digest."""
        self._before: dict[int, int] = {}
        """The same of the birth before."""
        self._held: dict[int, Heard] = {}

    @property
    def waiting(self) -> bool:
        return bool(self._held)

    @property
    def full(self) -> bool:
        return len(self._held) >= MOST

    @property
    def since(self) -> int:
        """ns UTC from when on the oldest of those held back waits; 0 where there is none."""
        return min((heard.since for heard in self._held.values()), default=0)

    def begin(self, birth: Heard) -> None:
        """A birth: it restarts the sequence. Held back stays what its node sent after it.

        A broker may hand out a birth of a device before that of its node. Both may be of the same millisecond; data of
        that millisecond may be older than the birth, so they are not kept.
        """
        self._due = (birth.payload.seq + 1) % SEQS
        self._birth = birth.digest
        self._before, self._seen = self._seen, {birth.payload.seq % SEQS: birth.digest}
        least = birth.time_ms
        self._held = {
            seq: heard
            for seq, heard in self._held.items()
            if least and (heard.time_ms > least or (heard.time_ms == least and heard.kind == "DBIRTH"))
        }

    def end(self) -> None:
        """No sequence from here on."""
        self._due = -1
        self._held.clear()

    def turn(self, heard: Heard) -> Event:
        """BIRTH, DUE, STRAY or REPEATED. Of a death the sequence says nothing: it has no number."""
        digest = heard.digest
        if heard.kind == "NBIRTH":
            return Event.REPEATED if digest and digest == self._birth else Event.BIRTH
        seq = heard.payload.seq
        if seq == self._due:
            return Event.DUE
        if digest and digest in (self._seen.get(seq), self._before.get(seq)):
            return Event.REPEATED
        return Event.STRAY

    def take(self, heard: Heard) -> None:
        """It was its turn: the next one's has come."""
        seq = heard.payload.seq
        self._seen[seq] = heard.digest
        self._due = (seq + 1) % SEQS

    def hold(self, heard: Heard) -> None:
        seq = heard.payload.seq
        if seq < SEQS:
            self._seen[seq] = heard.digest
            self._held[seq] = heard

    def next(self) -> Heard | None:
        """Of those held back, the one whose turn has come."""
        heard = self._held.pop(self._due, None)
        if heard:
            self.take(heard)
        return heard

    def flush(self) -> list[Heard]:
        """All that are held back, in the order of their numbers."""
        held = sorted(self._held.items(), key=lambda row: (row[0] - self._due) % SEQS)
        self._held.clear()
        return [heard for _, heard in held]

    def restamp(self, now: int) -> None:
        """The clock was set back: what is held back came now at the latest."""
        self._held = {seq: heard._replace(since=min(heard.since, now)) for seq, heard in self._held.items()}

    def forget(self, before: int) -> None:
        """Those that came before this instant (ns UTC) have waited long enough."""
        self._held = {seq: heard for seq, heard in self._held.items() if heard.since > before}
