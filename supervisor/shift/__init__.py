"""The shift book: what happened while somebody was on duty, written by itself, and signed by who goes and who comes."""
