"""Branches and those who work there; applications and what was decided on them."""

from katip.counter.models.applications import (
    OPEN_STATES,
    Application,
    ApplicationState,
    Purpose,
    Review,
    ReviewOutcome,
)
from katip.counter.models.branches import Branch, BranchClosure, OpeningHours, Posting

__all__ = [
    "OPEN_STATES",
    "Application",
    "ApplicationState",
    "Branch",
    "BranchClosure",
    "OpeningHours",
    "Posting",
    "Purpose",
    "Review",
    "ReviewOutcome",
]
