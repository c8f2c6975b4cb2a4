"""Sparkplug B by the book: payloads, and what a host knows of an edge node."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.mqtt.gather import Gather
from drivers.mqtt.nodes import ANSWER_S, ASK_AGAIN_S, Nodes
from drivers.mqtt.plan import address_of
from drivers.mqtt.sparkplug import MS, HostState, Metric, Topic, Type, decode, encode, parse_topic, value_of
from supervisor.clock import SECOND
from supervisor.model import Quality
from tests.drivers.mqtt import town

NOW = 1_760_000_000 * SECOND
PLANT = town.site(
    town.link(1883),
    {"PK": ("park", {"group": "g", "node": "n"}), "PD": ("park", {"group": "g", "node": "n", "device": "d"})},
)
BOUNDS = {
    Type.INT8: (-128, 127), Type.INT16: (-(2**15), 2**15 - 1), Type.INT32: (-(2**31), 2**31 - 1),
    Type.INT64: (-(2**53), 2**53), Type.UINT8: (0, 255), Type.UINT16: (0, 2**16 - 1), Type.UINT32: (0, 2**32 - 1),
    Type.UINT64: (0, 2**53),
}  # fmt: skip


class Town:
    """A host that is told messages one by one."""

    def __init__(self) -> None:
        self.nodes = Nodes()
        self.now = NOW
        for tag in PLANT.tags:
            self.nodes.add(tag, address_of(tag))
        self.nodes.connected(self.now)
        self.nodes.requests(self.now)
        self.now += 6 * SECOND

    def tell(self, kind: str, metrics: list[Metric], seq: int | None = None, device: str = "") -> list[tuple]:
        """Rows (tag, value or text, quality, historical)."""
        gather = Gather()
        self.garbage = self.nodes.read(
            Topic("g", kind, "n", device), encode(metrics, self.now // MS, seq), self.now, gather
        )
        return self.rows(gather)

    def rows(self, gather: Gather) -> list[tuple]:
        return [
            (PLANT.tags[i].id, b.texts.get(place, float(v)), int(q), b.historical)
            for b in gather.finish()
            for place, (i, v, q) in enumerate(zip(b.index, b.value, b.quality, strict=True))
        ]

    def birth(self, bdseq: float = 7.0, **changes: Metric) -> list[tuple]:
        metrics = {
            "bdSeq": Metric("bdSeq", Type.INT64, bdseq),
            "free": Metric("Places/Free", Type.INT32, 120.0, 1),
            "offset": Metric("Offset", Type.INT16, -5.0, 2),
            "entries": Metric("Entries", Type.UINT64, 9e9, 3),
            "name": Metric("Name", Type.STRING, "Ralliement", 4),
            "sign": Metric("Sign/State", Type.UINT8, 0.0, 5),
        }
        return self.tell("NBIRTH", list((metrics | changes).values()), 0)

    def asked(self) -> bool:
        return bool(self.nodes.requests(self.now))


def good(tag: str, value: float | str, historical: bool = False) -> tuple:
    return (tag, value, int(Quality.GOOD), historical)


@settings(deadline=None)
@given(st.sampled_from(list(BOUNDS)).flatmap(lambda t: st.tuples(st.just(t), st.integers(*BOUNDS[t]))))
def test_that_whole_numbers_of_every_type_come_back(case):
    kind, value = case
    (metric,) = decode(encode([Metric("m", kind, float(value))], 1)).metrics
    assert value_of(metric, kind) == value


@pytest.mark.parametrize("bits", [8, 32])
def test_that_a_negative_int8_is_read_in_eight_bits_and_in_thirty_two(bits):
    payload = decode(encode([Metric("m", Type.UINT32, float(2**bits - 5))], 1))
    assert value_of(payload.metrics[0], Type.INT8) == -5.0


def test_that_the_bytes_are_those_of_the_specification():
    # field 3 of a metric is its timestamp, 4 its datatype, 10 an int; field 3 of the payload is seq
    metric = bytes([0x0A, 1]) + b"m" + bytes([0x18, 5, 0x20, 3, 0x50, 42])
    assert encode([Metric("m", Type.INT32, 42.0)], 5, 1) == bytes([0x08, 5, 0x12, len(metric)]) + metric + bytes(
        [0x18, 1]
    )


@pytest.mark.parametrize(
    ("kind", "value"), [(Type.UINT8, 256.0), (Type.INT8, -129.0), (Type.UINT16, -1.0), (Type.INT32, 0.5), (16, 1.0)]
)
def test_that_what_does_not_fit_its_datatype_is_refused(kind, value):
    with pytest.raises(ValueError, match=r"."):
        encode([Metric("m", kind, value)], 1)


def test_that_topics_of_edge_nodes_are_told_from_others():
    assert parse_topic("spBv1.0/g/DDATA/n/d") == Topic("g", "DDATA", "n", "d")
    assert str(Topic("g", "NCMD", "n")) == "spBv1.0/g/NCMD/n"
    assert parse_topic("spBv1.0/STATE/vigie") is None


def test_that_a_birth_brings_every_value_and_says_the_node_is_online():
    town_ = Town()
    rows = town_.birth()
    assert good("PK.free", 120.0) in rows
    assert good("PK.offset", -5.0) in rows
    assert good("PK.entries", 9e9) in rows
    assert good("PK.name", "Ralliement") in rows
    assert good("PK.online", 1.0) in rows
    assert not any(row[0].startswith("PD.") for row in rows)


def test_that_data_by_alias_alone_are_read_with_the_datatype_of_the_birth():
    town_ = Town()
    town_.birth()
    assert town_.tell("NDATA", [Metric("", Type.INT16, -7.0, 2)], 1) == [good("PK.offset", -7.0)]
    assert not town_.asked()


def test_that_a_gap_in_the_sequence_asks_for_a_rebirth_once_and_mistrusts_aliases_until_it_comes():
    town_ = Town()
    town_.birth()
    assert town_.tell("NDATA", [Metric("", Type.INT32, 50.0, 1)], 2) == []
    ((topic, payload),) = town_.nodes.requests(town_.now)
    assert topic == "spBv1.0/g/NCMD/n"
    (metric,) = decode(payload).metrics
    assert (metric.name, metric.boolean_value) == ("Node Control/Rebirth", True)
    assert town_.tell("NDATA", [Metric("Places/Free", Type.INT32, 51.0)], 3) == [good("PK.free", 51.0)]
    assert not town_.asked()  # not again within ASK_AGAIN_S
    town_.now += round(ASK_AGAIN_S * SECOND)
    town_.tell("NDATA", [], 4)
    assert town_.asked()
    town_.birth()
    assert town_.tell("NDATA", [Metric("", Type.INT32, 52.0, 1)], 1) == [good("PK.free", 52.0)]


def test_that_the_sequence_wraps_from_255_to_0():
    town_ = Town()
    town_.birth()
    for seq in [*range(1, 256), 0, 1]:
        assert town_.tell("NDATA", [Metric("", Type.INT32, 1.0, 1)], seq)
    assert not town_.asked()


def test_that_data_before_a_birth_and_unknown_aliases_ask_for_a_rebirth():
    town_ = Town()
    assert town_.tell("NDATA", [Metric("Places/Free", Type.INT32, 1.0)], 5) == []
    assert town_.asked()
    town_ = Town()
    town_.birth()
    assert town_.tell("NDATA", [Metric("", Type.INT32, 1.0, 99)], 1) == []
    assert town_.asked()


def test_that_a_death_with_the_births_bdseq_loses_every_tag_and_another_is_ignored():
    town_ = Town()
    town_.birth(bdseq=7.0)
    assert town_.tell("NDEATH", [Metric("bdSeq", Type.INT64, 6.0)]) == []
    rows = town_.tell("NDEATH", [Metric("bdSeq", Type.INT64, 7.0)])
    lost = {row[0] for row in rows if row[2] == Quality.NOT_CONNECTED}
    assert {"PK.free", "PK.sign", "PD.free"} <= lost
    assert good("PK.online", 0.0) in rows
    assert town_.tell("NDATA", [Metric("", Type.INT32, 1.0, 1)], 1) == []


def test_that_a_device_is_born_and_dies_by_itself():
    town_ = Town()
    town_.birth()
    rows = town_.tell("DBIRTH", [Metric("Places/Free", Type.INT32, 3.0, 11)], 1, "d")
    assert good("PD.free", 3.0) in rows
    assert good("PD.online", 1.0) in rows
    assert ("PD.sign", Quality.CONFIGURATION) in {(row[0], row[2]) for row in rows}
    assert town_.tell("DDATA", [Metric("", Type.INT32, 4.0, 11)], 2, "d") == [good("PD.free", 4.0)]
    rows = town_.tell("DDEATH", [], 3, "d")
    assert ("PD.free", Quality.NOT_CONNECTED) in {(row[0], row[2]) for row in rows}
    assert good("PD.online", 0.0) in rows
    assert not any(row[0].startswith("PK.") for row in rows)


def test_that_another_session_without_a_death_loses_the_devices_of_the_earlier_one():
    town_ = Town()
    town_.birth(bdseq=7.0)
    town_.tell("DBIRTH", [Metric("Places/Free", Type.INT32, 3.0, 11)], 1, "d")
    assert not any(row[0] == "PD.free" for row in town_.birth(bdseq=7.0))
    assert ("PD.free", Quality.NOT_CONNECTED) in {(row[0], row[2]) for row in town_.birth(bdseq=8.0)}


def test_that_historical_values_go_to_history_and_null_is_no_value():
    town_ = Town()
    town_.birth()
    old = Metric("", Type.INT32, 33.0, 1, (NOW - 60 * SECOND) // MS, historical=True)
    assert town_.tell("NDATA", [old], 1) == [good("PK.free", 33.0, historical=True)]
    ((tag, _, quality, _),) = town_.tell("NDATA", [Metric("", Type.INT32, None, 1)], 2)
    assert (tag, quality) == ("PK.free", Quality.DEVICE_FAULT)


def test_that_a_node_which_never_answers_is_known_to_be_offline():
    town_ = Town()
    gather = Gather()
    town_.nodes.overdue(town_.now, gather)
    assert not gather.finish()
    town_.nodes.overdue(NOW + round(ANSWER_S * SECOND), gather)
    assert set(town_.rows(gather)) == {good("PK.online", 0.0), good("PD.online", 0.0)}
    town_.nodes.overdue(NOW + 60 * SECOND, gather)
    assert not gather.finish()


def test_that_a_command_carries_the_births_datatype_and_only_to_a_metric_of_the_birth():
    town_ = Town()
    sign, offset = PLANT.tag_by_id["PK.sign"], PLANT.tag_by_id["PK.offset"]
    with pytest.raises(ValueError, match="offline"):
        town_.nodes.command(sign, 1.0, NOW)
    town_.birth()
    topic, payload = town_.nodes.command(sign, 1.0, NOW)
    (metric,) = decode(payload).metrics
    assert (topic, metric.name, metric.alias, metric.datatype, metric.int_value) == (
        "spBv1.0/g/NCMD/n", "Sign/State", 5, Type.UINT8, 1,
    )  # fmt: skip
    with pytest.raises(ValueError, match="0 to 255"):
        town_.nodes.command(sign, 300.0, NOW)
    assert decode(town_.nodes.command(offset, -2.0, NOW)[1]).metrics[0].int_value == 2**32 - 2
    town_.tell("DBIRTH", [Metric("Places/Free", Type.INT32, 3.0, 11)], 1, "d")
    with pytest.raises(ValueError, match="did not announce"):
        town_.nodes.command(PLANT.tag_by_id["PD.sign"], 1.0, NOW)


def test_that_birth_and_will_of_the_host_share_an_instant():
    host = HostState("vigie", NOW)
    assert host.topic == "spBv1.0/STATE/vigie"
    assert host.birth == b'{"online":true,"timestamp":%d}' % (NOW // MS)
    assert host.will == host.birth.replace(b"true", b"false")
    assert host.denied(host.will)
    assert not host.denied(host.birth)
    assert not host.denied(b"garbage")


KINDS = st.sampled_from(["NBIRTH", "NDATA", "NDEATH", "DBIRTH", "DDATA", "DDEATH"])
METRICS = st.builds(
    Metric,
    st.sampled_from(["bdSeq", "Places/Free", "Offset", "Name", "Sign/State", "", "?"]),
    st.sampled_from([Type.INT32, Type.DOUBLE, Type.STRING, Type.BOOLEAN]),
    st.none() | st.integers(0, 100).map(float),
    st.none() | st.integers(0, 8),
    st.integers(0, 2**63),
    st.booleans(),
)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(KINDS, st.lists(METRICS, max_size=4), st.none() | st.integers(0, 5), st.sampled_from(["", "d"])),
        max_size=8,
    )
)
def test_that_any_story_of_well_formed_messages_is_survived(story):
    town_ = Town()
    for kind, metrics, seq, device in story:
        for tag, value, quality, _ in town_.tell(kind, metrics, seq, device):
            assert tag.startswith(("PK.", "PD."))
            assert isinstance(value, str) or value == value or quality >= 0x80
