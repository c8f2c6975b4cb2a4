"""The time machine: the whole window as it would have been at an instant of the past.

    bar ──wish──> Machine ──(in a thread)──> values, alarms, journal at T ──> Seen ──> every page, as ever
                     └── present: the living board, the horn, the beat ──> strip

Pages know nothing of it: what they hold as their attachment is `Seen`, which shows the station or the past.
"""
