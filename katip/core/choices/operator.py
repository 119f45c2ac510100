"""Who runs the register and whom people call; shown on every page."""

from typing import ClassVar

from pydantic import BaseModel, Field


class Operator(BaseModel):
    """Who runs the register and whom people call; shown on every page."""

    title: ClassVar[str] = "The operator"

    operator_name: str = Field(
        default="",
        description="who operates this installation; shown on every page. Production does not start without it",
    )
    operator_is_ministry: bool = Field(
        default=False,
        description="`true` drops the words that this is not the ministry's register. For the ministry only",
    )
    controller_name: str = Field(
        default="",
        description="who answers for the personal data, on the page about privacy. Empty: the operator",
    )
    help_name: str = Field(
        default="",
        description="whom to call",
    )
    help_phone: str = Field(
        default="",
        description="their number: 10 digits without the leading 0. Production does not start without it",
    )
    help_hours: str = Field(
        default="",
        description="and when",
    )
    counter_name: str = Field(
        default="",
        description="where people go to have their sign-in opened. Empty: pages refer to the help contact",
    )
