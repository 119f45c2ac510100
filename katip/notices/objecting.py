"""What follows from *Bu OSGB’yi tanımıyorum* when an offer of that provider comes to the employer's turn."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import override

from katip.audit.log.stream import Streamed
from katip.contracts.kinds import SERVICE_KINDS
from katip.core.actor import Actor, Capacity, Proof
from katip.notices.models import Objection
from katip.notices.occasions import APPROVED
from katip.notices.occasions_others import DISOWNED
from katip.processes.models import Outcome, PartyKind, Process, ProcessState
from katip.processes.services.complete import StepDecision, steps_complete_each

OFFERED = frozenset(kind.code for kind in SERVICE_KINDS)
"""codes of what a provider offers to a workplace"""
_SAID = 20
"""people of one workplace who said it of one provider; more are not asked"""


def disown_reason() -> str:
    """What the provider reads as the reason: Turkish, as everything that people write into the register."""
    with override("tr"):
        return _("İşyeri, teklifi yapan kurumu tanımadığını bildirdi.")


def rejection(process: Process) -> StepDecision:
    """The employer's answer to an offer of a provider that they do not know."""
    return StepDecision(process.pk, process.version, process.terms_hash, Outcome.REJECTED, disown_reason())


def offers_disown(entries: Sequence[Streamed], at: datetime) -> int:
    """Reject, as it was said, the offers among these that reach the employer now; returns how many were rejected.

    Only offers that were there when it was said: what the provider offers afterwards is asked about anew. By the second
    step that stood behind the objection, in the name of who made it, if they may still speak for the workplace.
    """
    numbers = {entry.subject_id for entry in entries if entry.tag == APPROVED and entry.subject_id is not None}
    for entry in entries:
        if entry.tag == DISOWNED:  # what reached the employer while it was being said was not seen from there
            numbers.update((entry.detail or {}).get("processes", ()))
    waiting = Process.objects.filter(
        pk__in=numbers, state=ProcessState.OPEN, waits_for=PartyKind.EMPLOYER, code__in=OFFERED
    )
    rejected = 0
    for process in waiting.order_by("pk"):
        said = Objection.objects.filter(workplace=process.workplace_id, provider=process.provider_id)
        for objection in said.filter(at__gte=process.created_at).order_by("pk")[:_SAID]:
            proof = Proof(objection.proof_method, objection.proof_at)
            actor = Actor(objection.person_id, Capacity.WORKPLACE, objection.workplace_id, proof)
            if steps_complete_each(actor=actor, at=at, decisions=[rejection(process)]).moved:
                rejected += 1
                break  # else who said it speaks for the workplace no more: somebody else may have said it, too
    return rejected
