"""Which equipment a round is for."""

from __future__ import annotations

from pathlib import Path

import pytest

import drivers
from supervisor.errors import Refused
from supervisor.model import Site
from supervisor.rounds.plan import Wish, targets
from supervisor.site import load

ANGERS = Path(__file__).resolve().parents[3] / "sites" / "angers"


@pytest.fixture(scope="module")
def angers() -> Site:
    return load(ANGERS, drivers.TABLE)


def ids(site: Site, **words: object) -> list[str]:
    return [one.id for one in targets(site, Wish("lighting_circuit", "on", **words))]  # type: ignore[arg-type]


def test_that_an_area_is_taken_with_all_that_lies_in_it(angers: Site) -> None:
    centre = ids(angers, areas=["centre"])
    assert "AP-001.C1" in centre
    assert all(angers.equipment_by_id[one].area == "centre" for one in centre)
    assert set(centre) < set(ids(angers, areas=["angers"])) <= set(ids(angers, areas=["alm"]))
    assert len(ids(angers)) == 80, "no area: the whole site"


def test_that_a_cabinet_is_taken_with_its_circuits_and_exclusions_count_last(angers: Site) -> None:
    assert ids(angers, equipment=["AP-001", "AP-004.C2"]) == [
        "AP-001.C1", "AP-001.C2", "AP-001.C3", "AP-001.C4", "AP-004.C2",
    ]  # fmt: skip
    assert ids(angers, equipment=["AP-001"], without=["AP-001.C2", "AP-001.C3"]) == ["AP-001.C1", "AP-001.C4"]
    assert not [one for one in ids(angers, areas=["centre"], without=["AP-001"]) if one.startswith("AP-001")]


@pytest.mark.parametrize(
    ("wish", "check"),
    [
        (Wish("lighting_circuit", "explode"), "unknown"),
        (Wish("dragon", "on"), "unknown"),
        (Wish("lighting_circuit", "on", areas=["atlantis"]), "unknown"),
        (Wish("lighting_circuit", "on", equipment=["AP-999"]), "unknown"),
        (Wish("lighting_circuit", "on", equipment=["AP-001"], without=["AP-001"]), "empty"),
    ],
)
def test_that_a_wish_for_nothing_is_refused_with_a_sentence(angers: Site, wish: Wish, check: str) -> None:
    with pytest.raises(Refused) as caught:
        targets(angers, wish)
    assert caught.value.check == check
    assert caught.value.text.fr.endswith(".")
