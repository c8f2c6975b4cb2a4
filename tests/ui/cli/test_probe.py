"""`vigie probe` at the terminal: tables, options, the question before a write; one sentence where it cannot be."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator

import pytest

from tests import peers
from tests.ports import free_port
from ui.cli import main
from ui.commissioning.record import read


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with peers.modbus_device() as port:
        yield f"modbus://127.0.0.1:{port}"


def test_that_a_look_is_a_table_and_what_it_says_of_the_peer_stays_out_of_it(url, capsys):
    assert main(["probe", url, "--timeout", "10", "--from", "1000", "--count", "6", "--table", "holding"]) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0].split()[:5] == ["Address", "0-based", "1-based", "Modicon", "Hex"]
    assert len(lines) == 7
    assert "›1.5" in lines[3]
    assert "range" in err


def test_that_a_look_is_a_spreadsheet_or_lines_that_can_be_imported(url, tmp_path, capsys):
    words = ["probe", url, "--timeout", "10", "--from", "10", "--count", "3", "--table", "holding"]
    assert main([*words, "--csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["uint16"] for row in rows] == ["10", "11", "12"]
    assert main([*words, "--json"]) == 0
    out = capsys.readouterr().out
    assert [json.loads(line)["news"] for line in out.splitlines()][-1] == "end"
    (tmp_path / "look.json").write_text(out, "utf-8")
    assert len(read(tmp_path / "look.json").findings) == 3


def test_that_a_look_goes_to_a_page_and_to_paper(url, tmp_path, qapp, capsys):
    html, pdf = tmp_path / "look.html", tmp_path / "look.pdf"
    words = ["--count", "3", "--html", str(html), "--pdf", str(pdf), "--language", "fr"]
    assert main(["probe", url, "--timeout", "10", *words]) == 0
    assert "Relevé d'un automate" in html.read_text("utf-8").replace("&#x27;", "'")
    assert pdf.read_bytes().startswith(b"%PDF-")
    capsys.readouterr()


def test_that_one_value_is_read_by_the_number_of_the_manual(url, capsys):
    assert main(["probe", url, "--timeout", "10", "--read", "41003 float32"]) == 0
    assert "1.5" in capsys.readouterr().out


def test_that_nothing_is_written_before_somebody_says_yes(url, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("no\n"))
    assert main(["probe", url, "--timeout", "10", "--write", "holding 50", "7", "--yes"]) == 1
    assert "--site SITE" in capsys.readouterr().err, "somebody may have their hands in it"
    assert main(["probe", url, "--timeout", "10", "--write", "holding 50", "7", "--no-site"]) == 1
    err = capsys.readouterr().err
    assert "no journal" in err
    assert "give --yes" in err
    assert main(["probe", url, "--timeout", "10", "--read", "holding 50"]) == 0
    assert " 50 " in capsys.readouterr().out
    assert main(["probe", url, "--timeout", "10", "--write", "holding 51", "7", "--yes", "--no-site"]) == 0
    assert "reads 7" in capsys.readouterr().out


@pytest.mark.slow
def test_that_a_server_is_trusted_by_its_fingerprint_and_a_password_comes_from_the_environment(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    port = free_port()
    place = [
        "probe",
        f"opc.tcp://127.0.0.1:{port}",
        "--security",
        "basic256sha256",
        "--path",
        "Plant",
        "--timeout",
        "30",
    ]
    with peers.node("opcua_server.js", str(port), str(tmp_path / "server")):
        assert main(place) == 1
        said = capsys.readouterr().err
        assert "vigie trust" not in said
        mark = re.findall(r"`--trust ([0-9A-F]+)`", said)[-1]
        assert main([*place, "--trust", mark]) == 0
        assert "Plant/Goal" in capsys.readouterr().out
        monkeypatch.setenv("VIGIE_PASSWORD", "wrong")
        assert main([*place, "--user", "vigie"]) == 1
        said = capsys.readouterr().err
        assert "check the user" in said
        assert "vigie secret" not in said
        monkeypatch.setenv("VIGIE_PASSWORD", "pumpe")
        assert main([*place, "--user", "vigie"]) == 0
    capsys.readouterr()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ftp://10.0.0.1"], "is no address of a controller"),
        (["modbus://10.0.0.1", "--topic", "#"], "--topic is not for this protocol"),
        (["mqtt://user:secret@10.0.0.1"], "password never stands"),
        (["opc.tcp://10.0.0.1", "--depth", "0"], "at least 1"),
    ],
)
def test_that_what_cannot_be_is_one_sentence(words, said, capsys):
    assert main(["probe", *words]) == 1
    assert said in capsys.readouterr().err


def test_that_a_device_that_is_not_there_ends_the_lines_with_its_sentence(capsys):
    assert main(["probe", f"modbus://127.0.0.1:{free_port()}", "--json"]) == 1
    out, err = capsys.readouterr()
    assert "does not accept a connection" in json.loads(out.splitlines()[-1])["error"]
    assert "does not accept a connection" in err
