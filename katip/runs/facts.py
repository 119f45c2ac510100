"""The figures of a refusal as plain JSON, and back as they were: dates, classes and professions keep their type."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from katip.rules import Citation, HazardClass, Profession, RuleViolation
from katip.runs.kinds import Refused

_CITATION = "citation"
_TYPES: dict[str, Any] = {"date": date.fromisoformat, "hazard": HazardClass, "profession": Profession}


def facts_write(refused: Refused) -> dict[str, Any]:
    """What is kept of a refusal beside its code."""
    kept = {name: _write(value) for name, value in refused.facts.items()}
    cited = refused.citation
    if cited is not None:
        kept[_CITATION] = {"short": cited.short, "full": cited.full, "since": cited.since.isoformat()}
    return kept


def facts_read(code: str, kept: Mapping[str, Any]) -> RuleViolation:
    """The refusal as the statute raised it, for whoever puts it into words."""
    cited = kept.get(_CITATION)
    citation = Citation(cited["short"], cited["full"], date.fromisoformat(cited["since"])) if cited else None
    facts = {name: _read(value) for name, value in kept.items() if name != _CITATION}
    return RuleViolation(code, citation, facts)


def _write(value: object) -> Any:
    if isinstance(value, HazardClass):
        return {"hazard": str(value)}
    if isinstance(value, Profession):
        return {"profession": str(value)}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _read(value: Any) -> object:
    if not isinstance(value, dict):
        return value
    [(name, text)] = value.items()
    return _TYPES[name](text)
