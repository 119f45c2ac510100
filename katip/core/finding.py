"""What a look at one thing found."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class Weight(StrEnum):
    """How much a finding matters."""

    PROBLEM = "problem"
    """something does not work, or will be lost"""
    WARNING = "warning"
    """something is near, or not as it should be"""
    FINE = "fine"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what it is like, why that matters, what to do."""

    weight: Weight
    what: str
    why: str = ""
    mend: str = ""


def fine(what: str) -> Finding:
    """Nothing to do."""
    return Finding(Weight.FINE, what)


def problem(what: str, why: str, mend: str) -> Finding:
    """Something does not work."""
    return Finding(Weight.PROBLEM, what, why, mend)


def warning(what: str, why: str, mend: str) -> Finding:
    """Something is not as it should be."""
    return Finding(Weight.WARNING, what, why, mend)


def looked_at(name: str, look: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """What `look` finds; a look that fails is a finding itself, and hides no other."""
    try:
        yield from look()
    except Exception as error:  # noqa: BLE001 -- whatever it is, the doctor goes on
        reason = str(error).strip().split("\n")[0] or type(error).__name__
        yield warning(f"{name} could not be looked at: {reason}", "What is not looked at may be wrong.", "")
