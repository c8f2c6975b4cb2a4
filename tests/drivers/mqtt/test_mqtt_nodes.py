"""What a Sparkplug host knows of an edge node: every state with every message, and any order of any messages."""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.mqtt import sparkplug
from drivers.mqtt.gather import Gather
from drivers.mqtt.node import ANSWER_S, ASK_AGAIN_S, ASK_LAST_S, REBORN_S
from drivers.mqtt.nodes import Nodes
from drivers.mqtt.order import MOST
from drivers.mqtt.plan import address_of
from drivers.mqtt.sparkplug import MS, Metric, Topic, Type, decode, encode
from drivers.mqtt.states import ROWS, Act, Event, State
from supervisor.clock import SECOND
from supervisor.flow import Batch
from supervisor.model import Quality
from supervisor.table import TagTable
from tests.drivers.mqtt.host import FREE, NOW, PLANT, Host, good, with_quality

# Births and what follows them


def test_that_a_birth_brings_every_value_and_says_the_node_is_online():
    host = Host()
    rows = host.birth()
    assert good("PK.free", 120.0) in rows
    assert good("PK.offset", -5.0) in rows
    assert good("PK.entries", 9e9) in rows
    assert good("PK.name", "Ralliement") in rows
    assert good("PK.online", 1.0) in rows
    assert not any(row[0].startswith("PD.") for row in rows)


def test_that_data_by_alias_alone_are_read_with_the_datatype_of_the_birth():
    host = Host()
    host.birth()
    assert host.tell("NDATA", [Metric("", Type.INT16, -7.0, 2)], 1) == [good("PK.offset", -7.0)]
    assert not host.asked()


def test_that_data_may_name_their_metrics():
    host = Host()
    host.birth()
    assert host.tell("NDATA", [Metric("Places/Free", Type.INT32, 7.0)], 1) == [good("PK.free", 7.0)]


def test_that_a_metric_the_new_birth_does_not_name_is_a_mistake_of_configuration():
    host = Host()
    host.birth()
    rows = host.tell("NBIRTH", [Metric("bdSeq", Type.INT64, 7.0), Metric("Offset", Type.INT16, 1.0, 1)], 0)
    assert with_quality(rows, Quality.CONFIGURATION) == {"PK.free", "PK.entries", "PK.name", "PK.sign"}
    assert host.tell("NDATA", [FREE], 1) == [good("PK.offset", 50.0)]  # alias 1 is another's now


def test_that_a_metric_of_a_datatype_no_tag_can_hold_is_counted_and_said():
    host = Host()
    rows = host.birth(free=Metric("Places/Free", 17, b"bytes", 1))
    assert with_quality(rows, Quality.CONFIGURATION) == {"PK.free"}
    assert host.garbage == 1
    assert host.tell("NDATA", [Metric("", 17, b"more", 1), Metric("", Type.INT16, 4.0, 2)], 1) == [
        good("PK.offset", 4.0)
    ]


def test_that_an_alias_of_two_metrics_of_one_device_is_neithers():
    host = Host()
    host.birth(offset=Metric("Offset", Type.INT16, -5.0, 1))
    assert host.tell("NDATA", [FREE], 1) == []
    assert host.garbage == 1
    assert host.tell("NDATA", [Metric("Offset", Type.INT16, 1.0, 1)], 2) == [good("PK.offset", 1.0)]
    assert host.node.devices[""].alias_of("Offset") is None
    assert not host.asked()


def test_that_an_alias_of_two_devices_is_told_apart_by_the_topic():
    host = Host()
    host.birth()
    host.tell("DBIRTH", [Metric("Places/Free", Type.INT32, 3.0, 2)], 1, "d")
    assert host.tell("NDATA", [Metric("", Type.INT16, 9.0, 2)], 2) == [good("PK.offset", 9.0)]
    assert host.tell("DDATA", [Metric("", Type.INT32, 8.0, 2)], 3, "d") == [good("PD.free", 8.0)]


def test_that_an_alias_of_zero_is_an_alias():
    host = Host()
    host.birth(free=Metric("Places/Free", Type.INT32, 120.0, 0))
    assert host.tell("NDATA", [Metric("", Type.INT32, 8.0, 0)], 1) == [good("PK.free", 8.0)]


def test_that_data_before_a_birth_and_unknown_aliases_ask_for_a_rebirth():
    host = Host()
    assert host.tell("NDATA", [Metric("Places/Free", Type.INT32, 1.0)], 5) == []
    assert host.asked()
    host = Host()
    host.birth()
    assert host.tell("NDATA", [Metric("", Type.INT32, 1.0, 99)], 1) == []
    assert host.asked()


@pytest.mark.parametrize("kind", ["DBIRTH", "DDATA", "DDEATH"])
def test_that_a_device_before_its_node_asks_for_a_rebirth_and_brings_nothing(kind):
    host = Host()
    assert host.tell(kind, [Metric("Places/Free", Type.INT32, 1.0)], 1, "d") == []
    assert host.asked()


def test_that_data_of_a_device_that_was_not_born_ask_for_a_rebirth():
    host = Host()
    host.birth()
    assert host.tell("DDATA", [Metric("Places/Free", Type.INT32, 1.0)], 1, "d") == []
    assert host.asked()


def test_that_a_device_is_born_and_dies_by_itself():
    host = Host()
    host.birth()
    rows = host.device_birth()
    assert good("PD.free", 3.0) in rows
    assert good("PD.online", 1.0) in rows
    assert "PD.sign" in with_quality(rows, Quality.CONFIGURATION)
    assert host.tell("DDATA", [Metric("", Type.INT32, 4.0, 11)], 2, "d") == [good("PD.free", 4.0)]
    rows = host.tell("DDEATH", [], 3, "d")
    assert "PD.free" in with_quality(rows, Quality.NOT_CONNECTED)
    assert good("PD.online", 0.0) in rows
    assert not any(row[0].startswith("PK.") for row in rows)


def test_that_a_device_which_does_not_follow_the_rebirth_of_its_node_is_gone():
    host = Host()
    host.birth()
    host.device_birth()
    assert not any(row[0].startswith("PD.") for row in host.birth())
    assert host.wait(REBORN_S - 0.1) == []
    assert "PD.free" in with_quality(host.wait(0.1), Quality.NOT_CONNECTED)
    assert host.wait(60) == []


def test_that_a_device_which_is_never_born_is_known_to_be_offline():
    host = Host()
    host.birth()
    rows = host.wait(REBORN_S)
    assert good("PD.online", 0.0) in rows
    assert "PD.free" in with_quality(rows, Quality.NOT_CONNECTED)
    assert not any(row[0].startswith("PK.") for row in rows)


def test_that_another_session_without_a_death_loses_the_devices_of_the_earlier_one():
    host = Host()
    host.birth(bdseq=7.0)
    host.device_birth()
    assert "PD.free" in with_quality(host.birth(bdseq=8.0), Quality.NOT_CONNECTED)


def test_that_a_birth_kept_by_the_broker_is_not_believed():
    host = Host()
    body = encode([Metric("bdSeq", Type.INT64, 7.0), Metric("Places/Free", Type.INT32, 1.0, 1)], NOW // MS, 0)
    assert host.give("NBIRTH", body, retained=True) == []
    assert host.node.state is State.UNKNOWN
    assert host.nodes.counted() == ["retained"]


# Values


def test_that_historical_values_go_to_history_and_null_is_no_value():
    host = Host()
    host.birth()
    old = Metric("", Type.INT32, 33.0, 1, (NOW - 60 * SECOND) // MS, historical=True)
    assert host.tell("NDATA", [old], 1) == [good("PK.free", 33.0, historical=True)]
    ((tag, _, quality, _),) = host.tell("NDATA", [Metric("", Type.INT32, None, 1)], 2)
    assert (tag, quality) == ("PK.free", Quality.DEVICE_FAULT)


def test_that_a_value_called_null_is_none_even_where_one_is_given():
    host = Host()
    host.birth()
    payload = decode(encode([FREE], host.now // MS, 1))
    payload.metrics[0].is_null = True
    ((tag, _, quality, _),) = host.give("NDATA", payload.SerializeToString())
    assert (tag, quality) == ("PK.free", Quality.DEVICE_FAULT)


def test_that_history_in_a_packed_payload_is_history():
    host = Host()
    host.birth()
    inner = encode([FREE._replace(historical=True)], host.now // MS, 1)
    packed = sparkplug._PAYLOAD(uuid=sparkplug.COMPRESSED, body=zlib.compress(inner, 9))
    assert host.give("NDATA", packed.SerializeToString()) == [good("PK.free", 50.0, historical=True)]


def test_that_history_without_any_time_is_garbage():
    host = Host()
    host.birth()
    assert host.give("NDATA", encode([FREE._replace(historical=True)], 0, 1)) == []
    assert host.garbage == 1


@pytest.mark.parametrize(
    ("code", "quality"), [(0, Quality.BAD), (500, Quality.STALE), (64, Quality.UNCERTAIN), (192, Quality.GOOD)]
)
def test_that_the_quality_a_node_gives_is_the_tags(code, quality):
    host = Host()
    host.birth()
    ((tag, value, given_, _),) = host.tell("NDATA", [FREE._replace(quality=code)], 1)
    assert (tag, given_) == ("PK.free", quality)
    assert value == 50.0


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan")])
def test_that_what_is_no_finite_number_is_no_value(value):
    host = Host()
    host.birth(offset=Metric("Offset", Type.DOUBLE, 0.0, 2))
    payload = decode(encode([Metric("", Type.DOUBLE, 1.0, 2)], host.now // MS, 1))
    payload.metrics[0].double_value = value
    ((tag, _, quality, _),) = host.give("NDATA", payload.SerializeToString())
    assert (tag, quality) == ("PK.offset", Quality.DEVICE_FAULT)


def test_that_a_metric_has_its_own_time_or_its_payloads():
    host = Host()
    host.birth()
    gather = Gather()
    own = NOW // MS - 5_000
    body = encode([FREE._replace(time_ms=own), Metric("", Type.INT16, 1.0, 2)], NOW // MS + 7, 1)
    host.nodes.read(Topic("g", "NDATA", "n"), body, host.now, gather)
    payload = decode(encode([FREE], 2**63, 2))
    payload.metrics[0].timestamp = 2**64 - 1  # beyond the calendar: as if it said none
    host.nodes.read(Topic("g", "NDATA", "n"), payload.SerializeToString(), host.now, gather)
    assert gather.live.time == [own * MS, NOW + 7 * MS, host.now]


def test_that_one_tag_is_one_element_of_an_array_and_a_metric_of_that_name_comes_first():
    nodes, host = Nodes(), Host()
    tags = {}
    for place, path in enumerate(("Level[0]", "Level[1]", "Level[9]", "Level")):
        tag = PLANT.tags[place]
        tags[tag.id] = path
        nodes.add(tag, dataclasses.replace(address_of(tag), path=path))
    nodes.connected(NOW)
    packed = Metric("Level", Type.INT16_ARRAY, b"\1\0\2\0", 1)
    host.nodes = nodes
    rows = host.tell("NBIRTH", [packed], 0)
    values = {tags[tag]: (value, quality) for tag, value, quality, _ in rows}
    assert values["Level[0]"] == (1.0, Quality.GOOD)
    assert values["Level[1]"] == (2.0, Quality.GOOD)
    assert values["Level[9]"][1] == Quality.DEVICE_FAULT  # it has no such element now
    assert values["Level"][1] == Quality.CONFIGURATION
    rows = host.tell("NBIRTH", [packed, Metric("Level[1]", Type.DOUBLE, 7.5, 2)], 0)
    assert {tags[tag]: value for tag, value, *_ in rows}["Level[1]"] == 7.5
    with pytest.raises(ValueError, match="one element of an array"):
        nodes.command(PLANT.tags[0], 1.0, NOW)


# Deaths


def test_that_a_death_with_the_births_bdseq_loses_every_tag_and_an_older_one_is_ignored():
    host = Host()
    host.birth(bdseq=7.0)
    host.device_birth()
    assert host.death(6.0) == []
    assert not host.asked()
    rows = host.death(7.0)
    assert {"PK.free", "PK.sign", "PD.free"} <= with_quality(rows, Quality.NOT_CONNECTED)
    assert {good("PK.online", 0.0), good("PD.online", 0.0)} <= set(rows)
    assert host.tell("NDATA", [FREE], 1) == []


def test_that_the_old_will_of_a_node_that_came_back_quickly_is_ignored_over_the_wrap_too():
    host = Host()
    host.birth(bdseq=255.0)
    host.birth(bdseq=0.0)
    assert host.death(255.0) == []
    assert host.node.state is State.ONLINE


def test_that_the_death_of_a_session_nobody_saw_born_makes_its_node_doubtful():
    host = Host()
    host.birth(bdseq=7.0)
    assert "PK.free" in with_quality(host.death(8.0), Quality.STALE)
    assert host.asked()


@pytest.mark.parametrize(("born", "died"), [(None, None), (None, 3.0), (7.0, None)])
def test_that_a_death_that_cannot_be_matched_counts_and_a_node_that_lives_is_asked(born, died):
    host = Host()
    host.birth(bdseq=born)
    assert "PK.free" in with_quality(host.death(died), Quality.NOT_CONNECTED)
    assert host.asked()


def test_that_the_birth_of_a_session_whose_death_was_heard_counts_but_is_asked_for_again():
    host = Host()
    host.birth(bdseq=7.0)
    host.death(7.0)
    assert good("PK.free", 120.0) in host.birth(bdseq=7.0)
    assert host.asked()
    host.birth(bdseq=7.0)
    host.now += 120 * SECOND
    assert not host.asked()


# Sequence


def test_that_the_sequence_wraps_from_255_to_0():
    host = Host()
    host.birth()
    for seq in [*range(1, 256), 0, 1]:
        assert host.tell("NDATA", [FREE], seq)
    assert not host.asked()


def test_that_messages_out_of_order_are_put_in_order_and_nothing_is_asked():
    host = Host()
    host.birth()
    assert host.tell("NDATA", [FREE._replace(value=2.0)], 2) == []
    assert host.tell("NDATA", [FREE._replace(value=3.0)], 3) == []
    assert host.node.state is State.HOLDING
    assert [row[1] for row in host.tell("NDATA", [FREE._replace(value=1.0)], 1)] == [1.0, 2.0, 3.0]
    assert host.node.state is State.ONLINE
    assert host.wait(4) == []
    assert not host.asked()


def test_that_the_reorder_timer_starts_with_the_first_message_of_each_gap():
    host = Host()
    host.birth()
    host.tell("NDATA", [FREE], 2)
    host.wait(1.5)
    host.tell("NDATA", [FREE], 4)
    assert host.tell("NDATA", [FREE], 1)
    assert host.wait(1.5) == []  # of the second gap only 1.5 s are over
    assert host.node.state is State.HOLDING
    host.wait(0.5)
    assert host.node.state is State.DOUBTFUL


def test_that_a_loss_is_counted_also_where_a_birth_comes_before_anybody_asked():
    host = Host()
    host.birth()
    host.asked()
    host.nodes.counted()
    host.tell("NDATA", [FREE], 2)
    assert with_quality(host.wait(2.1), Quality.STALE)
    host.wait(0.1)
    host.birth()
    assert not host.asked()
    assert host.nodes.counted() == ["rebirth"]


def test_that_a_message_missing_for_too_long_makes_every_tag_stale_and_asks_until_it_is_answered():
    host = Host()
    host.birth()
    host.wait(REBORN_S)  # the device is not there
    host.tell("NDATA", [FREE], 2)
    assert host.nodes.next_at() == host.now + 2 * SECOND
    assert host.wait(1.9) == []
    assert not host.asked()
    rows = host.wait(0.2)
    assert with_quality(rows, Quality.STALE) == {"PK.free", "PK.offset", "PK.entries", "PK.name", "PK.sign"}
    ((topic, payload),) = host.nodes.requests(host.now)
    (metric,) = decode(payload).metrics
    assert (topic, metric.name, metric.boolean_value) == ("spBv1.0/g/NCMD/n", "Node Control/Rebirth", True)
    assert host.nodes.counted() == ["rebirth"]
    waits = []
    for _ in range(6):
        due = host.nodes.next_at()
        waits.append((due - host.now) / SECOND)
        host.now = due
        assert host.asked()
    assert waits == [ASK_AGAIN_S * 2, 20.0, 40.0, ASK_LAST_S, ASK_LAST_S, ASK_LAST_S]
    assert host.birth()
    host.now += 600 * SECOND
    assert not host.asked()
    assert host.tell("NDATA", [FREE._replace(value=52.0)], 1) == [good("PK.free", 52.0)]


def test_that_in_doubt_only_what_says_by_itself_what_it_is_is_taken():
    host = Host()
    host.birth()
    host.tell("NDATA", [FREE], 2)
    host.wait(3)
    named = Metric("Places/Free", Type.INT32, 51.0, 1)
    assert host.tell("NDATA", [FREE], 3) == []
    assert host.tell("NDATA", [named], 4) == [good("PK.free", 51.0)]
    host.now += MS
    assert host.give("NDATA", encode([named], host.now // MS, 5, typed=False)) == []


def test_that_what_waited_in_vain_is_taken_where_it_says_by_itself_what_it_is():
    host = Host()
    host.birth()
    host.tell("NDATA", [Metric("Places/Free", Type.INT32, 51.0)], 2)
    host.tell("NDATA", [Metric("Places/Free", Type.INT32, 52.0)], 3)
    assert host.wait(3)[-2:] == [good("PK.free", 51.0), good("PK.free", 52.0)]


def test_that_without_a_reorder_timeout_a_gap_is_a_loss():
    host = Host(reorder_s=0)
    host.birth()
    host.tell("NDATA", [FREE], 2)
    assert "PK.free" in with_quality(host.wait(0), Quality.STALE)
    assert host.asked()


def test_that_more_messages_than_are_worth_waiting_for_end_the_wait():
    host = Host()
    host.birth()
    for seq in range(2, 2 + MOST):
        rows = host.tell("NDATA", [FREE], seq)
    assert "PK.free" in with_quality(rows, Quality.STALE)


def test_that_a_clock_that_is_set_back_delays_nothing():
    host = Host()
    host.birth()
    host.tell("NDATA", [FREE], 2)
    host.wait(1)
    host.wait(-3600)
    assert host.nodes.next_at() == host.now + 2 * SECOND
    assert "PK.free" in with_quality(host.wait(2), Quality.STALE)
    host.now += round(ASK_AGAIN_S * SECOND)
    assert host.asked()


def test_that_a_repeated_message_is_dropped_and_counted():
    host = Host()
    host.birth()
    host.tell("NDATA", [FREE], 1)
    again = encode([FREE], host.now // MS, 1)
    host.tell("NDATA", [FREE], 2)
    assert host.give("NDATA", again) == []
    assert host.node.state is State.ONLINE
    assert host.nodes.counted() == ["duplicate"]


def test_that_a_birth_of_a_device_handed_out_before_its_nodes_is_taken_after_it():
    host = Host()
    host.now += MS
    dbirth = encode([Metric("Places/Free", Type.INT32, 3.0, 11)], host.now // MS, 1)
    nbirth = encode([Metric("bdSeq", Type.INT64, 7.0), Metric("Offset", Type.INT16, 4.0, 2)], host.now // MS, 0)
    assert host.give("DBIRTH", dbirth, "d") == []
    rows = host.give("NBIRTH", nbirth)
    assert {good("PK.offset", 4.0), good("PD.free", 3.0)} <= set(rows)
    assert not host.asked()
    assert host.tell("DDATA", [Metric("", Type.INT32, 4.0, 11)], 2, "d") == [good("PD.free", 4.0)]


def test_that_what_waited_since_before_a_birth_never_follows_it():
    host = Host()
    host.birth()
    host.tell("NDATA", [FREE], 3)
    host.birth()
    host.tell("NDATA", [FREE], 1)
    assert host.tell("NDATA", [FREE._replace(value=2.0)], 2) == [good("PK.free", 2.0)]
    assert host.tell("NDATA", [FREE._replace(value=4.0)], 3) == [good("PK.free", 4.0)]


def test_that_data_of_the_millisecond_of_a_birth_that_came_before_it_do_not_follow_it():
    host = Host()
    host.birth()
    host.give("NDATA", encode([FREE._replace(value=9.0)], host.now // MS + 1, 2))  # the next birth is of that instant
    host.birth()
    assert host.tell("NDATA", [FREE._replace(value=1.0)], 1) == [good("PK.free", 1.0)]
    assert host.tell("NDATA", [FREE._replace(value=2.0)], 2) == [good("PK.free", 2.0)]


def test_that_a_birth_dated_before_the_last_one_counts_but_is_asked_for_again():
    host = Host()
    host.birth()
    old = encode([Metric("bdSeq", Type.INT64, 6.0), Metric("Places/Free", Type.INT32, 9.0, 1)], NOW // MS - 1, 0)
    assert good("PK.free", 9.0) in host.give("NBIRTH", old)
    assert host.asked()


# Commands and requests


def test_that_a_node_is_asked_once_when_connected_and_known_to_be_offline_if_it_never_answers():
    host = Host()
    assert host.nodes.next_at() == NOW + round(ANSWER_S * SECOND)
    assert host.wait(ANSWER_S - 6.1) == []
    assert set(host.wait(0.1)) == {good("PK.online", 0.0), good("PD.online", 0.0)}
    assert host.wait(600) == []
    assert not host.asked()
    assert host.nodes.next_at() == 0


def test_that_a_fault_that_each_birth_repeats_is_asked_about_less_and_less():
    host = Host()
    asked, begun = [], host.now
    for _ in range(240):
        host.birth()
        host.tell("NDATA", [FREE._replace(alias=99)], 1)
        host.now += SECOND
        if host.asked():
            asked.append((host.now - begun) // SECOND)
    assert len(asked) <= 7
    assert host.nodes.counted().count("rebirth") == len(asked)


def test_that_a_command_carries_the_births_datatype_and_only_to_a_metric_of_the_birth():
    host = Host()
    sign, offset = PLANT.tag_by_id["PK.sign"], PLANT.tag_by_id["PK.offset"]
    with pytest.raises(ValueError, match="offline"):
        host.nodes.command(sign, 1.0, NOW)
    host.birth()
    topic, payload = host.nodes.command(sign, 1.0, NOW)
    (metric,) = decode(payload).metrics
    assert (topic, metric.name, metric.alias, metric.datatype, metric.int_value) == (
        "spBv1.0/g/NCMD/n", "Sign/State", 5, Type.UINT8, 1,
    )  # fmt: skip
    with pytest.raises(ValueError, match="0 to 255"):
        host.nodes.command(sign, 300.0, NOW)
    assert decode(host.nodes.command(offset, -2.0, NOW)[1]).metrics[0].int_value == 2**32 - 2
    host.device_birth()
    with pytest.raises(ValueError, match="did not announce"):
        host.nodes.command(PLANT.tag_by_id["PD.sign"], 1.0, NOW)
    assert host.nodes.command(PLANT.tag_by_id["PD.free"], 1.0, NOW)[0] == "spBv1.0/g/DCMD/n/d"
    host.death(7.0)
    with pytest.raises(ValueError, match="offline"):
        host.nodes.command(sign, 1.0, NOW)


def test_that_a_command_in_doubt_trusts_no_alias():
    host = Host()
    host.birth()
    host.tell("NDATA", [FREE], 2)
    host.wait(3)
    (metric,) = decode(host.nodes.command(PLANT.tag_by_id["PK.sign"], 1.0, NOW)[1]).metrics
    assert (metric.name, metric.HasField("alias")) == ("Sign/State", False)


def test_that_a_write_asks_for_a_birth_only_where_no_data_answered_it():
    host = Host()
    host.birth()
    sign = PLANT.tag_by_id["PK.sign"]
    host.nodes.command(sign, 1.0, host.now)
    host.tell("NDATA", [Metric("", Type.UINT8, 1.0, 5)], 1)
    host.nodes.introduce(sign, host.now)
    host.now += 10 * SECOND
    assert not host.asked()
    host.nodes.command(sign, 1.0, host.now)
    host.tell("NDATA", [FREE, Metric("", Type.UINT8, 1.0, 5, historical=True)], 2)
    host.nodes.introduce(sign, host.now)
    assert host.asked()
    assert host.nodes.counted() == []  # nothing was amiss


def test_that_writes_one_after_another_share_their_requests():
    host = Host()
    host.birth()
    tags = [PLANT.tag_by_id[f"PK.{name}"] for name in ("sign", "free", "offset", "entries")]
    asked = 0
    for tag in tags:
        host.nodes.command(tag, 1.0, host.now)
        host.nodes.introduce(tag, host.now)
        asked += host.asked()
        host.now += SECOND // 10
    host.now += SECOND
    assert asked + host.asked() == 2
    assert not host.asked()


# The rows


def unknown(host: Host) -> None:
    """As it is."""


def online(host: Host) -> None:
    host.birth()
    host.device_birth()


def holding(host: Host) -> None:
    online(host)
    host.tell("NDATA", [FREE], 5)


def doubtful(host: Host) -> None:
    holding(host)
    host.wait(2)


def offline(host: Host) -> None:
    online(host)
    host.death(7.0)


INTO: dict[State, Callable[[Host], None]] = {
    State.UNKNOWN: unknown,
    State.ONLINE: online,
    State.HOLDING: holding,
    State.DOUBTFUL: doubtful,
    State.OFFLINE: offline,
}
WHAT: dict[Event, Callable[[Host], object]] = {
    Event.BIRTH: lambda host: host.birth(),
    Event.DEATH: lambda host: host.death(7.0),
    Event.OLD_DEATH: lambda host: host.death(6.0),
    Event.NEW_DEATH: lambda host: host.death(8.0),
    Event.DUE: lambda host: host.tell("NDATA", [FREE], 2),
    Event.STRAY: lambda host: host.tell("NDATA", [FREE], 7),
    Event.REPEATED: lambda host: host.give("DBIRTH", host.last, "d"),
    Event.EXPIRY: lambda host: host.wait(2),
}
MEANT = {  # from the specification, by hand: the state after it, in unknown, online, holding, doubtful, offline
    Event.BIRTH: "OOOOO",
    Event.DEATH: "FFFFF",
    Event.OLD_DEATH: "FOHDF",
    Event.NEW_DEATH: "FDDDF",
    Event.DUE: "UOHDF",  # what was held in `holding` is still beyond it
    Event.STRAY: "UHHDF",
    Event.REPEATED: "UOHDF",
    Event.EXPIRY: "UODDF",
}
LETTER = dict(zip("UOHDF", State, strict=True))


def test_that_no_row_is_missing():
    assert set(ROWS) == {(state, event) for state in State for event in Event}
    assert {act for _, act in ROWS.values()} == set(Act)


@pytest.mark.parametrize("event", Event)
@pytest.mark.parametrize("state", State)
def test_that_every_message_in_every_state_does_what_the_specification_wants(state, event):
    host = Host()
    INTO[state](host)
    assert host.node.state is state
    host.last = encode([Metric("Places/Free", Type.INT32, 3.0, 11)], (NOW + 6 * SECOND + 2 * MS) // MS, 1)
    rows = WHAT[event](host)
    assert host.node.state is LETTER[MEANT[event][list(State).index(state)]], rows
    alive = host.node.devices[""].alive
    assert alive == (host.node.state not in (State.UNKNOWN, State.OFFLINE))
    assert not {row for row in rows if row[2] == Quality.GOOD and not row[0].endswith(".online")} or event in (
        Event.BIRTH,
        Event.DUE,
    )


# Any order of any messages

KINDS = ("NBIRTH", "NDATA", "NDEATH", "DBIRTH", "DDATA", "DDEATH")
METRICS = st.builds(
    Metric,
    st.sampled_from(["bdSeq", "Places/Free", "Offset", "Name", "Sign/State", "", "?"]),
    st.sampled_from([Type.INT32, Type.DOUBLE, Type.STRING, Type.BOOLEAN]),
    st.none() | st.integers(0, 100).map(float),
    st.none() | st.integers(0, 8),
    st.integers(0, 2**63),
    st.booleans(),
    st.sampled_from([0, 192, 500]),
)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(KINDS),
            st.lists(METRICS, max_size=4),
            st.none() | st.integers(0, 5),
            st.sampled_from(["", "d"]),
            st.sampled_from([0.0, 1.0, 3.0]),
        ),
        max_size=10,
    )
)
def test_that_any_story_of_well_formed_messages_is_survived(story):
    host = Host()
    for kind, metrics, seq, device, pause in story:
        for tag, value, quality, _ in host.tell(kind, metrics, seq, device) + host.wait(pause):
            assert tag.startswith(("PK.", "PD."))
            assert isinstance(value, str) or value == value or quality >= 0x80
        host.asked()


class Edge:
    """A node by the book, whose messages are put down in the order in which it sends them."""

    def __init__(self) -> None:
        self.time_ms = NOW // MS + 10_000
        self.bdseq = 0
        self.seq = 0
        self.shift = 0
        """Aliases are others in each session, and no two sessions share one.

        Where they did, a birth that is lost together with as many messages as bring the sequence back to where it was
        could not be noticed: nothing in the protocol tells it.
        """
        self.values = {("", "Places/Free"): 0.0, ("", "Offset"): 0.0, ("d", "Places/Free"): 0.0}
        self.had: dict[tuple[str, str], set[float]] = {place: {0.0} for place in self.values}
        self.sent: list[tuple[str, str, bytes]] = []

    def say(self, kind: str, device: str, metrics: list[Metric], typed: bool) -> None:
        self.time_ms += 3
        self.sent.append((kind, device, encode(metrics, self.time_ms, self.seq, typed)))
        self.seq = (self.seq + 1) % 256

    def birth(self) -> None:
        self.seq = 0
        for device in ("", "d"):
            metrics = [self.metric(place, named=True) for place in self.values if place[0] == device]
            own = [] if device else [Metric("bdSeq", Type.INT64, float(self.bdseq))]
            self.say("DBIRTH" if device else "NBIRTH", device, own + metrics, typed=True)

    def change(self, place: tuple[str, str], value: float, named: bool) -> None:
        self.values[place] = value
        self.had[place].add(value)
        self.say("DDATA" if place[0] else "NDATA", place[0], [self.metric(place, named)], typed=named)

    def restart(self) -> None:
        died = encode([Metric("bdSeq", Type.INT64, float(self.bdseq))], self.time_ms)
        self.sent.append(("NDEATH", "", died))
        self.time_ms += 100
        self.bdseq = (self.bdseq + 1) % 256
        self.shift += 1
        self.birth()

    def metric(self, place: tuple[str, str], named: bool) -> Metric:
        alias = 1 + list(self.values).index(place) + self.shift * len(self.values)
        return Metric(place[1] if named else "", Type.INT32, self.values[place], alias)


STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from([("", "Places/Free"), ("", "Offset"), ("d", "Places/Free")]),
            st.integers(1, 30).map(float),
            st.booleans(),
        ),
        st.sampled_from(["birth", "restart"]),
    ),
    max_size=12,
)


@settings(deadline=None, max_examples=100)
@given(STEPS, st.data())
def test_that_any_loss_repetition_and_order_ends_after_a_rebirth_in_the_true_values_and_shows_no_other(steps, data):
    edge = Edge()
    edge.birth()
    for step in steps:
        if step == "birth":
            edge.birth()
        elif step == "restart":
            edge.restart()
        else:
            edge.change(*step)
    places = {"PK.free": ("", "Places/Free"), "PK.offset": ("", "Offset"), "PD.free": ("d", "Places/Free")}
    table = TagTable(PLANT.tags)
    host = Host()

    def hear(message: tuple[str, str, bytes] | None, pause_s: float) -> None:
        host.now += round(pause_s * SECOND) + MS
        gather = Gather()
        if message:
            kind, device, body = message
            host.nodes.read(Topic("g", kind, "n", device), body, host.now, gather)
        host.nodes.overdue(host.now, gather)
        for batch in gather.finish():
            show(batch)

    def show(batch: Batch) -> None:
        for part in batch.rounds():
            table.apply(part, host.now)
        for tag, place in places.items():
            value = float(table.columns["value"][PLANT.tag_by_id[tag].index])
            assert value != value or value in edge.had[place], (tag, value)

    shuffled = data.draw(st.lists(st.sampled_from(edge.sent), max_size=2 * len(edge.sent)))
    for message in shuffled:
        hear(message, data.draw(st.sampled_from([0.0, 0.0, 0.5, 3.0])))
    while host.node.due:  # whatever it asks for is answered
        host.now = max(host.now, host.node.due)
        assert host.asked()
        begun = len(edge.sent)
        edge.time_ms = max(edge.time_ms, host.now // MS)
        edge.birth()
        for message in edge.sent[begun:]:
            hear(message, 0.0)
        assert host.node.state is State.ONLINE
        hear(None, 3.0)
    if host.node.state is State.ONLINE and shuffled:
        begun = len(edge.sent)
        edge.time_ms = max(edge.time_ms, host.now // MS)
        edge.birth()
        for message in edge.sent[begun:]:
            hear(message, 0.0)
        for tag, place in places.items():
            index = PLANT.tag_by_id[tag].index
            assert float(table.columns["value"][index]) == edge.values[place]
            assert table.columns["quality"][index] == Quality.GOOD
