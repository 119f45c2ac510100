"""What is sent and answered: English snake_case names, minutes a month, ids as whole numbers.

No T.C. kimlik no is among them: people are named by `professional_id` and name.
"""

from datetime import date, datetime
from typing import Annotated

from ninja import Schema
from pydantic import ConfigDict, Field

from katip.rules import CertificateClass, ContractState, EndReason, HazardClass, Profession

Minutes = Annotated[int, Field(ge=0, description="minutes a month")]


class Answered(Schema):
    """What every answer shares: told as it is declared."""

    model_config = ConfigDict(from_attributes=True, use_attribute_docstrings=True)


class ProviderOut(Answered):
    """The provider that a token is for."""

    provider_id: int
    title: str
    authorisation_no: str


class TokenOut(Answered):
    """The token itself; never its secret."""

    token_id: int
    name: str
    prefix: str
    """the beginning of the secret"""
    scopes: list[str]
    made_at: datetime
    expires_at: datetime
    calls_a_minute: int
    provider: ProviderOut


class PlaceOut(Answered):
    """A workplace, as other things name it."""

    workplace_id: int
    title: str
    sgk_number: str
    """26 digits"""


class WorkplaceOut(PlaceOut):
    """A workplace that the provider serves, or has offered to."""

    province_code: int
    """plate code, 1 to 81"""
    province: str
    district: str
    nace_code: str
    hazard_class: HazardClass | None
    """null where the register does not know it"""
    employees: int | None
    """null where SGK has told no figure"""
    employees_since: date | None
    """first day of the month from which the figure holds"""
    closed_on: date | None


class WorkplacePage(Answered):
    """A page of workplaces."""

    items: list[WorkplaceOut]
    next_cursor: str | None


class ProfessionalRef(Answered):
    """A professional, as other things name them."""

    professional_id: int
    name: str


__all__ = ["CertificateClass", "ContractState", "EndReason", "Minutes", "Profession"]
