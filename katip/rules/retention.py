"""How long which data are kept, from which moment, on what legal ground, and what becomes of them then.

Types and questions only; the rows stand in `katip.rules.retention_table`. What the law itself does not say in years is
marked so (`settled` False): it is a proposal that the operator confirms, and nothing goes by it until then.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

_SPAN = re.compile(r"(\d{1,3})([ymd])")
_UNITS = {"y": ("years", "yıl", "years"), "m": ("months", "ay", "months"), "d": ("days", "gün", "days")}
NEVER = "never"


class Fate(StrEnum):
    """What becomes of data whose time is over."""

    KEEP = "keep"
    """kept as long as the register itself"""
    DELETE = "delete"
    """the rows are deleted"""
    BLANK = "blank"
    """the column is emptied, the row stays"""
    ERASE_DETAIL = "erase_detail"
    """an event's detail is deleted; the event and its hash stay, so that the log still proves itself"""


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time as people count it: so many years, months or days. `text` is `2y`, `6m`, `90d`."""

    text: str

    def __post_init__(self) -> None:
        """Raise `ValueError` for anything else."""
        if not _SPAN.fullmatch(self.text):
            message = f"{self.text!r} is no span: write 2y, 6m or 90d"
            raise ValueError(message)

    @property
    def interval(self) -> str:
        """As PostgreSQL reads it: `2 years`."""
        count, unit = self._parts()
        return f"{count} {_UNITS[unit][0]}"

    def words(self, language: str) -> str:
        """In words: `2 yıl` or `2 years`."""
        count, unit = self._parts()
        if not count:
            return "hemen" if language == "tr" else "at once"
        if language == "tr":
            return f"{count} {_UNITS[unit][1]}"
        return f"{count} {_UNITS[unit][2] if count != 1 else _UNITS[unit][2][:-1]}"

    def _parts(self) -> tuple[int, str]:
        found = _SPAN.fullmatch(self.text)
        assert found is not None  # noqa: S101 -- held when it was made
        return int(found[1]), found[2]


@dataclass(frozen=True, slots=True)
class Words:
    """The same in Turkish and in English."""

    tr: str
    en: str

    def of(self, language: str) -> str:
        """In this language; Turkish where it is not known."""
        return self.en if language == "en" else self.tr


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of data.

    `tables` names every table, or `table.column`, that it is about. `span` counts from `start`; None with `Fate.KEEP`.
    `ground` is the article by which it is processed and kept. `settled` is False where the span is our proposal.
    """

    code: str
    kind: Words
    tables: tuple[str, ...]
    fate: Fate
    ground: str
    span: Span | None = None
    start: Words = Words("", "")
    settled: bool = True

    def __post_init__(self) -> None:
        """Raise `ValueError` for a rule that contradicts itself."""
        if (self.fate is Fate.KEEP) != (self.span is None) or (self.span is not None) != bool(self.start.tr):
            message = f"{self.code}: a span, its start and what follows belong together"
            raise ValueError(message)


def span_of(rule: Rule, told: Mapping[str, str]) -> Span | None:
    """The span by which a rule is carried out, or None: kept as it is.

    `told` is what the operator set, by the rule's code: a span, or `never`. Without it, settled rules go by their own
    span, and the others wait for the operator.
    """
    if rule.fate is Fate.KEEP:
        return None
    if rule.code in told:
        return None if told[rule.code] == NEVER else Span(told[rule.code])
    return rule.span if rule.settled else None


def told_check(rules: tuple[Rule, ...], told: Mapping[str, str]) -> list[str]:
    """What is wrong with the operator's setting, in sentences; nothing where it can be gone by."""
    known = {rule.code for rule in rules if rule.fate is not Fate.KEEP}
    faults = [f"{code}: there is no such rule" for code in told if code not in known]
    for code, span in told.items():
        if span != NEVER and not _SPAN.fullmatch(span):
            faults.append(f"{code}: {span!r} is no span; write 2y, 6m, 90d or never")
    return faults
