"""The record of an approval for machines: what the PDF tells, as plain JSON values, with what proves it.

Signed by the key of the seal (`seal.statement`). It is for the parties: it opens the audit event, so that whoever has
it can compute the entry of the log from it. No T.C. kimlik no stands in it but a masked one.
"""

from collections.abc import Mapping
from typing import Any

from katip.audit.log.entries import event_text
from katip.audit.models import Event, EventDetail
from katip.contracts.month.proof import BETWEEN, change_text
from katip.contracts.texts import TEXTS
from katip.core.codes import code_shown
from katip.documents.making.facts import Approval, Facts
from katip.documents.making.paper import Register
from katip.documents.models import Occasion

FORMAT = "katip-statement/1"


def statement_of(facts: Facts, register: Register) -> Mapping[str, object]:
    """The statement of these facts; moments as ISO 8601 in UTC, hashes in hex, minutes a month as numbers."""
    document, contract, version = facts.document, facts.contract, facts.version
    process = version.process or contract.process
    need = facts.requirement
    return {
        "format": FORMAT,
        "register": {"origin": register.origin, "operator": register.operator, "is_ministry": register.is_ministry},
        "document": {
            "code": code_shown(document.code),
            "occasion": document.occasion,
            "at": document.at.isoformat(),
            "check": register.check_url(document),
        },
        "contract": {
            "id": contract.pk,
            "code": contract.code,
            "form": contract.form,
            "profession": contract.profession,
            "active_from": contract.active_from.isoformat() if contract.active_from else None,
            "carried_over": contract.carried_over,
            "professional_national_id": contract.professional.person.national_id_masked,
        },
        "terms": {"process": process.pk, "sha256": process.terms_hash, "approved": process.terms},
        "version": {
            "no": version.no,
            "basis": version.basis,
            "valid_from": version.valid_from.isoformat(),
            "minutes": version.minutes,
            "assignment_type": version.assignment_type,
            "employees": version.employees,
            "hazard_class": version.hazard_class,
            "required_minutes": version.required_minutes,
            "article": need.citation.full if need else None,
        },
        "approvals": [_approval(one) for one in facts.approvals],
        "consent": _consent(facts),
        "end": _end(facts),
        "month": _month(facts),
        "event": _event(facts.event, facts.detail),
        "log": _log(facts),
    }


def _approval(one: Approval) -> dict[str, Any]:
    decision = one.decision
    return {
        "process": one.process.pk,
        "role": one.party,
        "name": decision.person.name,
        "at": decision.decided_at.isoformat(),
        "second_step": {"method": decision.proof_method, "at": decision.proof_at.isoformat()},
        "terms_sha256": decision.terms_hash,
        "text": {"version": decision.text_version, **TEXTS.get(decision.text_version, {})},
        "event": _event(one.event, getattr(one.event, "detail", None)),
        "log_index": one.position,
    }


def _event(event: Event | None, detail: EventDetail | None) -> dict[str, Any] | None:
    """The event as the log hashes it, and its detail with the salt; None where the law had it erased."""
    if event is None:
        return None
    opened = {"salt": bytes(detail.salt).hex(), "body": detail.body} if detail else None
    return {"id": event.pk, "text": event_text(event), "detail": opened}


def _consent(facts: Facts) -> dict[str, Any] | None:
    consent = facts.consent
    if consent is None:
        return None
    return {
        "name": consent.declared_by.name,
        "at": consent.declared_at.isoformat(),
        "automatic_update": consent.auto_update,
        "text": consent.consent_text,
    }


def _end(facts: Facts) -> dict[str, Any] | None:
    contract, act = facts.contract, facts.end
    if facts.document.occasion != Occasion.ENDED:
        return None
    return {
        "last_day": contract.ends_on.isoformat() if contract.ends_on else None,
        "reason": contract.end_reason,
        "note": contract.end_note,
        "role": act.role if act else None,
        "name": act.person.name if act and act.person else None,
    }


def _month(facts: Facts) -> dict[str, Any] | None:
    """What proves a month's change by the event of its chunk (`contracts.month.proof`)."""
    month = facts.month
    if month is None:
        return None
    return {
        "leaf_text": change_text(month.change),
        "between": BETWEEN,
        "leaf": bytes(month.change.leaf).hex(),
        "path": [[side, beside.hex()] for side, beside in month.path],
    }


def _log(facts: Facts) -> dict[str, Any]:
    proof = facts.proof
    assert proof is not None  # noqa: S101 -- a document without a place in the log is not made
    return {
        "origin": proof.note.split("\n", 1)[0],
        "index": proof.index,
        "entry": proof.entry.hex(),
        "proof": proof.text(),
    }
