"""URLs and serial settings of a link."""

from __future__ import annotations

import pytest

from drivers.modbus.endpoint import Endpoint, Framing, SerialLine, parse_endpoint, parse_serial


@pytest.mark.parametrize(
    ("url", "endpoint", "words"),
    [
        ("modbus://10.0.0.5", Endpoint(Framing.MBAP, "10.0.0.5", 502), "10.0.0.5:502"),
        ("modbus://[::1]:1502", Endpoint(Framing.MBAP, "::1", 1502), "::1:1502"),
        ("modbus+tls://plc-4.city", Endpoint(Framing.TLS, "plc-4.city", 802), "plc-4.city:802"),
        ("modbus+rtu://10.0.0.5:4001", Endpoint(Framing.RTU, "10.0.0.5", 4001), "10.0.0.5:4001"),
        ("modbus+ascii://gateway:4001/", Endpoint(Framing.ASCII, "gateway", 4001), "gateway:4001"),
        ("modbus+rtu:///dev/ttyUSB0", Endpoint(Framing.RTU, device="/dev/ttyUSB0"), "/dev/ttyUSB0"),
        (
            "modbus+ascii:///dev/serial/by-id/usb-FTDI_A%201-if00",
            Endpoint(Framing.ASCII, device="/dev/serial/by-id/usb-FTDI_A 1-if00"),
            "/dev/serial/by-id/usb-FTDI_A 1-if00",
        ),
        ("modbus+rtu:///COM3", Endpoint(Framing.RTU, device="COM3"), "COM3"),
        ("modbus+rtu:///com12", Endpoint(Framing.RTU, device="COM12"), "COM12"),
    ],
)
def test_that_a_url_names_a_host_or_a_serial_port(url, endpoint, words):
    assert parse_endpoint(url) == endpoint
    assert str(endpoint) == words


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("tcp://10.0.0.5", "not an address of a Modbus device"),
        ("modbus://", "names no host"),
        ("modbus:///dev/ttyUSB0", "names no host"),
        ("modbus+rtu://", "names no host"),
        ("modbus+rtu://10.0.0.5", "names no port"),
        ("modbus://x:99999", "port"),
        ("modbus://x:0", "port"),
        ("modbus://x:y", "port"),
        ("modbus://10.0.0.5/unit/3", "more than a host"),
        ("modbus://me@10.0.0.5", "more than a host"),
        ("modbus://[::1", "port"),
    ],
)
def test_that_a_wrong_url_gets_one_clear_sentence(url, said):
    with pytest.raises(ValueError, match=said):
        parse_endpoint(url)


def test_that_a_serial_line_is_what_the_standard_says_until_a_link_says_otherwise():
    assert parse_serial({}) == SerialLine(19_200, "even", 1, 0)
    line = parse_serial({"baud": "9600", "parity": "none", "stop": "2", "bits": "8"})
    assert line == SerialLine(9600, "none", 2, 8)
    assert str(line) == "9600 N-8-2"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"baud": "fast"}, "not a number"),
        ({"baud": "9"}, "outside 50"),
        ({"stop": "3"}, "1 or 2"),
        ({"bits": "9"}, "7 or 8"),
        ({"parity": "E"}, "did you mean even"),
        ({"parity": "evn"}, "did you mean even"),
        ({"parity": "mark"}, "use one of"),
    ],
)
def test_that_a_wrong_word_of_a_serial_line_gets_one_clear_sentence(words, said):
    with pytest.raises(ValueError, match=said):
        parse_serial(words)
