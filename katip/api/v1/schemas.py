"""What is sent and answered: English snake_case names, minutes a month, ids as whole numbers.

No T.C. kimlik no is among them: people are named by `professional_id` and name.
"""

from datetime import date, datetime
from typing import Annotated

from ninja import Schema
from pydantic import ConfigDict, Field, WithJsonSchema

from katip.contracts.models import AssignmentType, Fitness
from katip.documents.models import DocumentState
from katip.documents.models import Occasion as DocumentOccasion
from katip.documents.sheet import COLUMNS
from katip.processes.models import Outcome, PartyKind, ProcessState
from katip.rules import CertificateClass, ContractState, EndReason, Exemption, HazardClass, Profession

LAST_ID = 2**63 - 1
"""what the database can hold"""
Minutes = Annotated[int, Field(ge=0, description="minutes a month")]
Id = Annotated[int, Field(ge=1, le=LAST_ID)]


_SHEET_ROW = {
    "type": "object",
    "properties": {one.field: {"type": "string", "description": one.header.strip()} for one in COLUMNS},
    "required": [one.field for one in COLUMNS],
    "additionalProperties": False,
}
SheetRow = Annotated[dict[str, str], WithJsonSchema(_SHEET_ROW)]


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


class RequirementOut(Answered):
    """What the law asks of a workplace for one profession in a month."""

    required: bool
    minutes: Minutes
    full_time_persons: int
    """whole persons for the whole month, beside the minutes"""
    minutes_per_employee: int
    employees_by_minutes: int
    """employees whom no full-time person serves"""
    exemption: Exemption | None
    """why nothing is required"""
    citation: str
    """the article, in Turkish"""
    settled: bool
    """false where it is disputed whether the duty is in force"""


class ComplianceOut(Answered):
    """One profession's contracts in force, held against the law; minutes a month."""

    profession: Profession
    verdict: Fitness
    requirement: RequirementOut | None
    """null where the workplace's figures are not known"""
    missing_minutes: int
    missing_persons: int
    surplus_minutes: int


class WorkplaceComplianceOut(Answered):
    """Whether a workplace's contracts are what the law asks; those of other providers count as well."""

    workplace: PlaceOut
    hazard_class: HazardClass | None
    employees: int | None
    own_undertaking: bool
    """the employer serves personally: specialist and physician are not owed"""
    professions: list[ComplianceOut]


class CompliancePage(Answered):
    """A page of workplaces, judged."""

    items: list[WorkplaceComplianceOut]
    next_cursor: str | None


class RequiredOut(Answered):
    """The calculator's answer for the three professions."""

    hazard_class: HazardClass
    employees: int
    as_of: date
    safety_specialist: RequirementOut
    workplace_physician: RequirementOut
    other_health_personnel: RequirementOut


class ProfessionalRef(Answered):
    """A professional, as other things name them."""

    professional_id: int
    name: str


class CertificateOut(Answered):
    """A certificate in force or ended within the last 90 days."""

    profession: Profession
    certificate_class: CertificateClass
    number: str
    valid_to: date | None


class MinutesOut(Answered):
    """A professional's month with the provider; `free` = staff - active - blocked - pending, and may be negative."""

    staff: int
    active: int
    blocked: int
    """of contracts that ended early; free again after the month's end"""
    pending: int
    """of offers that wait"""
    free: int


class FreedOut(Answered):
    """Minutes that become free on a day."""

    day: date
    minutes: Minutes


class ProfessionalOut(ProfessionalRef):
    """A professional of the provider's staff, or one who still serves its contracts."""

    suspended_on: date | None
    certificates: list[CertificateOut]
    minutes: MinutesOut


class ProfessionalDetail(ProfessionalOut):
    """And when minutes become free."""

    freed: list[FreedOut]


class ProfessionalPage(Answered):
    """A page of professionals."""

    items: list[ProfessionalOut]
    next_cursor: str | None


class ContractOut(Answered):
    """A contract; while it is `awaiting_professional` or `awaiting_employer`, an offer."""

    contract_id: int
    process_id: int
    """the process that agrees, or agreed, on it"""
    code: int
    profession: Profession
    state: ContractState
    assignment_type: AssignmentType
    minutes: Minutes
    """in force now; before it is in force, those offered"""
    workplace: PlaceOut
    professional: ProfessionalRef
    certificate_number: str
    offered_at: datetime
    due_on: date | None
    """last day to answer, while it waits"""
    active_from: datetime | None
    ends_on: date | None
    """last day served, announced or over"""
    ended_at: datetime | None
    end_reason: EndReason | None
    verdict: Fitness
    carried_over: bool
    """brought in from another register: its approval is not proved here"""
    predecessor_id: int | None
    """the contract after which it was offered anew"""
    page: str
    """where a person sees it"""


class ContractPage(Answered):
    """A page of contracts."""

    items: list[ContractOut]
    next_cursor: str | None


class StepOut(Answered):
    """One party, asked in its turn."""

    no: int
    party: PartyKind
    outcome: Outcome | None
    """null while it was not decided"""
    decided_at: datetime | None
    reason: str
    """of a rejection"""


class ProcessOut(Answered):
    """Something that waits for named parties in order, or did."""

    process_id: int
    code: int
    state: ProcessState
    version: int
    waits_for: PartyKind | None
    """who decides next"""
    waiting_since: datetime | None
    due_on: date | None
    created_at: datetime
    closed_at: datetime | None
    workplace: PlaceOut | None
    contract_id: int | None
    """the contract that it agrees on, or whose minutes it updates"""
    page: str
    """where a person decides it"""


class ProcessDetail(ProcessOut):
    """And its steps."""

    steps: list[StepOut]


class ProcessPage(Answered):
    """A page of processes."""

    items: list[ProcessOut]
    next_cursor: str | None


class DocumentOut(Answered):
    """A document of a contract: one for each version of its terms, one for its end."""

    document_id: int
    contract_id: int
    occasion: DocumentOccasion
    version_no: int
    """0 for an end"""
    at: datetime
    """the moment of what it tells"""
    state: DocumentState
    made_at: datetime | None
    code: str
    """by which anybody checks it, in groups of four"""
    check_page: str


class DocumentList(Answered):
    """The documents of one contract, oldest first."""

    items: list[DocumentOut]


class SheetPage(Answered):
    """A page of rows of the sheet: the 46 cells by name, each as the sheet has it (Turkish words, days dd.mm.yyyy)."""

    items: list[SheetRow]
    next_cursor: str | None
