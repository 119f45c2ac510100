"""People, how their sign-in is opened, and what they are told of it."""

from katip.identity.models.codes import ActivationCode, Enrolment
from katip.identity.models.devices import KnownDevice
from katip.identity.models.links import ProviderLink
from katip.identity.models.person import Person, PersonManager
from katip.identity.models.proofing import ChipSession, ChipState, Proofing, ProofingWay
from katip.identity.models.telling import NoticeKind, SecurityNotice

__all__ = [
    "ActivationCode",
    "ChipSession",
    "ChipState",
    "Enrolment",
    "KnownDevice",
    "NoticeKind",
    "Person",
    "PersonManager",
    "Proofing",
    "ProofingWay",
    "ProviderLink",
    "SecurityNotice",
]
