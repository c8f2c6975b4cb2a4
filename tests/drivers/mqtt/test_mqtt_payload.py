"""Payloads that are text: what is read, what is garbage, and that garbage costs nothing else."""

from __future__ import annotations

import json
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
from supervisor.clock import SECOND
from supervisor.model import Quality
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
    lambda s: st.lists(s) | st.dictionaries(st.text(), s),
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
