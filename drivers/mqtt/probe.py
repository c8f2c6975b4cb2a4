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

from drivers.mqtt.address import Settings, parse_settings, parse_url
from drivers.mqtt.guess import Guess, Proposal, group, guess
from drivers.mqtt.keys import Keys, open_keys
from drivers.mqtt.orders import Outgoing
from drivers.mqtt.session import V5, V311, Hail, Message, NotSpoken, Session
from supervisor.errors import LinkLost, Unavailable, WriteFailed, WriteUnknown
from supervisor.probe import Fact, Finding, Peer, Progress, Report, link_id

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

    @classmethod
    def of(cls, words: Mapping[str, str]) -> _Wish:
        """Raises Unavailable."""
        try:
            wish = cls(
                float(words.get("for", "10")),
                words.get("topic", "#"),
                int(words.get("most", "5000")),
                parse_settings({}),
            )
        except ValueError as error:
            raise Unavailable(f"the options make no sense: {error}") from None
        if wish.listen_s <= 0 or wish.most < 1 or not wish.topic:
            raise Unavailable("--for and --most are greater than zero, and --topic is not empty: # is everything")
        return wish


class MqttProbe:
    """See the module and `supervisor.probe.Probe`."""

    options: Mapping[str, str] = OPTIONS

    async def look(self, peer: Peer, report: Report) -> None:
        wish = _Wish.of(peer.words)
        async with _session(peer, wish, report) as session:
            voices = await _listened(session, wish, report)
        for voice in voices.values():
            for finding in _findings(voice, wish.listen_s):
                report(finding)
        if not voices:
            report(Fact("note", "nothing", f"no message on {wish.topic} in {wish.listen_s:g} s: listen longer (--for)"))

    async def read(self, peer: Peer, place: str) -> Finding:
        """The next message of "TOPIC" or "TOPIC PATH", a retained one at once."""
        topic, _, path = place.partition(" ")
        wish = _Wish.of({**peer.words, "topic": topic})
        async with _session(peer, wish, lambda news: None) as session:
            message = await _next(session, wish.listen_s)
        voice = _Voice(guess(message.topic, message.payload), message.topic, message.payload)
        voice.take(message, voice.guess, time.time_ns())
        found = [one for one in _findings(voice, wish.listen_s) if not path or one.name == path]
        if not found:
            there = ", ".join(voice.proposals) or "nothing that can be read"
            raise Unavailable(f'the message on {message.topic} has no "{path}": there is {there}')
        return found[0]

    async def write(self, peer: Peer, place: str, value: str) -> str:
        """Publish `value` as it is written, once; the broker says that it has it, no device answers here."""
        wish = _Wish.of(peer.words)
        if set(place) & set("+#"):
            raise Unavailable(f"{place} is a filter: a write goes to one topic")
        async with _session(peer, wish, lambda news: None, listen=False) as session:
            try:
                await session.write(Outgoing(place, value.encode(), 1), wish.listen_s)
            except WriteFailed as error:
                raise Unavailable(f"nothing was written: {error}") from None
            except WriteUnknown as error:
                raise Unavailable(f"nobody knows whether it was written: {error}") from None
        return f"{value} (the broker has it)"


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
            raise Unavailable(f"the broker does not let us listen to {wish.topic}: look at its access list")
        yield session
    except ValueError as error:
        raise Unavailable(str(error)) from None
    except LinkLost as lost:
        raise Unavailable(f"{peer.url}: {lost}") from None
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
        report(Progress(done, wish.listen_s, f"{len(voices)} topics, {messages} messages"))
    if full:
        report(Fact("note", "full", f"more than {wish.most} topics: say --topic or --most for the others"))
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


async def _next(session: Session, within_s: float) -> Message:
    try:
        async with asyncio.timeout(within_s):
            while not session.inbox:
                if session.reason:
                    raise LinkLost(session.reason)
                await session.wake.wait()
                session.wake.clear()
    except TimeoutError:
        raise Unavailable(f"no message came within {within_s:g} s: listen longer with --for") from None
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
