"""The exceptions a person may read, one branch per reader.

    VigieError
    ├── SiteError        the engineer: every problem of a site folder at once, with place and remedy
    ├── LinkLost         nobody in person: `Link` turns it into bad quality and a row of statistics
    ├── ReadFailed       who commissions: the controller was asked for one value and gave none
    ├── WriteFailed      the desk: the device was asked and said no, so the outcome is "failed"
    ├── WriteUnknown     the desk: nobody knows whether the device acted, so the outcome is "unknown"
    ├── Refused          the operator: one sentence at the control that was used, and a row of the journal
    ├── StoreError       who looks after the machine: disk full, damaged file; banner and alarm
    └── Unavailable      who started the program: something of the environment is missing; one sentence, no traceback

Anything else that escapes is a bug of ours: it is logged with its traceback and shown as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from supervisor.model import Text

if TYPE_CHECKING:
    from supervisor.model import Quality
    from supervisor.site.problems import Problem


class VigieError(Exception):
    """Root of the tree; never raised itself."""


class SiteError(VigieError):
    """A site folder that cannot be run."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        """All of them, in file and line order."""
        super().__init__(f"{len(self.problems)} problem(s) in the site folder")


class LinkLost(VigieError):
    """The connection to a controller is gone or was never made; `Link` connects again."""

    def __init__(self, reason: str, quality: Quality | None = None) -> None:
        self.quality = quality
        """The quality its tags take; None means NOT_CONNECTED."""
        super().__init__(reason)


class ReadFailed(VigieError):
    """A controller was asked for one value, for commissioning, and gave none; the message says why."""


class WriteFailed(VigieError):
    """The device answered a write with a refusal, or the write never left: the field is as it was."""


class WriteUnknown(VigieError):
    """A write left and no answer came: the device may have acted or not. Never repeated by itself."""


class Refused(VigieError):
    """A command, acknowledgement or shelving that Vigie declines; the message is for the operator."""

    def __init__(self, check: str, reason: str | Text) -> None:
        self.check = check
        """Which check said no: one word of `supervisor.desk.checks`, such as "right" or "interlock"."""
        self.text = reason if isinstance(reason, Text) else Text(reason, reason)
        """The sentence in both languages; `str()` of the exception is the English one, for logs."""
        super().__init__(self.text.en)


class StoreError(VigieError):
    """A history, journal or alarm file that cannot be written or read."""


class Unavailable(VigieError):
    """The environment lacks something; the message says what and what to do."""
