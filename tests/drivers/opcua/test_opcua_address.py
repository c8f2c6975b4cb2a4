"""What a pack row, a link and a URL may say, and the one sentence an engineer reads where they may not."""

from __future__ import annotations

import pytest

from drivers.opcua import PROTOCOL
from drivers.opcua.address import (
    ALIASES,
    Address,
    Call,
    Settings,
    Target,
    Word,
    call,
    parse_address,
    parse_settings,
    target,
)

URI = "urn:angers:stations"


def test_that_a_row_with_a_path_becomes_an_address() -> None:
    row = {"path": "{root}/pumps:Level", "namespace": URI, "node": "", "sampling_ms": "250"}
    assert PROTOCOL.address(row) == Address("{root}/pumps:Level", "", URI, 250.0)


def test_that_a_row_with_a_node_becomes_an_address_with_the_usual_sampling() -> None:
    assert parse_address({"node": "i=2258"}) == Address(node="i=2258", sampling_ms=500.0)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({}, "either a path of browse names or a node"),
        ({"path": "A", "node": "s=A"}, "not both"),
        ({"node": "ns=2;s=Plan"}, "write 's=Plan' and its URI"),
        ({"node": "Plan"}, "is not a NodeId such as s=Plan"),
        ({"node": "i=Plan"}, "is not a NodeId"),
        ({"path": "A//B"}, "empty browse name"),
        ({"path": "/A"}, "empty browse name"),
        ({"path": "pump:Level"}, "did you mean pumps?"),
        ({"path": "A", "namespace": "pumps"}, f"did you mean {ALIASES['pumps']}?"),
        ({"path": "A[1]", "element": "2"}, "not in both"),
        ({"path": "A", "element": "first"}, "is not a number from 0"),
        ({"path": "A", "member": "Motor..Speed"}, "is not a name such as Speed"),
        ({"path": "A", "deadband": "150%"}, "at most 100%"),
        ({"path": "A", "deadband": "little"}, "deadband 'little' is not a number"),
        ({"path": "A", "queue": "0"}, "queue '0' is not a number from 1 to 10000"),
        ({"path": "A", "history": "yes"}, "neither true nor false"),
        ({"path": "A", "arguments": "{value}"}, "there is none"),
        ({"method": "A//B"}, "empty browse name"),
        ({"path": "A", "sampling_ms": "soon"}, "sampling_ms 'soon' is not a number"),
        ({"path": "A", "sampling_ms": "0"}, "greater than zero"),
        ({"path": "A", "sampling_ms": "nan"}, "greater than zero"),
    ],
)
def test_that_a_wrong_row_is_told_in_one_sentence(row: dict[str, str], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence.replace("?", r"\?").replace(".", r"\.")) as refusal:
        parse_address(row)
    assert "\n" not in str(refusal.value)


def test_that_a_row_says_how_a_value_is_watched_and_where_it_is_in_an_array_or_a_structure() -> None:
    row = {"path": "A/B[3]", "publish_ms": "2000", "deadband": "5%", "queue": "4", "history": "true"}
    assert parse_address(row) == Address(
        "A/B", publish_ms=2000.0, deadband=5.0, percent=True, queue=4, element=(3,), history=True
    )
    assert parse_address({"path": "A/[3]"}).path == "A/[3]"  # a browse name of its own
    assert parse_address({"node": "s=A", "element": "1,2"}).element == (1, 2)
    assert parse_address({"path": "A", "member": "Phases[2].Current"}).member == ("Phases", 2, "Current")


def test_that_a_method_keeps_the_place_of_the_value_among_its_arguments() -> None:
    row = {"method": "{root}/Start", "namespace": URI, "arguments": "{value}, {unit},true", "returns": "0"}
    found = call(parse_address(row), {"root": "Plant", "unit": "4"})
    assert found.method == Target((Word(URI, "Plant"), Word(URI, "Start")), "", URI)
    assert (found.object, found.arguments, found.returns) == (None, ("{value}", "4", "true"), "0")
    by_node = call(parse_address({"method": "s=Start", "object": "s=Plant", "namespace": URI}), {})
    assert by_node == Call(Target((), "s=Start", URI), Target((), "s=Plant", URI), None, "")


def test_that_arguments_fill_the_braces_before_the_path_is_cut() -> None:
    address = Address("{root}/Measurements/pumps:Level", namespace="urn:{city}")
    found = target(address, {"root": "Stations/PR07", "city": "angers"})
    words = ("Stations", "PR07", "Measurements")
    path = (*(Word("urn:angers", word) for word in words), Word(ALIASES["pumps"], "Level"))
    assert found == Target(path, "", "urn:angers")


def test_that_a_path_without_a_namespace_is_in_that_of_the_standard() -> None:
    assert target(Address("Server"), {}).path == (Word(ALIASES["ua"], "Server"),)


def test_that_a_missing_argument_is_named_with_a_near_one() -> None:
    with pytest.raises(ValueError, match="no argument 'root'; did you mean roof"):
        target(Address("{root}/Level"), {"roof": "A"})


def test_that_an_argument_cannot_smuggle_in_a_namespace_index() -> None:
    with pytest.raises(ValueError, match="an index moves"):
        target(Address(node="{node}"), {"node": "ns=3;s=Plan"})


def test_that_settings_are_read_by_name() -> None:
    words = {"publish_ms": "250", "timeout_s": "1.5", "security": "none"}
    assert PROTOCOL.settings(words) == Settings(250.0, 1.5, "none")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"publish": "250"}, "did you mean publish_ms"),
        ({"timeout_s": "-1"}, "greater than zero"),
        ({"timeout_s": "3000"}, "in seconds"),
        ({"security": "basic256"}, "did you mean basic256sha256"),
        ({"mode": "sign"}, "write a security"),
        ({"security": "aes128", "mode": "encrypt"}, "mode=encrypt does not exist"),
        ({"identity": "password"}, "use one of anonymous, user, certificate"),
        ({"identity": "user"}, "user=NAME, and no password"),
        ({"user": "anne"}, "write identity=user"),
        ({"identity": "certificate", "user": "../anne"}, "a name of a file"),
        ({"password": "pumpe"}, "'password' does not exist"),
    ],
)
def test_that_a_wrong_setting_is_told_in_one_sentence(words: dict[str, str], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse_settings(words)


@pytest.mark.parametrize("url", ["opc.tcp://10.0.0.5", "opc.tcp://plc:48400/server", "opc.tcp://[::1]:4840"])
def test_that_a_servers_url_is_accepted(url: str) -> None:
    PROTOCOL.url(url)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://10.0.0.5", "is not an address of an OPC UA server"),
        ("opc.tcp://", "is not an address of an OPC UA server"),
        ("opc.tcp://plc:99999", "port"),
        ("opc.tcp://me:secret@plc", "no place for secrets"),
    ],
)
def test_that_a_wrong_url_is_told_in_one_sentence(url: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as refusal:
        PROTOCOL.url(url)
    assert "secret@" not in str(refusal.value)
