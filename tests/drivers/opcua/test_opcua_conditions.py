"""What one event says of a condition, and what a pack may say of one."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import pytest
from asyncua import ua
from hypothesis import given
from hypothesis import strategies as st

from drivers.opcua.address import Address, Target, Word, condition, parse_address
from drivers.opcua.conditions import NOTHING, Conditions, batch
from drivers.opcua.events import PATHS, Event, event_of
from supervisor.model import Native, Quality
from tests.drivers.opcua.foreign import URI, tags_of

CONDITION = {"condition": "{root}/Pump1/Overload", "namespace": URI}


def event(**told: Any) -> Event:
    words = {"Retain": True, "EnabledState/Id": True, **{name.replace("_", "/"): each for name, each in told.items()}}
    return event_of([words.get(path) for path in PATHS] + [ua.NodeId(1, 1)])


@pytest.mark.parametrize(
    ("active", "acked", "retain", "state"),
    [
        (True, False, True, Native.UNACKED),
        (True, True, True, Native.ACKED),
        (False, False, True, Native.RETURNED),
        (False, True, False, Native.NORMAL),
        (False, False, False, Native.NORMAL),  # nobody is to know of it
        (False, True, True, Native.NORMAL),  # it only waits to be confirmed
        (True, None, True, Native.ACKED),  # it knows no acknowledgement
        (None, False, True, Native.UNACKED),  # it knows no activity: to be known of is to be active
    ],
)
def test_that_the_two_states_of_a_condition_are_one_of_ours(
    active: bool | None, acked: bool | None, retain: bool, state: Native
) -> None:
    assert event(ActiveState_Id=active, AckedState_Id=acked, Retain=retain).state is state


def test_that_a_disabled_condition_has_no_state() -> None:
    assert event(EnabledState_Id=False, ActiveState_Id=True).state is None


@given(st.lists(st.one_of(st.none(), st.integers(), st.text(), st.binary(), st.booleans(), st.floats()), max_size=20))
def test_that_no_field_of_a_wrong_type_does_harm(values: list[Any]) -> None:
    made = event_of(values)
    assert made.state is None or made.state in Native
    assert isinstance(made.message, str)


def test_that_an_audit_of_an_acknowledgement_is_no_news_of_the_condition() -> None:
    assert not NOTHING.whole
    assert event(Retain=False, EnabledState_Id=None).whole


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=10))
def test_that_times_of_a_condition_never_run_backwards(seconds: list[int]) -> None:
    _, tags = tags_of({"overload": parse_address(CONDITION)}, set(), set())
    wanted = Conditions(tags).all[0]
    told = [event(Time=datetime.fromtimestamp(each, UTC), ActiveState_Id=True) for each in seconds]
    times = batch([(wanted, each) for each in told], 5).source_time.tolist()
    assert times == sorted(times)
    assert times[0] == (seconds[0] * 10**9 or 5)


def test_that_tags_of_one_condition_share_it_and_a_text_on_a_number_is_told() -> None:
    fields = ("state", "message", "severity")
    addresses = {field: parse_address({**CONDITION, "field": field}) for field in fields}
    _, tags = tags_of(addresses, set(), set())
    conditions = Conditions(tags)
    assert len(conditions.all) == 1
    made = batch([(conditions.all[0], event(Message=ua.LocalizedText("Trop chaud"), Severity=700))], 5)
    assert made.quality.tolist() == [Quality.GOOD, Quality.CONFIGURATION, Quality.GOOD]
    assert math.isnan(made.value[1])
    assert made.value[2] == 700


def test_that_a_row_names_a_condition_by_its_path_its_node_or_its_source() -> None:
    args = {"root": "Plant"}
    path = (Word(URI, "Plant"), Word(URI, "Pump1"), Word(URI, "Overload"))
    assert condition(parse_address(CONDITION), args) == Target(path, "", URI)
    node = parse_address({"condition": "s={root}.Overload", "namespace": URI, "field": "message"})
    assert condition(node, args) == Target((), "s=Plant.Overload", URI)
    named = parse_address({"condition": "{root}/Pump1", "condition_name": "Overload", "namespace": URI})
    assert named == Address(namespace=URI, condition="{root}/Pump1", condition_name="Overload")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"condition": "A/B", "path": "A"}, "leave out path or condition"),
        ({"condition": "A/B", "method": "A/M"}, "leave out method or condition"),
        ({"path": "A", "field": "message"}, "write where it is in condition"),
        ({"path": "A", "condition_name": "Overload"}, "condition_name says something of a condition"),
        ({"condition": "A/B", "field": "mesage"}, "did you mean message"),
        ({"condition": "/A"}, "empty browse name"),
        ({"condition": "plums:A"}, "did you mean pumps"),
    ],
)
def test_that_a_wrong_condition_is_told_in_one_sentence(row: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_address(row)
