"""Listening to a broker that no site knows yet: which topics speak, and which tags they would carry.

It subscribes and listens; it publishes nothing, not even a Sparkplug rebirth request, so a node that was born before is
known by what it says from now on: its metrics have no names until its next birth.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from drivers.mqtt import probe_words as words
from drivers.mqtt.address import Address, Format, Settings, fill, parse_settings, parse_url
from drivers.mqtt.examine import matches
from drivers.mqtt.guess import Guess, Proposal, group, guess
from drivers.mqtt.keys import Keys, open_keys
from drivers.mqtt.orders import Outgoing
from drivers.mqtt.session import V5, V311, Hail, Message, NotSpoken, Session
from supervisor.errors import LinkLost, Unavailable, WriteFailed, WriteUnknown
from supervisor.model import Tag
from supervisor.probe import FAILED, UNKNOWN, Fact, Finding, Peer, Progress, Report, link_id

OPTIONS = {
    "for": "seconds to listen (10)",
    "topic": "filter to listen to (#)",
    "most": "how many topics at most (5000)",
    "user": "who to sign in as; or write mqtt://user@host",
}
TOLD_S = 0.25
"""How often progress is told."""
AT_ONCE, BYTES = 1000, 1 << 20
SHOWN = 120
"""Characters of a payload that are shown."""


@dataclass(slots=True)
class _Voice:
    """What one topic, or one device, said."""

    guess: Guess
    topic: str
    last: bytes
    count: int = 0
    retained: bool = False
    time: int = 0
    first: int = 0
    proposals: dict[str, Proposal] = field(default_factory=dict)
    """Path -> the newest; messages that say only what changed do not take the others away."""

    def take(self, message: Message, said: Guess, now: int) -> None:
        if said.proposals or not self.proposals:
            self.guess = said
        self.first = self.first or now
        self.count, self.last, self.time, self.topic = self.count + 1, message.payload, now, message.topic
        self.retained = self.retained or message.retained
        self.proposals |= {proposal.path: proposal for proposal in said.proposals}


@dataclass(frozen=True, slots=True)
class _Wish:
    listen_s: float
    topic: str
    most: int
    settings: Settings
    peer: Peer
    """Whose language its sentences are in."""

    @classmethod
    def of(cls, peer: Peer, topic: str = "") -> _Wish:
        """Raises Unavailable."""
        topic = topic or peer.words.get("topic", "#")
        wish = cls(peer.number("for", "10"), topic, peer.whole("most", "5000"), parse_settings({}), peer)
        if not wish.listen_s > 0 or wish.most < 1 or not wish.topic:
            raise Unavailable(peer.say(words.EMPTY))
        return wish


class MqttProbe:
    """See the module and `supervisor.probe.Probe`."""

    options: Mapping[str, str] = OPTIONS

    async def look(self, peer: Peer, report: Report) -> None:
        wish = _Wish.of(peer)
        async with _session(peer, wish, report) as session:
            voices = await _listened(session, wish, report)
        for voice in voices.values():
            for finding in _findings(voice, wish.listen_s):
                report(finding)
        if not voices:
            report(Fact("note", "nothing", peer.say(words.NOTHING, wish.topic, wish.listen_s)))

    async def read(self, peer: Peer, place: str) -> Finding:
        """The next message of "TOPIC" or "TOPIC PATH", a retained one at once."""
        topic, _, path = place.partition(" ")
        wish = _Wish.of(peer, topic)
        async with _session(peer, wish, lambda news: None) as session:
            message = await _next(session, wish)
        voice = _Voice(guess(message.topic, message.payload), message.topic, message.payload)
        voice.take(message, voice.guess, time.time_ns())
        found = [one for one in _findings(voice, wish.listen_s) if not path or one.name == path]
        if not found:
            there = ", ".join(voice.proposals) or peer.say(words.UNREADABLE)
            raise Unavailable(peer.say(words.LACKS, message.topic, path, there))
        return found[0]

    async def write(self, peer: Peer, place: str, value: str) -> str:
        """Publish `value` as it is written, once; the broker says that it has it, no device answers here."""
        wish = _Wish.of(peer)
        if set(place) & set("+#"):
            raise Unavailable(peer.say(words.FILTER, place))
        async with _session(peer, wish, lambda news: None, listen=False) as session:
            try:
                await session.write(Outgoing(place, value.encode(), 1), wish.listen_s)
            except WriteFailed as error:
                raise Unavailable(peer.say(FAILED, error)) from None
            except WriteUnknown as error:
                raise Unavailable(peer.say(UNKNOWN, error)) from None
        return peer.say(words.TAKEN, value)

    def touches(self, peer: Peer, place: str, tag: Tag) -> bool | None:
        """A topic that it is written by, or speaks on. Of another one nobody knows who listens to it."""
        address, args = (tag.source.address if tag.source else None), tag.equipment.args
        if not isinstance(address, Address):
            return None
        if address.format is Format.SPARKPLUG:
            levels = place.split("/")
            return (levels[1:2] == [args.get("group")] and args.get("node") in levels[3:4]) or None
        try:
            filters = [fill(text, args) for text in (address.write_topic, address.topic) if text]
        except ValueError:
            return None
        return any(matches(one, place) for one in filters) or None


@asynccontextmanager
async def _session(peer: Peer, wish: _Wish, report: Report, listen: bool = True) -> AsyncIterator[Session]:
    """A session that listens, for as long as a person looks. Raises Unavailable."""
    session: Session | None = None
    try:
        user = peer.words.get("user", "")
        broker = parse_url(peer.url)
        broker = broker if broker.user or not user else parse_url(peer.url.replace("://", f"://{user}@", 1))
        keys = Keys()
        if broker.user or broker.tls:
            keys = await asyncio.to_thread(open_keys, broker, wish.settings.server_name, link_id(peer.url), peer.vault)
        for version in (V5, V311):
            session = Session(Hail(f"vigie-probe-{uuid.uuid4().hex[:8]}", wish.settings.keepalive_s), version)
            try:
                await session.open(broker, keys)
                break
            except NotSpoken:
                if version == V311:
                    raise
                await session.close()
                session = None
        assert session is not None
        report(Fact("broker", f"{broker.host}:{broker.port}", "MQTT 5" if version == V5 else "MQTT 3.1.1"))
        if listen and await session.subscribe([wish.topic], 0):
            raise Unavailable(peer.say(words.FORBIDDEN, wish.topic))
        yield session
    except ValueError as error:
        raise Unavailable(peer.say(words.WRONG, error)) from None
    except LinkLost as lost:
        raise Unavailable(peer.say(words.LOST, peer.url, lost)) from None
    finally:
        if session is not None:
            await session.close()


async def _listened(session: Session, wish: _Wish, report: Report) -> dict[str, _Voice]:
    loop = asyncio.get_running_loop()
    begun, voices, messages, full = loop.time(), dict[str, _Voice](), 0, False
    while (left := begun + wish.listen_s - loop.time()) > 0:
        if session.reason:
            raise LinkLost(session.reason)
        await asyncio.sleep(min(left, TOLD_S))
        while taken := session.take(AT_ONCE, BYTES):
            for message in taken:
                full = not _heard(voices, message, wish.most) or full
            messages += len(taken)
            await asyncio.sleep(0)
        done = min(loop.time() - begun, wish.listen_s)
        report(Progress(done, wish.listen_s, wish.peer.say(words.HEARD, len(voices), messages)))
    if full:
        report(Fact("note", "full", wish.peer.say(words.FULL, wish.most)))
    return voices


def _heard(voices: dict[str, _Voice], message: Message, most: int) -> bool:
    """Take one message; False where there is no room for its topic."""
    key = group(message.topic)
    if not message.topic or (key not in voices and len(voices) >= most):
        return not message.topic
    said = guess(message.topic, message.payload)
    if key not in voices:
        voices[key] = _Voice(said, message.topic, message.payload)
    voices[key].take(message, said, time.time_ns())
    return True


async def _next(session: Session, wish: _Wish) -> Message:
    try:
        async with asyncio.timeout(wish.listen_s):
            while not session.inbox:
                if session.reason:
                    raise LinkLost(session.reason)
                await session.wake.wait()
                session.wake.clear()
    except TimeoutError:
        raise Unavailable(wish.peer.say(words.NONE_CAME, wish.listen_s)) from None
    return session.take(1, BYTES)[0]


def _findings(voice: _Voice, listen_s: float) -> list[Finding]:
    """One per tag that is proposed; one all the same where nothing is."""
    said = voice.guess
    common = {
        "format": str(said.format),
        "rate": _rate(voice, listen_s),
        "retained": "✓" if voice.retained else "",
        "payload": _shown(voice.last),
    }
    proposals = list(voice.proposals.values())
    if not proposals:
        raw = voice.last[:64].hex(" ")
        return [Finding(group(voice.topic), {}, "", raw, {"value": "", **common}, time=voice.time, args=said.args)]
    return [
        Finding(
            f"{group(voice.topic)} {one.path}".rstrip(),
            {},
            one.path,
            one.value.encode().hex(" ") if said.format == "plain" else "",
            {"value": one.value, **common},
            "value",
            time=voice.time,
            kind=one.kind,
            row=_row(said, one),
            args=said.args,
        )
        for one in proposals
    ]


def _row(said: Guess, one: Proposal) -> dict[str, str]:
    row = {"format": str(said.format), "topic": said.topic, "path": one.path, "time": said.time}
    return {column: text for column, text in row.items() if text}


def _rate(voice: _Voice, listen_s: float) -> str:
    """Messages a minute; a single retained one was not said now."""
    if voice.count == 1 and voice.retained:
        return ""
    return f"{60 * voice.count / listen_s:.3g}"


def _shown(payload: bytes) -> str:
    try:
        text = payload.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if not text or not text.replace("\n", " ").isprintable():
        return payload[: SHOWN // 3].hex(" ")
    text = " ".join(text.split())
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
