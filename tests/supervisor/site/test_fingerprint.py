from __future__ import annotations

from pathlib import Path

from supervisor.site.fingerprint import fingerprint
from tests.supervisor.site.small import SMALL, write


def test_that_equal_folders_have_equal_fingerprints_wherever_they_are(tmp_path: Path) -> None:
    one, two = write(tmp_path / "one", SMALL), write(tmp_path / "two" / "deep", dict(reversed(SMALL.items())))
    assert fingerprint(one) == fingerprint(two)


def test_that_every_file_that_decides_over_numbering_changes_the_fingerprint(tmp_path: Path) -> None:
    folder = write(tmp_path, SMALL)
    seen = {fingerprint(folder)}
    for name in SMALL:
        path = folder / name
        path.write_bytes(path.read_bytes() + b"\n")
        seen.add(fingerprint(folder))
    assert len(seen) == len(SMALL) + 1


def test_that_a_moved_row_changes_the_fingerprint(tmp_path: Path) -> None:
    folder = write(tmp_path, SMALL)
    before = fingerprint(folder)
    (folder / "equipment/stations.csv").rename(folder / "equipment/postes.csv")
    assert fingerprint(folder) != before


def test_that_pages_maps_and_notes_leave_the_fingerprint_alone(tmp_path: Path) -> None:
    folder = write(tmp_path, SMALL)
    before = fingerprint(folder)
    write(folder, {"pages/well.toml": "", "map/roads.geojson": "{}", "README.md": "x", ".git/config": "x"})
    assert fingerprint(folder) == before
