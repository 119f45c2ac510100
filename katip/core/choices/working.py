"""Where the law leaves it to whoever operates the register."""

from typing import ClassVar

from pydantic import BaseModel, Field


class Working(BaseModel):
    """Where the law leaves it to whoever operates the register."""

    title: ClassVar[str] = "The register's own rules"

    approval_deadline_days: int = Field(
        default=0,
        ge=0,
        description=(
            "working days to answer a step, shown as its last day; what is not answered by then lapses. `0`: no "
            "last day, nothing lapses. Days of administrative leave: `katip import leave_days`"
        ),
    )
    bulk_approval: bool = Field(
        default=True,
        description=(
            "people may approve all that waits for them in one ceremony ([docs/runs.md](runs.md)); `false`: a few "
            "of one company at a time. Runs that were confirmed before are carried out"
        ),
    )
    remind_days: str = Field(
        default="3,1",
        pattern=r"^\s*(\d{1,2}(\s*,\s*\d{1,2})*)?\s*$",
        description=(
            "how many days before its last day whoever is asked is reminded, once for each figure; empty: never. "
            "Without a last day: every 7 days, three times ([docs/notices.md](notices.md))"
        ),
    )
    feed_bad_percent: int = Field(
        default=1,
        ge=0,
        le=100,
        description=(
            "lines of a month's feed, in a hundred, that may be wrong before all of it is refused; always at "
            "least 100 lines ([feed.md](feed.md))"
        ),
    )
    review_percent: int = Field(
        default=5,
        ge=0,
        le=100,
        description="the share of counter decisions that is drawn for a supervisor to review",
    )
    reason_minutes: int = Field(
        default=30,
        ge=5,
        le=480,
        description=("so long holds the reason that an official gave for looking people up. See [looks.md](looks.md)"),
    )
    application_days: int = Field(
        default=30,
        ge=7,
        description="an application to be verified at a counter ends after so many days",
    )
    keep: dict[str, str] = Field(
        default={},
        description=(
            "how long which data are kept, where it is not the proposal: a JSON object from code to `15y`, `6m`, "
            "`90d` or `never`. In force after `katip migrate`. See [retention.md](retention.md)"
        ),
    )
