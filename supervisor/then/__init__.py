"""Then: what the desks of the station would have answered at an instant of the past, told from the files.

    question, instant ──> rows of the journal's file, those that came later left out ──> the same words as the act's

Pages ask the same questions in the past as in the present and can't tell who answers. Nothing is written, and the
station is not spoken to. Every function may be called from any thread and raises StoreError where the file can't be
read.
"""
