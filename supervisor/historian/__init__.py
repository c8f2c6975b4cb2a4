"""The historian: every kept sample of every tag, on this machine's disk, for years.

    absorb ─> RAM ─flush, 1 s─> hot.db ─compact, 10 min─> stage.db ─merge, a day─> part-<from>-<to>.db
                  all tags together       one tag a chunk                immutable       + rollup.db, for ever

    Historian (writer.py)   the station's end: the only writer
    History (history.py)    the window's end: reads the files while the station writes them

A sample has a source time, an arrival time, a value and a quality. A span is start < t <= end, everywhere: partitions
and rollup buckets too. docs/decisions/0010-historian-files.md says what each file holds and what a crash leaves behind.
"""
