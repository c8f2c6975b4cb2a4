"""What an engineer may write, and what he is told when he errs."""

from __future__ import annotations

import pytest

from drivers.mqtt.address import (
    BrokerUrl,
    Format,
    Settings,
    TimeForm,
    fill,
    parse_address,
    parse_settings,
    parse_time,
    parse_url,
)

GOOD = {"format": "json", "topic": "a/{b}/#", "path": "x.y", "time": "ts:ms"}


def test_that_a_row_becomes_an_address():
    address = parse_address(GOOD | {"write_topic": "a/set"})
    assert (address.format, address.topic, address.path, address.write_payload) == (
        Format.JSON,
        "a/{b}/#",
        "x.y",
        "{value}",
    )
    assert parse_time(address.time) == ("ts", TimeForm.MS)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": "hpf"}, "did you mean hfp?"),
        ({"time": "ts:mss"}, "did you mean ms?"),
        ({"time": "ts"}, "lacks its form"),
        ({"topic": ""}, "topic is empty"),
        ({"path": ""}, "needs the column path"),
        ({"topic": "a/#/b"}, "stand alone"),
        ({"topic": "a/b+"}, "stand alone"),
        ({"write_topic": "a/+"}, "no + or #"),
        ({"format": "plain"}, "is the value itself"),
        ({"format": "sparkplug"}, "has no topic"),
        ({"format": "sparkplug", "topic": "", "time": "", "path": ""}, "name of its metric"),
        ({"format": "hfp", "path": "topic.nextstop"}, "did you mean next_stop?"),
    ],
)
def test_that_a_wrong_row_is_refused_with_one_sentence(change, words):
    with pytest.raises(ValueError, match=r".") as refused:
        parse_address(GOOD | change)
    assert words in str(refused.value)


def test_that_settings_are_read_and_wrong_ones_named():
    assert parse_settings({"qos": "0", "host_id": "salle"}) == Settings(qos=0, host_id="salle")
    for words, said in (
        ({"batchms": "50"}, "did you mean batch_ms?"),
        ({"qos": "3"}, "0 to 2"),
        ({"host_id": "a/b"}, "level"),
    ):
        with pytest.raises(ValueError, match=r".") as refused:
            parse_settings(words)
        assert said in str(refused.value)


def test_that_a_url_names_a_broker_and_never_a_password():
    assert parse_url("mqtt://ville@broker") == BrokerUrl("broker", 1883, "ville")
    for url, said in (("tcp://x", "write mqtt://"), ("mqtt://a:b@x", "password"), ("mqtt://x:99999", "port")):
        with pytest.raises(ValueError, match=said):
            parse_url(url)


def test_that_a_missing_argument_is_named_with_the_one_that_may_be_meant():
    assert fill("a/{node}/{b}", {"node": "N", "b": "1"}) == "a/N/1"
    with pytest.raises(ValueError, match=r"needs the argument vehicle.*did you mean \{vehicule\}"):
        fill("/hfp/{vehicle}", {"vehicule": "1"})
