"""What was agreed: contracts, what becomes one, what replaces one, and what is counted of them."""

from katip.contracts.models.contract import (
    AssignmentType,
    Carried,
    Contract,
    ContractAct,
    ContractVersion,
    DurationUpdate,
    Fitness,
    VersionBasis,
)
from katip.contracts.models.coverage import Coverage, OfferFunnel, ProviderCoverage
from katip.contracts.models.month import MonthChange, Shortage
from katip.contracts.models.offers import DraftState, OfferDraft, OfferSheet, SheetState
from katip.contracts.models.undertaking import Undertaking, UndertakingState

__all__ = [
    "AssignmentType",
    "Carried",
    "Contract",
    "ContractAct",
    "ContractVersion",
    "Coverage",
    "DraftState",
    "DurationUpdate",
    "Fitness",
    "MonthChange",
    "OfferDraft",
    "OfferFunnel",
    "OfferSheet",
    "ProviderCoverage",
    "SheetState",
    "Shortage",
    "Undertaking",
    "UndertakingState",
    "VersionBasis",
]
