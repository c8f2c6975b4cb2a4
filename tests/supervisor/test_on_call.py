"""Who is on call, and what notify.toml may say."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from supervisor.clock import SECOND
from supervisor.model import NO_TEXT, Priority
from supervisor.on_call import Contact, Hours, NoticeRule, OnCall, Quiet, Rota, Step, Swap
from supervisor.site.findings import Findings
from supervisor.site.on_call import read_on_call
from tests.ui.town import Town

PARIS = ZoneInfo("Europe/Paris")
MONDAY = datetime(2026, 11, 2, 8)
NIGHTS = Hours(time(17, 30), time(8), frozenset(range(5)))
WEEKLY = Rota("water", ("ann", "ben", "eve"), 7, MONDAY)


def ns(*wall: int) -> int:
    return round(datetime(*wall, tzinfo=PARIS).timestamp()) * SECOND  # type: ignore[arg-type]


def test_that_turns_change_at_their_hour_and_not_at_midnight() -> None:
    assert WEEKLY.on(datetime(2026, 11, 9, 7, 59)) == "ann"
    assert WEEKLY.on(datetime(2026, 11, 9, 8)) == "ben"
    assert WEEKLY.on(datetime(2026, 11, 23, 8)) == "ann"
    assert WEEKLY.on(datetime(2026, 11, 1)) == "eve", "the rota goes back before its first turn too"


def test_that_a_turn_keeps_its_hour_over_both_changes_of_the_clock() -> None:
    on_call = OnCall({id_: Contact(id_, id_, f"{id_}@x") for id_ in WEEKLY.turns}, {"water": WEEKLY}, ())
    for day in ((2026, 3, 30), (2026, 10, 26)):
        before, after = (on_call.reached(["water"], ns(*day, 8) + shift * SECOND, PARIS)[0].id for shift in (-1, 0))
        assert WEEKLY.turns.index(after) == (WEEKLY.turns.index(before) + 1) % 3


@given(st.integers(-3000, 3000), st.integers(1, 9))
def test_that_everybody_has_the_same_share(days: int, people: int) -> None:
    rota = Rota("r", tuple(str(n) for n in range(people)), 1, MONDAY)
    begun = MONDAY + timedelta(days=days)
    turns = [rota.on(begun + timedelta(days=n)) for n in range(people * 4)]
    assert {turns.count(one) for one in rota.turns} == {4}


def test_that_nights_belong_to_the_day_they_begin_on() -> None:
    assert NIGHTS.holds(datetime(2026, 11, 6, 23))  # Friday
    assert NIGHTS.holds(datetime(2026, 11, 7, 7, 59)), "Saturday morning is still Friday's night"
    assert not NIGHTS.holds(datetime(2026, 11, 7, 23)), "Saturday's night was not asked for"
    assert not NIGHTS.holds(datetime(2026, 11, 6, 8))


def test_that_outside_its_hours_another_answers_and_a_swap_counts_within() -> None:
    swap = Swap(datetime(2026, 11, 5), datetime(2026, 11, 6), "ben")
    rota = Rota("water", ("ann",), 7, MONDAY, (NIGHTS,), (swap,), "desk")
    assert rota.on(datetime(2026, 11, 5, 12)) == "desk"
    assert rota.on(datetime(2026, 11, 5, 18)) == "ben"
    assert rota.on(datetime(2026, 11, 4, 18)) == "ann"


def test_that_quiet_hours_put_off_what_can_wait_until_they_end() -> None:
    quiet = Quiet(Hours(time(22), time(6)), frozenset({Priority.LOW}))
    ann = Contact("ann", "Ann", "ann@x", quiet=quiet)
    on_call = OnCall({"ann": ann}, {}, ())
    night, morning = ns(2026, 11, 5, 23, 15), ns(2026, 11, 6, 6)
    assert on_call.wait(ann, Priority.LOW, night, PARIS) == morning
    assert on_call.wait(ann, Priority.LOW, ns(2026, 11, 6, 5), PARIS) == morning
    assert on_call.wait(ann, Priority.HIGH, night, PARIS) == night
    assert on_call.wait(ann, Priority.LOW, ns(2026, 11, 6, 12), PARIS) == ns(2026, 11, 6, 12)


def test_that_nobody_is_reached_twice_in_one_step() -> None:
    people = {id_: Contact(id_, id_, f"{id_}@x") for id_ in WEEKLY.turns}
    on_call = OnCall(people, {"water": WEEKLY}, ())
    assert [one.id for one in on_call.reached(["water", "ann", "ann"], ns(2026, 11, 3, 8), PARIS)] == ["ann"]


def test_that_a_rule_takes_what_it_names() -> None:
    site = Town().site()
    alarm = next(one for one in site.alarms if one.equipment.system == "water" and one.equipment.area)
    every = frozenset(Priority)
    above = site.areas[alarm.equipment.area].parent or alarm.equipment.area
    step = (Step(0, ("ann",)),)
    assert NoticeRule("r", step, every, frozenset({above}), frozenset({"water"})).takes(alarm, site.areas)
    assert not NoticeRule("r", step, every - {alarm.rule.priority}).takes(alarm, site.areas)
    assert not NoticeRule("r", step, every, frozenset({"elsewhere"})).takes(alarm, site.areas)
    assert NoticeRule("r", step, every, alarms=("*." + alarm.rule.id,)).takes(alarm, site.areas)
    assert not NoticeRule("r", step, every, alarms=("nothing.*",)).takes(alarm, site.areas)


GOOD = """
gap_s = 30
[mail]
server = "smtp.example.org"
from = "vigie@example.org"
[[contact]]
id = "ann"
name = "Ann"
mail = "ann@example.org"
quiet = { from = "22:00", to = "6h30", priorities = ["low"] }
[[rota]]
id = "water"
name = { fr = "Eau et assainissement", en = "Water" }
turns = ["ann"]
from = 2026-11-02T08:00:00
every = "week"
[[rota.hours]]
days = ["fri"]
from = "17:30"
to = "08:00"
[[rota.swap]]
from = 2026-11-05
to = 2026-11-06
contact = "ann"
[[rule]]
id = "all"
[[rule.step]]
to = ["water"]
[[rule.step]]
after_min = 10
to = ["ann"]
"""


def read(folder: Path, text: str) -> tuple[OnCall, list[str]]:
    site = Town().site()
    object.__setattr__(site, "folder", folder)
    (folder / "notify.toml").write_text(text, "utf-8")
    findings = Findings()
    return read_on_call(site, findings), [f"{one.line}: {one.message}" for one in findings.all()]


def test_that_a_whole_file_is_understood(tmp_path: Path) -> None:
    on_call, problems = read(tmp_path, GOOD)
    assert problems == []
    assert on_call.mail is not None
    assert (on_call.mail.port, on_call.mail.security, on_call.gap_s) == (587, "starttls", 30)
    rota = on_call.rotas["water"]
    assert (rota.name.fr, rota.name.en, on_call.keep_days) == ("Eau et assainissement", "Water", 400)
    assert (rota.days, rota.start, rota.hours[0].days, rota.swaps[0].end) == (7, MONDAY, {4}, datetime(2026, 11, 6))
    assert on_call.rules[0].priorities == {Priority.CRITICAL, Priority.HIGH}
    assert [step.after_s for step in on_call.rules[0].steps] == [0, 600]
    quiet = on_call.contacts["ann"].quiet
    assert quiet is not None
    assert (quiet.hours.end, quiet.priorities) == (time(6, 30), {Priority.LOW})


def test_that_a_rota_needs_no_name(tmp_path: Path) -> None:
    on_call, problems = read(tmp_path, GOOD.replace('name = { fr = "Eau et assainissement", en = "Water" }\n', ""))
    assert problems == []
    assert on_call.rotas["water"].name == NO_TEXT


def test_that_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    _, problems = read(
        tmp_path,
        """keep_days = 7
[mail]
server = "s"
from = "nobody"
ca = "there.pem"
[mqtt]
link = "L-NONE"
[[contact]]
id = "ann"
name = "Ann"
mail = "ann"
quiet = { from = "25:00", to = "06:00", priorities = ["critical"] }
[[contact]]
id = "ben"
name = "Ben"
[[rota]]
id = "ann"
turns = ["eve"]
from = "monday"
[[rule]]
id = "r"
priorities = ["hihg"]
areas = ["nowhere"]
alarms = ["no.such"]
[[rule.step]]
after_min = 10
to = ["bne"]
[[rule.step]]
to = []
[[rule]]
id = "empty"
""",
    )
    told = "\n".join(problems)
    for words in (
        '"nobody" is no mail address', "There is no file there.pem", 'There is no MQTT link "L-NONE"',
        '"ann" is no mail address', '"25:00" is no time of the day', "What is critical does not wait",
        "This contact cannot be reached", '"ann" is also a contact', 'There is no "eve" in this file',
        '"from" is no local date', '"hihg" is no priority', 'There is no "nowhere"', 'No alarm is called "no.such"',
        'There is no "bne" in this file', "Nobody is told", "A later step comes before an earlier one",
        "7 days are too few",
    ):  # fmt: skip
        assert words in told, f"{words} is missing in:\n{told}"


def test_that_a_site_without_the_file_tells_nobody(tmp_path: Path) -> None:
    site = Town().site()
    object.__setattr__(site, "folder", tmp_path)
    on_call = read_on_call(site, Findings())
    assert (on_call.contacts, on_call.rules, on_call.mail) == ({}, (), None)
