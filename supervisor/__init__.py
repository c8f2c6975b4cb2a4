"""The plant in memory and on disk: site, tags, station, historian, desk, journal, people.

The lowest layer: it imports no Qt and no protocol library, and nothing of `drivers`, `alarms`, `simulator` or `ui`.
"""
