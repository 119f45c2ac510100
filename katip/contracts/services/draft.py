"""Writing an offer step by step: a draft is opened, written, thrown away, or sent. Colleagues share their drafts."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime

from katip.audit.services.record import Happening, record
from katip.contracts.kinds import SERVICE_KINDS
from katip.contracts.models import AssignmentType, Contract, DraftState, OfferDraft
from katip.contracts.offering import Written, written
from katip.contracts.permissions import require_proof
from katip.contracts.services.offer import Offer, offer_insert, require_manager, require_updates_done
from katip.contracts.texts import OFFER_INFORMATION
from katip.core.actor import Actor
from katip.core.clock import day_of
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.core.usecase import use_case, whole_from_here
from katip.registry.models import Provider, StaffContract, Workplace
from katip.registry.permissions import valid_on
from katip.rules import RuleViolation, parse_sgk_number

CODES = tuple(kind.code for kind in SERVICE_KINDS)
MOST_MINUTES = 50_000
"""more than a month has, in minutes: a typing mistake above it"""


@dataclass(frozen=True, slots=True)
class Answers:
    """What one step answers; None leaves an answer as it is. `minutes` are a month's, `sgk_number` has 26 digits."""

    code: int | None = None
    read: str | None = None
    sgk_number: str | None = None
    professional_id: int | None = None
    assignment_type: str | None = None
    minutes: int | None = None


@use_case
def draft_open(*, actor: Actor, at: datetime, code: int) -> OfferDraft:
    """Begin an offer of one kind of process (103, 140, 177).

    Raises `PermissionRefusedError` unless the actor manages the provider; `RuleViolation` `provider_suspended` while
    it may make no offers, `unknown_kind` for other codes.
    """
    provider_id = require_manager(actor, at)
    _require_kind(code)
    provider = Provider.objects.get(pk=provider_id)
    if provider.suspended_on is not None and provider.suspended_on <= day_of(at):
        raise RuleViolation("provider_suspended", facts={"since": provider.suspended_on})
    draft = OfferDraft.objects.create(
        provider=provider,
        code=code,
        fields=asdict(Written()),
        created_by_id=actor.person,
        created_at=at,
        updated_at=at,
    )
    record(actor, at, Happening("contract:draft:opened", draft.pk, {"code": code}))
    return draft


@use_case
def draft_write(*, actor: Actor, at: datetime, draft_id: int, version: int, answers: Answers) -> OfferDraft:
    """Put a step's answers into the draft as they are, right or wrong; what rests on a changed answer falls out.

    Raises `PermissionRefusedError` for whoever does not manage the provider, `StaleStateError` when the draft was
    changed since `version` or is no draft any more, `FormatError` for a malformed SGK number, `RuleViolation`
    `unknown_kind`, `not_staff` for a professional of no business of the provider's.
    """
    draft = _locked(actor, at, draft_id, version)
    before = written(draft)
    after = _answered(draft, before, answers, at)
    if answers.code is not None:
        draft.code = answers.code
    if after == before and answers.code is None:
        return draft
    draft.fields = asdict(after)
    _save(draft, at)
    # Which step was answered, not what: numbers and names stay out of the audit.
    answered = sorted(name for name, value in asdict(answers).items() if value is not None)
    record(actor, at, Happening("contract:draft:written", draft.pk, {"version": draft.version, "answered": answered}))
    return draft


@use_case
def draft_delete(*, actor: Actor, at: datetime, draft_id: int, version: int) -> OfferDraft:
    """Throw a draft away (*Silindi*); it stays for the record. Raises as `draft_write`."""
    draft = _locked(actor, at, draft_id, version)
    draft.state = DraftState.DELETED
    _save(draft, at)
    record(actor, at, Happening("contract:draft:deleted", draft.pk, {"code": draft.code}))
    return draft


@use_case
def draft_offer(*, actor: Actor, at: datetime, draft_id: int, version: int) -> Contract:
    """Send the offer: what stands in the draft at `version`, no more and no less.

    Raises as `draft_write` and `contract_offer`; `RuleViolation` `draft_incomplete` (fact: step) while an answer is
    missing; `PermissionRefusedError` `no_second_step` without one.
    """
    require_proof(actor)
    draft = _locked(actor, at, draft_id, version)
    whole_from_here("an offer is judged by what others agreed on")
    answers = written(draft)
    if step := missing(answers):
        raise RuleViolation("draft_incomplete", facts={"step": step})
    offer = offer_of(draft)
    require_updates_done(draft.provider_id, at, [offer.workplace_id])
    contract = offer_insert(actor, at, offer)
    draft.state, draft.contract = DraftState.OFFERED, contract
    _save(draft, at)
    record(actor, at, Happening("contract:draft:offered", draft.pk, {"process": contract.process_id}))
    return contract


def missing(answers: Written) -> str:
    """The first step that is not answered: `information`, `workplace`, `professional`, `minutes`; '' when none is."""
    steps = (
        ("information", answers.read == OFFER_INFORMATION),
        ("workplace", answers.workplace_id is not None),
        ("professional", answers.professional_id is not None),
        ("minutes", answers.minutes is not None and bool(answers.assignment_type)),
    )
    return next((name for name, answered in steps if not answered), "")


def offer_of(draft: OfferDraft) -> Offer:
    """The offer that the draft speaks of. Raises `ValueError` while workplace or professional is missing."""
    answers = written(draft)
    if answers.workplace_id is None or answers.professional_id is None:
        raise ValueError(f"draft {draft.pk} names no workplace, or no professional")
    return Offer(
        code=draft.code,
        workplace_id=answers.workplace_id,
        professional_id=answers.professional_id,
        minutes=answers.minutes or 0,
        provider_id=draft.provider_id,
        assignment_type=answers.assignment_type or AssignmentType.PART_TIME,
    )


def _require_kind(code: int) -> None:
    if code not in CODES:
        raise RuleViolation("unknown_kind", facts={"code": code})


def _locked(actor: Actor, at: datetime, draft_id: int, version: int) -> OfferDraft:
    """The draft, held until the end, as the actor saw it."""
    provider_id = require_manager(actor, at)
    draft = OfferDraft.objects.select_for_update().filter(pk=draft_id, provider_id=provider_id).first()
    if draft is None:
        raise PermissionRefusedError("not_yours")
    if draft.state != DraftState.DRAFT or draft.version != version:
        raise StaleStateError("the draft is not what was shown")
    return draft


def _save(draft: OfferDraft, at: datetime) -> None:
    draft.version += 1
    draft.updated_at = at
    draft.save()


def _answered(draft: OfferDraft, before: Written, answers: Answers, at: datetime) -> Written:
    after = before
    if answers.code is not None:
        _require_kind(answers.code)
        if answers.code != draft.code:  # another profession: other people, other figures, other words
            after = replace(after, read="", professional_id=None, minutes=None)
    if answers.read is not None:
        after = replace(after, read=answers.read)
    if answers.sgk_number is not None:
        after = _placed(after, str(parse_sgk_number(answers.sgk_number)))
    if answers.professional_id is not None:
        _require_staff(draft.provider_id, answers.professional_id, at)
        after = replace(after, professional_id=answers.professional_id)
    if answers.assignment_type is not None:
        after = replace(after, assignment_type=AssignmentType(answers.assignment_type).value)
    if answers.minutes is not None:
        after = replace(after, minutes=min(max(answers.minutes, 0), MOST_MINUTES))
    return after


def _placed(before: Written, sgk_number: str) -> Written:
    found = Workplace.objects.filter(sgk_number=sgk_number).values_list("pk", flat=True).first()
    minutes = before.minutes if found == before.workplace_id else None  # they were another workplace's minimum
    return replace(before, sgk_number=sgk_number, workplace_id=found, minutes=minutes)


def _require_staff(provider_id: int, professional_id: int, at: datetime) -> None:
    staff = StaffContract.objects.filter(valid_on(at), provider_id=provider_id, professional_id=professional_id)
    if not staff.exists():
        raise RuleViolation("not_staff")
