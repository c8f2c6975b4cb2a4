"""The words of the window's frame, in both languages. One word per idea, the ones of a French control room.

The synoptic, the map and the trends keep theirs in their own `words.py`.
"""

from supervisor.model import Text

# pages
OVERVIEW = Text(fr="Vue générale", en="Overview")
