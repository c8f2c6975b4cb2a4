"""Ids for what a look found: letters, digits and underscores, short, and no two alike."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from supervisor.probe import Finding

_UNIQUE = re.compile(r"[^a-z0-9]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def slug(text: str) -> str:
    """ "Débit.réfoulé" -> "debit_refoule", "MotorSpeed" -> "motor_speed"; "tag" where nothing is left."""
    plain = unicodedata.normalize("NFKD", _HUMP.sub("_", text)).encode("ascii", "ignore").decode().lower()
    word = _UNIQUE.sub("_", plain).strip("_")
    return f"t_{word}" if word[:1].isdigit() else word or "tag"


def tag_ids(findings: Sequence[Finding]) -> list[str]:
    """One id each: the last word of its name, with as many words before it as it takes; else a number at the end."""
    words = [_words(finding) for finding in findings]
    ids = [parts[-1] for parts in words]
    for depth in range(2, max(map(len, words), default=0) + 1):
        counts = Counter(ids)
        ids = ["_".join(parts[-depth:]) if counts[one] > 1 else one for one, parts in zip(ids, words, strict=True)]
    return _numbered(ids)


def _words(finding: Finding) -> list[str]:
    """Its path in slugs: what is before the last word tells namesakes apart."""
    if finding.address.get("Modicon") and not finding.name:
        return [slug(f"{finding.row.get('table', 'tag')}_{finding.address['0-based']}")]
    source = finding.row.get("path") or finding.place if "node" in finding.address else finding.row.get("path", "")
    if not source:
        source = finding.row.get("topic", finding.name or finding.place)
    return [slug(part) for part in re.split(r"[/.:]", source.replace("@", "")) if part.strip("{}#+")] or ["tag"]


def _numbered(ids: Sequence[str]) -> list[str]:
    seen: dict[str, int] = {}
    result = []
    for one in ids:
        seen[one] = count = seen.get(one, 0) + 1
        result.append(one if count == 1 else f"{one}_{count}")
    return result
