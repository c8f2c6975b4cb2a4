"""Payloads that are text: what is read, what is garbage, and that garbage costs nothing else."""

from __future__ import annotations

import json
import math
import time

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.mqtt import parse_address
from drivers.mqtt.gather import Gather
from drivers.mqtt.payload import Form, Reader, nanoseconds
from drivers.mqtt.plan import Plan
from drivers.mqtt.routes import Routes
from supervisor.clock import SECOND
from supervisor.model import Kind, Quality
from supervisor.table import TagTable
from tests.drivers.mqtt import town

NOW = 1_760_000_000 * SECOND
TOPIC = "/hfp/v2/journey/ongoing/vp/tram/0049/00007/A/1/Roseraie/12:00/Ralliement/3/47;0/45/75/31/12"
BODY = {
    "desi": "A", "dir": "1", "oper": 49, "veh": 7, "tst": "2026-03-01T08:00:00.250Z", "tsi": 1772352000, "spd": 10.0,
    "hdg": 90, "lat": 47.4736, "long": -0.5541, "acc": 0.1, "dl": -120, "odo": 4321, "drst": 0, "oday": "2026-03-01",
    "jrn": 3, "line": 65, "start": "08:00", "loc": "GPS", "stop": None, "route": "A", "occu": 40,
}  # fmt: skip
VP = json.dumps({"VP": BODY}).encode()
THINGS = {
    "T": town.tram(7),
    "C": ("container", {"application": "bins", "dev_eui": "01"}),
    "LN": ("line", {"line": "A"}),
    "PK": ("park", {"group": "g", "node": "n"}),
    "LM": ("lamp", {"lamp": "1"}),
}
PLANT = town.site(town.link(1883), THINGS)
TOPICS = [
    TOPIC,
    "application/bins/device/01/event/up",
    "saeiv/line/A",
    "lamp/1/level",
    "lamp/1/state",
    *(f"spBv1.0/g/{kind}/n" for kind in ("NBIRTH", "NDATA", "NDEATH", "DBIRTH", "DDATA", "DDEATH", "NCMD")),
    "spBv1.0/g/DDATA/n/d",
    "spBv1.0",
    "spBv1.0/g",
]


def read(topic: str, payload: bytes, retained: bool = False, plan: Plan | None = None, plant=PLANT) -> tuple[dict, int]:
    """Tag id -> (value or text, quality, time), and how much was garbage."""
    gather = Gather()
    garbage = (plan or Plan(plant.tags)).read(topic, payload, retained, NOW, gather)
    found = {}
    for batch in gather.finish():
        rows = zip(batch.index, batch.value, batch.quality, batch.source_time, strict=True)
        for place, (index, value, quality, instant) in enumerate(rows):
            found[plant.tags[index].id] = (batch.texts.get(place, float(value)), int(quality), int(instant))
    return found, garbage


def test_that_a_vehicle_position_is_read_with_its_own_time_and_the_levels_of_its_topic():
    found, garbage = read(TOPIC, VP)
    assert garbage == 0
    instant = nanoseconds("2026-03-01T08:00:00.250Z")
    assert found["T.latitude"] == (47.4736, Quality.GOOD, instant)
    assert found["T.lateness"][0] == -120.0  # raw: the table's scale turns it
    assert found["T.direction"][0] == 1.0
    assert found["T.next_stop"] == ("Ralliement", Quality.GOOD, instant)
    assert found["T.headsign"][0] == "Roseraie"
    assert len(found) == 11


def test_that_the_end_of_the_line_is_no_next_stop():
    assert read(TOPIC.replace("Ralliement", "EOL"), VP)[0]["T.next_stop"][0] == ""


def test_that_null_is_a_value_the_device_does_not_have_and_absence_is_no_news():
    body = {key: value for key, value in BODY.items() if key != "spd"} | {"lat": None}
    found, garbage = read(TOPIC, json.dumps({"VP": body}).encode())
    assert garbage == 0
    assert found["T.latitude"][1] == Quality.DEVICE_FAULT
    assert np.isnan(found["T.latitude"][0])
    assert "T.speed" not in found


def test_that_one_garbage_field_costs_one_count_and_not_the_others():
    found, garbage = read(TOPIC, json.dumps({"VP": BODY | {"hdg": "north", "spd": {}}}).encode())
    assert garbage == 2
    assert "T.heading" not in found
    assert found["T.latitude"][0] == 47.4736


def uplink(identity: str, **changes: object) -> bytes:
    body = {"deduplicationId": identity, "time": "2026-03-01T08:00:00.123456789+00:00", "fCnt": 3,
            "object": {"fill": 71.5, "tilt": False}, "rxInfo": [{"rssi": -101}]}  # fmt: skip
    return msgspec.json.encode(body | changes)


def test_that_an_uplink_is_read_once_however_often_it_is_delivered():
    plan, topic = Plan(PLANT.tags), "application/bins/device/01/event/up"
    found, _ = read(topic, uplink("one"), plan=plan)
    assert found["C.fill"] == (71.5, Quality.GOOD, nanoseconds("2026-03-01T08:00:00.123456+00:00"))
    assert found["C.tilt"][0] == 0.0
    assert found["C.rssi"][0] == -101.0
    assert read(topic, uplink("one"), plan=plan) == ({}, 0)
    assert read(topic, uplink("two"), plan=plan)[0]["C.fill"][0] == 71.5


def test_that_an_uplink_a_broker_kept_is_read_again_after_a_reconnection():
    """The loss took the value away; nothing else would bring it back before the next uplink."""
    plan, topic = Plan(PLANT.tags), "application/bins/device/01/event/up"
    found, _ = read(topic, uplink("one"), plan=plan)
    assert read(topic, uplink("one"), retained=True, plan=plan)[0].keys() == found.keys()


@pytest.mark.parametrize(
    ("form", "stamp"),
    [("iso", '"2026-03-01T08:00:00Z"'), ("iso", '"2026-03-01T09:00:00+01:00"'), ("iso", '"2026-03-01T08:00:00"')]
    + [("ms", "1772352000000"), ("s", "1772352000"), ("s", "1772352000.0"), ("ms", "1772352000000.0")],
)
def test_that_every_form_of_time_is_the_same_instant(form, stamp):
    address = parse_address({"topic": "x", "path": "v", "time": f"ts:{form}"})
    tag = PLANT.tag_by_id["LN.headway"]
    source = type(tag.source)("headway", True, False, 1.0, 0.0, address)
    reader = Reader(Form(address.format, address.time), [type(tag)(0, tag.equipment, tag.spec, "L", source)])
    gather = Gather()
    assert reader.read("x", f'{{"v":1.5,"ts":{stamp}}}'.encode(), False, NOW, gather) == 0
    (batch,) = gather.finish()
    assert batch.source_time.tolist() == [1_772_352_000 * SECOND]


def test_that_a_retained_value_is_judged_by_its_own_age():
    plant = town.site(town.link(1883), THINGS, stale_s=30.0)
    for age_s, quality in ((10, Quality.GOOD), (40, Quality.STALE)):
        payload = json.dumps({"headway": 6.0, "ts": (NOW // 1_000_000) - age_s * 1000}).encode()
        assert read("saeiv/line/A", payload, retained=True, plant=plant)[0]["LN.headway"][1] == quality
        assert read("saeiv/line/A", payload, retained=False, plant=plant)[0]["LN.headway"][1] == Quality.GOOD


def test_that_a_retained_value_without_a_time_is_uncertain():
    assert read("lamp/1/level", b"80", retained=True)[0]["LM.level"] == (80.0, Quality.UNCERTAIN, NOW)
    assert read("lamp/1/level", b"80", retained=False)[0]["LM.level"] == (80.0, Quality.GOOD, NOW)


def test_that_a_word_of_a_state_is_its_value():
    assert read("lamp/1/state", b'{"order":"ON"}')[0]["LM.order"][0] == 1.0
    assert read("lamp/1/state", b'{"order":true}')[0]["LM.order"][0] == 1.0


@pytest.mark.parametrize(
    "payload", [b"", b"{", b"[1]", b'{"VP":3}', b"\xff\xfe", b"[" * 5000, b'{"VP":{"tst":"yesterday"}}']
)
def test_that_a_payload_that_is_none_is_garbage(payload):
    assert read(TOPIC, payload) == ({}, 1)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda s: st.lists(s, max_size=4) | st.dictionaries(st.text(max_size=9), s, max_size=4),
    max_leaves=6,
)
KEYS = st.sampled_from(
    ["VP", "tst", "lat", "dir", "object", "fill", "time", "rxInfo", "deduplicationId", "ts", "order"]
)


@settings(deadline=None)
@given(st.sampled_from(TOPICS), st.binary(max_size=200), st.booleans())
def test_that_random_bytes_never_raise(topic, payload, retained):
    read(topic, payload, retained)


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(TOPICS), st.dictionaries(KEYS, JSON | st.dictionaries(KEYS, JSON)), st.booleans())
def test_that_random_objects_of_the_right_shape_never_raise(topic, body, retained):
    found, _ = read(topic, json.dumps(body).encode(), retained)
    assert all(0 < instant < 2**63 for _, _, instant in found.values())


@pytest.mark.slow
def test_that_a_position_is_decoded_in_tens_of_microseconds_at_most():
    plan = Plan(town.site(town.link(1883), {f"T{n}": town.tram(n) for n in range(100)}).tags)
    begun = time.process_time()
    gather = Gather()
    for _ in range(20_000):
        plan.read(TOPIC, VP, False, NOW, gather)
    batches = gather.finish()
    each = (time.process_time() - begun) / 20_000
    assert len(batches) == 1
    assert each < 100e-6  # measured: 15 us for eleven tags on a shared core


# Plain, binary, arrays of samples, The Things Stack


def only(row: dict, payload: bytes, kind: Kind = Kind.NUMBER, topic: str = "a/b/c", **words: object) -> tuple:
    """What one tag of this row reads of one message: value, quality, time; and how much was garbage."""
    plant = town.device({"v": {"topic": "a/#"} | row}, {"v": kind})
    found, garbage = read(topic, payload, plant=plant, **words)
    return found.get("E.v"), garbage


@pytest.mark.parametrize(
    ("payload", "value"),
    [(b"3.5", 3.5), (b" -7 \n", -7.0), (b"1e3", 1000.0), (b"+0.5", 0.5)],
)
def test_that_a_plain_payload_is_its_number(payload, value):
    assert only({"format": "plain"}, payload) == ((value, Quality.GOOD, NOW), 0)


@pytest.mark.parametrize(
    "payload",
    [
        b"3,5",
        b"1_000",
        "١٢".encode(),
        b"",
        b"12 V",
        b"0x10",
        b"\xff",
        b"true",
        b"1 2",
        b"\xed\xa0\x80",
        b"9" * 2_000_000,
    ],
)
def test_that_a_plain_payload_that_is_no_number_is_garbage_and_never_one(payload):
    assert only({"format": "plain"}, payload) == (None, 1)


def test_that_a_plain_number_that_is_none_is_a_value_the_device_does_not_have():
    for payload in (b"nan", b"inf", b"-Infinity", b"1e999"):
        (_, quality, _), garbage = only({"format": "plain"}, payload)
        assert (quality, garbage) == (Quality.DEVICE_FAULT, 0)


@pytest.mark.parametrize(
    ("word", "value"), [(b"ON", 1), (b"off", 0), (b"True", 1), (b"FALSE", 0), (b"1", 1), (b"0", 0)]
)
def test_that_a_boolean_reads_the_words_that_devices_use(word, value):
    assert only({"format": "plain"}, word, Kind.BOOLEAN)[0][0] == value
    assert only({"path": "v"}, b'{"v":"' + word + b'"}', Kind.BOOLEAN)[0][0] == value


def test_that_a_text_is_taken_as_it_is():
    assert only({"format": "plain"}, "Fermé".encode(), Kind.TEXT)[0][0] == "Fermé"
    assert only({"path": "v"}, b'{"v":true}', Kind.TEXT)[0][0] == "true"
    assert only({"path": "v"}, b'{"v":{}}', Kind.TEXT) == (None, 1)


def test_that_a_level_of_the_topic_may_be_the_value_of_any_format():
    assert only({"format": "plain", "path": "topic.1"}, b"", Kind.TEXT)[0][0] == "b"
    assert only({"path": "topic.2"}, b"{}", topic="a/b/42")[0][0] == 42.0
    assert only({"path": "topic.2"}, b"{}")[0][1] == Quality.DEVICE_FAULT  # a word where a number should be
    assert only({"path": "topic.name"}, b'{"topic":{"name":3}}')[0][0] == 3.0


def test_that_one_sensor_of_many_is_picked_by_its_name():
    body = b'{"sensors":[{"name":"level","value":2},{"name":"flow","value":7.5}]}'
    assert only({"path": "sensors[name=flow].value"}, body)[0][0] == 7.5
    assert only({"path": "sensors[name=rain].value"}, body) == (None, 0)


@pytest.mark.parametrize(
    ("payload", "value"),
    [(b'{"v":1,"v":2}', 2.0), (b'{"v":12345678901234567890123}', 1.2345678901234568e22), (b'{"v":true}', 1.0)],
)
def test_that_odd_but_clear_json_is_read(payload, value):
    assert only({"path": "v"}, payload)[0][0] == value


@pytest.mark.parametrize(
    "payload",
    [b'{"v":NaN}', b'{"v":Infinity}', b'{"v":1e999}', b'{"v":"\\ud800"}', b'{"v":' + b"[" * 100_000, b'{"v":1', b"7"]
    + [b'{"v":' + b"9" * 5000 + b"}", b'{"v":"' + b"x" * (1 << 20) + b'"}', b'{"v":[1]}', b"\xef\xbb\xbf{}", b'"v"'],
)
def test_that_json_that_is_none_or_too_much_is_garbage(payload):
    assert only({"path": "v"}, payload) == (None, 1)


def test_that_bytes_are_read_by_their_slots_with_their_own_time():
    payload = bytes([0b1000, 0x12, 0x34]) + (1_772_352_000).to_bytes(4, "big")
    row = {"format": "binary", "time": "3:uint32:s"}
    assert only(row | {"path": "1:uint16"}, payload) == ((0x1234, Quality.GOOD, 1_772_352_000 * SECOND), 0)
    assert only(row | {"path": "0.3"}, payload, Kind.BOOLEAN)[0][0] == 1.0
    assert only(row | {"path": "5:uint32"}, payload) == (None, 1)
    assert only(row | {"path": "1:uint16"}, payload[:4]) == (None, 1)  # no time, no value
    nan = {"format": "binary", "path": "0:float32"}
    assert only(nan, b"\x7f\xc0\x00\x00")[0][1] == Quality.DEVICE_FAULT


SAMPLES = {"each": "values", "path": "v", "time": "ts:s"}


def samples(payload: bytes, retained: bool = False, each: str = "values") -> tuple[list, list, int]:
    """Live and historical (value, time in s) of the tag `v` and `w`."""
    rows = {name: SAMPLES | {"topic": "a", "path": name, "each": each} for name in ("v", "w")}
    plant = town.device(rows)
    gather = Gather()
    garbage = Plan(plant.tags).read("a", payload, retained, NOW, gather)
    found: dict[bool, list] = {False: [], True: []}
    for batch in gather.finish():
        times = (batch.source_time // SECOND).tolist()
        found[batch.historical] += list(zip(batch.index.tolist(), batch.value.tolist(), times, strict=True))
    return found[False], found[True], garbage


def test_that_of_an_array_of_samples_the_newest_lives_and_the_others_are_history():
    body = b'{"values":[{"ts":300,"v":3},{"ts":100,"v":1,"w":9},{"ts":200,"v":2}]}'
    live, history, garbage = samples(body)
    assert (sorted(live), history, garbage) == ([(0, 3.0, 300), (1, 9.0, 100)], [(0, 1.0, 100), (0, 2.0, 200)], 0)
    assert samples(b'[{"ts":5,"v":1}]', each=".") == ([(0, 1.0, 5)], [], 0)
    assert samples(body, retained=True)[1] == []  # it comes again with every connection


def test_that_a_sample_without_a_time_is_garbage_and_costs_no_other():
    live, history, garbage = samples(b'{"values":[{"v":1},{"ts":"x","v":1},{"ts":7,"v":"x"},7,{"ts":8,"v":2}]}')
    assert (live, history, garbage) == ([(0, 2.0, 8)], [], 4)
    assert samples(b'{"values":3}') == ([], [], 1)
    assert samples(b"{}") == ([], [], 0)


TTS = {"format": "tts", "topic": "v3/{app}@{tenant}/devices/{device}/up"}
UP = {
    "end_device_ids": {"device_id": "bin-1", "dev_eui": "70B3D5"}, "received_at": "2026-03-01T08:00:00.123456789Z",
    "uplink_message": {
        "f_port": 1, "decoded_payload": {"fill": 71.5, "zero": 0}, "received_at": "2026-03-01T07:59:59.9Z",
        "rx_metadata": [{"gateway_ids": {"gateway_id": "g"}, "rssi": -101, "snr": 4.5}, {"rssi": -120}],
    },
}  # fmt: skip


def things_stack(body: object, retained: bool = False) -> tuple[dict, int]:
    paths = {
        "fill": "fill", "rssi": "rx_metadata.0.rssi", "snr": "rx_metadata.1.snr", "count": "f_cnt",
        "eui": "end_device_ids.dev_eui", "zero": "zero", "absent": "absent", "no_rssi": "rx_metadata.2.snr",
    }  # fmt: skip
    rows = {name: TTS | {"path": path} for name, path in paths.items()}
    plant = town.device(rows, {"eui": Kind.TEXT}, app="bins", tenant="ttn", device="bin-1")
    return read("v3/bins@ttn/devices/bin-1/up", json.dumps(body).encode(), retained, plant=plant)


def test_that_an_uplink_of_the_things_stack_is_read_with_what_it_leaves_out():
    found, garbage = things_stack(UP)
    assert garbage == 0
    assert found["E.fill"] == (71.5, Quality.GOOD, nanoseconds("2026-03-01T08:00:00.123456Z"))
    values = {name.removeprefix("E."): value for name, (value, _, _) in found.items()}
    # f_cnt 0 and snr 0 are left out by The Things Stack; a third gateway is not there at all
    assert values == {"fill": 71.5, "rssi": -101.0, "snr": 0.0, "count": 0.0, "eui": "70B3D5", "zero": 0.0}


@pytest.mark.parametrize("kind", ["join_accept", "location_solved"])
def test_that_a_join_or_a_location_is_no_uplink_and_no_garbage(kind):
    body = {key: value for key, value in UP.items() if key != "uplink_message"} | {kind: {"session_key_id": "x"}}
    assert things_stack(body) == ({}, 0)
    assert things_stack([]) == ({}, 1)
    assert things_stack({"a": 1})[0] == {}


# The clock of a device


def test_that_a_clock_that_is_wrong_is_measured_by_the_least_delayed_message():
    plant = town.device(
        {"v": {"topic": "a", "path": "v", "time": "ts:ms"}, "w": {"topic": "b", "path": "v", "time": "t:ms"}}
    )
    plan, gather = Plan(plant.tags), Gather()

    def say(topic: str, key: str, ahead_s: float, retained: bool = False) -> None:
        payload = json.dumps({"v": 1, key: NOW // 1_000_000 + round(ahead_s * 1000)}).encode()
        assert plan.read(topic, payload, retained, NOW, gather) == 0

    assert math.isnan(plan.skew(NOW))
    for ahead_s in (-3700.0, -3600.1, -3601.0):
        say("a", "ts", ahead_s)
    say("a", "ts", 0.0, retained=True)
    say("b", "t", -5000.0)
    assert plan.skew(NOW) == pytest.approx(-3600.1)  # one message of b is no measurement
    for ahead_s in (-0.5, -0.2):
        say("b", "t", ahead_s)
    assert plan.skew(NOW) == pytest.approx(-3600.1)  # the worst of the two
    plan.skew(NOW + 301 * SECOND)
    plan.skew(NOW + 602 * SECOND)
    plan.skew(NOW + 903 * SECOND)
    assert math.isnan(plan.skew(NOW + 904 * SECOND))


# Hostile payloads, to the table


ANY = [
    {"format": "plain"}, {"path": "a.0"}, {"path": "a[b=c].d"}, {"path": "a", "time": "t:ms"},
    {"path": "a", "time": "t:s"},
    {"path": "a", "time": "t:iso"}, {"format": "binary", "path": "0:float64:le"}, {"format": "binary", "path": "-1.7"},
    {"format": "binary", "path": "2:float32", "time": "0:uint16:s"}, {"format": "tts", "path": "a"},
    {"format": "tts", "path": "f_cnt"}, {"format": "chirpstack", "path": "a"}, {"format": "hfp", "path": "VP.a"},
    {"each": ".", "path": "a", "time": "t:ms"}, {"each": "a", "path": "a", "time": "t:s"}, {"path": "topic.0"},
]  # fmt: skip
SITE = town.device(
    {f"{kind}{n}": {"topic": "x"} | row for n, row in enumerate(ANY) for kind in ("n", "t", "b")},
    {
        f"{kind}{n}": {"n": Kind.NUMBER, "t": Kind.TEXT, "b": Kind.BOOLEAN}[kind]
        for n in range(len(ANY))
        for kind in "ntb"
    },
    stale_s=30.0,
)
SHORT = st.sampled_from(["a", "t", "b", "VP", "uplink_message", "decoded_payload", "end_device_ids", "object", "time"])
STRANGE = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=9)
    | st.sampled_from(["ON", "nan", "1_0", "2026-03-01T08:00:00Z", "9999-12-31T23:59:59Z", 1_760_000_000_000, 1e308]),
    lambda s: st.lists(s, max_size=3) | st.dictionaries(SHORT, s, max_size=3),
    max_leaves=8,
)  # fmt: skip


@settings(deadline=None, max_examples=200)
@given(
    STRANGE.map(lambda node: json.dumps(node).encode()) | st.binary(max_size=60) | st.text().map(str.encode),
    st.booleans(),
)
def test_that_no_payload_whatever_reaches_the_table_as_what_it_is_not(payload, retained):
    plan, gather, table = Plan(SITE.tags), Gather(), TagTable(SITE.tags)
    plan.read("x", payload, retained, NOW, gather)
    for batch in gather.finish():
        assert ((batch.source_time > 0) & (batch.source_time < 2**63 - 1)).all()
        for part in batch.rounds():
            table.apply(part, NOW)
    value, quality = table.columns["value"], table.columns["quality"]
    assert np.isfinite(value[quality < 0x80]).all()  # good or uncertain: there is a number
    assert np.isnan(value[quality >= 0x80]).all()


@pytest.mark.slow
def test_that_a_hundred_thousand_topics_cost_a_message_no_more_than_one():
    def cost(number: int) -> float:
        routes = Routes((f"city/{n}/level", n) for n in range(number))
        begun = time.process_time()
        for n in range(20_000):
            assert routes.match(f"city/{n % number}/level")
        return time.process_time() - begun

    small, large = min(cost(10) for _ in range(3)), min(cost(100_000) for _ in range(3))
    assert large < 30 * small  # to ask each filter in turn would cost ten thousand times as much
