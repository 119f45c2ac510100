"""The plain values that the statute speaks of: professions, hazard classes, certificate classes, citations.

Values only: nothing here reads a file, a clock or a database.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType


class Profession(StrEnum):
    """What a professional is certified as (6331 m.3, m.6)."""

    SAFETY_SPECIALIST = "safety_specialist"
    """iş güvenliği uzmanı, İGU"""
    WORKPLACE_PHYSICIAN = "workplace_physician"
    """işyeri hekimi, İH"""
    OTHER_HEALTH_PERSONNEL = "other_health_personnel"
    """diğer sağlık personeli, DSP"""


class HazardClass(StrEnum):
    """The hazard class of a workplace (6331 m.9), ordered by hazard and not by spelling."""

    LOW = "low"
    """az tehlikeli"""
    HAZARDOUS = "hazardous"
    """tehlikeli"""
    VERY_HAZARDOUS = "very_hazardous"
    """çok tehlikeli"""

    @property
    def rank(self) -> int:
        """0 for az tehlikeli, 1 for tehlikeli, 2 for çok tehlikeli."""
        return _HAZARD_ORDER.index(self)

    # A str compares by its letters ("hazardous" < "low"), silently wrong here. A bare string is refused as well:
    # returning NotImplemented would hand the question back to str.
    def __lt__(self, other: object) -> bool:
        return self.rank < _hazard_rank(other)

    def __le__(self, other: object) -> bool:
        return self.rank <= _hazard_rank(other)

    def __gt__(self, other: object) -> bool:
        return self.rank > _hazard_rank(other)

    def __ge__(self, other: object) -> bool:
        return self.rank >= _hazard_rank(other)


_HAZARD_ORDER = (HazardClass.LOW, HazardClass.HAZARDOUS, HazardClass.VERY_HAZARDOUS)


def _hazard_rank(value: object) -> int:
    if not isinstance(value, HazardClass):
        raise TypeError(f"a hazard class has no order against {type(value).__name__}")
    return value.rank


class CertificateClass(StrEnum):
    """Class of a safety specialist's certificate; the health professions have none (İGU Yön. m.7)."""

    A = "A"
    B = "B"
    C = "C"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a rule is written.

    `short` goes beside a figure on a page, `full` into documents; both are Turkish, as the law is.
    `since` is the first day on which the cited wording applied.
    """

    short: str
    full: str
    since: date
    source_url: str | None = None


class RuleViolation(Exception):  # noqa: N818 - a refusal by the statute, an expected answer and not a fault
    """The statute, or the register's own rules, refuse what was asked.

    `code` is stable and chooses the message; `facts` holds the plain values for its placeholders and never a
    person's data; `citation` is None where no text of law stands behind the refusal.
    """

    def __init__(self, code: str, citation: Citation | None = None, facts: Mapping[str, object] | None = None) -> None:
        """Keep the arguments in `args` too, so that the exception survives pickling between processes."""
        plain = dict(facts or {})
        super().__init__(code, citation, plain)
        self.code = code
        self.citation = citation
        self._facts = plain

    @property
    def facts(self) -> Mapping[str, object]:
        """Plain values for the message's placeholders, read only."""
        return MappingProxyType(self._facts)  # made anew each time: a proxy cannot be pickled

    def __str__(self) -> str:
        """Code and facts, for logs."""
        details = " ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.code} {details}".rstrip()
