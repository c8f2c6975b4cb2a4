"""The archive: what goes out of the history and comes back into it, in files that others read. No Qt.

    period.py    "yesterday", "-7d", "10min": spans and steps by the site's calendar
    totals.py    aggregates of a tag by any calendar
    columns.py   samples and aggregates as Arrow tables
    sinks.py     CSV, Parquet, XLSX: a file is whole or absent
    export.py    history → file                       while the station runs
    reading.py   file → samples, with every mistake   CSV as exported or wide, Parquet
    importing.py samples → history                    only while no station holds the folder
    backup.py    history, journal, alarms → backup    while the station runs
    restore.py   backup → all of them                 only into an empty place
    beside.py    the journal, the alarms: what a backup takes along
    copying.py   a file as it is at one moment
    verify.py    every checksum of every file
    month.py     the links of a month: how available, which holes
    survey.py    how big, how old, which holes

Memory stays bounded whatever the span: tags are taken one after the other, in pieces of at most some hundred thousand
samples.
"""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[float], None]
"""Is told from time to time which share of the work is done, 0 to 1."""


def quiet(share: float) -> None:
    """For those who want to hear nothing."""
