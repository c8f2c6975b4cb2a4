"""`vigie import`: what it makes passes `vigie check`, and what is there already stays as it is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import drivers
from supervisor.probe import Fact, Finding
from supervisor.site import load
from ui.cli import main
from ui.commissioning.naming import slug, tag_ids
from ui.commissioning.record import End, Look, Record, lines, parsed, read, written

ANGERS = Path(__file__).resolve().parents[3] / "sites" / "angers"
DOUTRE = "Doutre – Saint-Jacques – Nazareth"
LOOK = Look("modbus://10.20.1.77:502", "modbus", 1_795_000_000_000_000_000)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "angers"
    shutil.copytree(ANGERS, folder)
    return folder


def register(number: int, unit: int = 1, likely: str = "uint16") -> Finding:
    row = {"table": "holding", "address": str(number), "type": likely.split()[0]}
    if " " in likely:
        row["word_order"] = likely.split()[1]
    notations = {"0-based": str(number), "1-based": str(number + 1), "Modicon": f"4{number + 1:04d}"}
    return Finding(f"unit {unit} holding {number}", notations, raw="0001", readings={"uint16": "1"}, likely=likely,
                   time=1_795_000_000_000_000_000, row=row, args={"unit": str(unit)})  # fmt: skip


def kept(path: Path, *findings: Finding, look: Look = LOOK) -> Path:
    record = Record(look, [Fact("device", "unit 1 vendor", 'Acme "Énergie"')], list(findings))
    path.write_text("\n".join(lines(record)) + "\n", "utf-8")
    return path


def snapshot(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_that_a_look_becomes_a_pack_a_type_a_link_and_equipment_that_pass_the_check(tmp_path, site, capsys):
    before = snapshot(site)
    look = kept(tmp_path / "look.json", register(12), register(20, likely="float32 CDAB"), register(12, unit=2))
    words = ["--pack", "acme-x1", "--equipment", "T-77", "--area", "doutre", "--system", "lighting"]
    assert main(["import", str(look), "--site", str(site), *words]) == 0
    assert main(["check", str(site)]) == 0
    made = load(site, drivers.TABLE)
    tag = made.tag_by_id["T-77-1.holding_20"]
    assert tag.source is not None
    assert tag.source.address.word_order == "CDAB"
    assert made.equipment_by_id["T-77-2"].args["unit"] == "2"
    assert made.links[tag.link].url == LOOK.url
    after = snapshot(site)
    assert {path for path in before if after[path] != before[path]} == {Path("links.csv")}
    assert after[Path("links.csv")].startswith(before[Path("links.csv")])
    assert "nouveau  packs/acme-x1/pack.toml" in capsys.readouterr().out


def test_that_what_exists_is_said_and_left_as_it_is(tmp_path, site, capsys):
    look = kept(tmp_path / "look.json", register(12))
    before = snapshot(site)
    assert main(["import", str(look), "--site", str(site), "--pack", "lighting-cabinet"]) == 1
    assert "packs/lighting-cabinet/pack.toml" in capsys.readouterr().err
    assert snapshot(site) == before


def test_that_rows_an_existing_type_has_no_tag_for_wait_as_comments(tmp_path, site):
    look = kept(tmp_path / "look.json", register(12))
    words = ["--pack", "acme-x1", "--type", "rain_gauge"]
    assert main(["import", str(look), "--site", str(site), *words]) == 0
    tags = (site / "packs" / "acme-x1" / "tags.csv").read_text("utf-8")
    assert "# holding_12,holding,12,uint16" in tags
    assert main(["check", str(site)]) == 0


def test_that_only_what_is_chosen_is_taken(tmp_path, site):
    look = kept(tmp_path / "look.json", register(12), register(13), register(12, unit=2))
    words = ["--pack", "acme-x1", "--only", "unit 1 holding 13"]
    assert main(["import", str(look), "--site", str(site), *words]) == 0
    rows = (site / "packs" / "acme-x1" / "tags.csv").read_text("utf-8").splitlines()
    assert [row.split(",")[0] for row in rows] == ["tag", "holding_13"]


def test_that_several_kinds_of_devices_on_one_broker_are_told_apart(tmp_path, site, capsys):
    up = {"format": "chirpstack", "topic": "application/{application}/device/{dev_eui}/event/up", "path": "fill"}
    args = {"application": "7", "dev_eui": "70b3d5"}
    bin_ = Finding("application/7/device/70b3d5/event/up fill", name="fill", row=up, args=args)
    lamp = Finding("lamp/1/level", row={"format": "plain", "topic": "lamp/1/level"})
    look = kept(tmp_path / "look.json", bin_, lamp, look=Look("mqtt://10.20.9.1", "mqtt", 1))
    common = ["import", str(look), "--site", str(site), "--pack", "bins", "--equipment", "BIN"]
    assert main(common) == 1
    assert "--only" in capsys.readouterr().err
    assert main([*common, "--only", "application/*"]) == 0
    made = load(site, drivers.TABLE)
    assert made.equipment_by_id["BIN"].args == {"application": "7", "dev_eui": "70b3d5"}


def test_that_nine_hundred_cabinets_of_a_french_spreadsheet_become_a_site_that_passes(tmp_path, site):
    rows = ["Repère;Nom;Adresse IP;Latitude;Longitude;Quartier"]
    rows += [
        f'CB-{n:04};"Armoire n° {n}, côté rue";10.30.{n // 250}.{n % 250 + 1};47,47{n:03};-0,55{n:03};{DOUTRE}'
        for n in range(900)
    ]
    sheet = tmp_path / "Armoires 2026.csv"
    sheet.write_bytes("\r\n".join(rows).encode("cp1252"))
    assert main(["import", str(sheet), "--site", str(site), "--pack", "lighting-cabinet"]) == 0
    made = load(site, drivers.TABLE)
    assert len([one for one in made.equipment if one.id.startswith("CB-") and "." not in one.id]) == 900
    assert made.equipment_by_id["CB-0014"].name.fr == "Armoire n° 14, côté rue"
    assert made.links["L-CB-0014"].url == "modbus://10.30.0.15:502"
    assert made.equipment_by_id["CB-0014"].area == "doutre"


def test_that_units_behind_one_gateway_share_its_link(tmp_path, site):
    sheet = tmp_path / "meters.csv"
    sheet.write_text("id,host,unit,area\nM-1,10.9.9.9,1,centre\nM-2,10.9.9.9,2,centre\n", "utf-8")
    assert main(["import", str(sheet), "--site", str(site), "--pack", "schneider-iem3155"]) == 0
    made = load(site, drivers.TABLE)
    assert made.equipment_by_id["M-1"].link == made.equipment_by_id["M-2"].link == "L-M-1"


def test_that_every_mistake_of_a_list_is_told_with_its_line_and_nothing_is_written(tmp_path, site, capsys):
    before = snapshot(site)
    sheet = tmp_path / "list.csv"
    sheet.write_text("id,host,area\nAP-014,10.1.1.1,centre\nN-1,,centre\nN-2,10.1.1.2,nowhere\n", "utf-8")
    assert main(["import", str(sheet), "--site", str(site), "--pack", "lighting-cabinet"]) == 1
    said = capsys.readouterr().err
    assert "  ligne 2 : l'identifiant « AP-014 » est déjà pris\n" in said
    assert "  ligne 3 : il n'y a pas de host" in said
    assert "  ligne 4 : « nowhere » n'est pas un secteur" in said
    assert main(["import", str(sheet), "--site", str(site), "--pack", "lighting-cabinet", "--language", "en"]) == 1
    assert '  line 2: the id "AP-014" is taken already\n' in capsys.readouterr().err
    assert snapshot(site) == before


def test_that_what_the_check_refuses_is_not_written(tmp_path, site, capsys):
    before = snapshot(site)
    sheet = tmp_path / "list.csv"
    sheet.write_text("id,host,area,latitude,longitude\nN 1,10.1.1.1,centre,-0.55,47.47\n", "utf-8")
    assert main(["import", str(sheet), "--site", str(site), "--pack", "lighting-cabinet"]) == 2
    assert "equipment/list.csv:2" in capsys.readouterr().err
    assert snapshot(site) == before


def test_that_a_record_is_read_as_it_was_written(tmp_path):
    one = register(7)
    record = read(kept(tmp_path / "look.json", one))
    assert record.look == LOOK
    assert str(record.findings[0]) == str(one)
    assert parsed(written(End("gone"))) == End("gone")


def test_that_a_file_that_is_no_record_is_one_sentence(tmp_path, site, capsys):
    path = tmp_path / "look.json"
    path.write_text('{"hello": 1}\n', "utf-8")
    assert main(["import", str(path), "--site", str(site), "--pack", "x"]) == 1
    assert "look.json:1 n'est pas une ligne de" in capsys.readouterr().err


def test_that_ids_are_words_and_no_two_are_alike():
    assert slug("Débit refoulé (m³/h)") == "debit_refoule_m3_h"
    assert slug("MotorSpeed") == "motor_speed"
    assert slug("3 phases") == "t_3_phases"
    paths = ("A/P1/Current", "A/P2/Current", "A/Level")
    findings = [Finding(path, {"node": "x"}, path.split("/")[-1], row={"path": path}) for path in paths]
    assert tag_ids(findings) == ["p1_current", "p2_current", "level"]
    assert tag_ids([findings[2], findings[2]]) == ["a_level", "a_level_2"]
