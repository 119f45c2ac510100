"""The verdict: what was checked, what was not, what was found, and why it does not hold if it does not."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from katip_verify.said import Refused, Said, Unable, shown_safely

VALID, NOT_VALID, CANNOT_CHECK = 0, 1, 2
"""exit status of each verdict"""
_NAMES = ("valid", "not valid", "cannot check")


@dataclass(slots=True)
class Report:
    """What one run finds out."""

    checked: list[Said] = field(default_factory=list)
    unchecked: list[Said] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    status: int = VALID
    reason: Said | None = None

    def holds(self, code: str, /, **args: str | int | Said) -> None:
        """Note what was checked and holds."""
        self.checked.append(Said(code, args))

    def passes_by(self, code: str, /, **args: str | int | Said) -> None:
        """Note what is not checked, so that nobody takes it for checked."""
        self.unchecked.append(Said(code, args))

    def text(self, language: str) -> str:
        """The verdict for people: the first line says it all."""
        verdict = Said(f"v-{_NAMES[self.status].replace(' ', '-')}").text(language)
        lines = [verdict if self.reason is None else f"{verdict}: {self.reason.text(language)}"]
        lines += [f"  + {one.text(language)}" for one in self.checked]
        lines += [f"  ? {one.text(language)}" for one in self.unchecked]
        lines += [f"    {name}: {shown_safely(_plain(value))}" for name, value in self.facts.items()]
        return "\n".join(lines)

    def json(self, language: str) -> str:
        """The verdict for machines: one JSON object on one line, ASCII."""
        return json.dumps(
            {
                "verdict": _NAMES[self.status],
                "status": self.status,
                "reason": None if self.reason is None else _object(self.reason, language),
                "checked": [_object(one, language) for one in self.checked],
                "unchecked": [_object(one, language) for one in self.unchecked],
                "facts": self.facts,
            }
        )


def report_make(check: Callable[[Report], None]) -> Report:
    """Run a check and take down its verdict. What nobody foresaw says nothing of the evidence: it cannot be checked."""
    report = Report()
    try:
        check(report)
    except Refused as refused:
        report.status, report.reason = NOT_VALID, refused.said
    except Unable as unable:
        report.status, report.reason = CANNOT_CHECK, unable.said
    except Exception as error:  # noqa: BLE001 - a fault of this program must never read as a verdict
        report.status, report.reason = CANNOT_CHECK, Said("fault", {"why": f"{type(error).__name__}: {error}"})
    return report


def _object(one: Said, language: str) -> dict[str, str]:
    return {"code": one.code, "text": one.text(language)}


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
