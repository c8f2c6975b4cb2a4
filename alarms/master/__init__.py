"""The master alarm database: every rule of every equipment type as a row of a spreadsheet, and back into the site.

    types/*.toml ─┬─ book.configured() ─┬─> export: XLSX or CSV ─ people ─> take(): types/*.toml, alarms/master.csv
    alarms/master.csv ─ book.kept() ────┘
                        └── compare(): what is configured against what was approved

ISA-18.2 / IEC 62682 call it the master alarm database: the authorised list of rationalised alarms. What the station
goes by stays in the types; the columns of the rationalisation, and what was approved, are in `alarms/master.csv`.
"""
