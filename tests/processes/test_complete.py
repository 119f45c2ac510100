"""Deciding steps: by the party asked, once, on what was shown, in one transaction with its effect and its events."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import ProgrammingError, connection
from django.test.utils import CaptureQueriesContext

from katip.audit.models import Event
from katip.audit.services.record import detail_hash
from katip.contracts.models import Contract, ContractVersion
from katip.core.actor import Actor, Capacity, Proof
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.processes.errors import AlreadyDecidedError
from katip.processes.models import Decision, Outcome, Process
from katip.processes.permissions import decisions_refused
from katip.processes.services.complete import StepDecision, steps_complete
from katip.processes.services.terms import terms_hash
from katip.registry.models import Mandate
from tests.cast import AT, World, decision
from tests.conftest import owner_connect

REASON = "Süre bize fazla geliyor."


def unchanged() -> tuple[Any, ...]:
    """Everything that a decision could have written."""
    return (
        list(Process.objects.order_by("pk").values()),
        list(Contract.objects.order_by("pk").values()),
        list(Decision.objects.order_by("pk").values()),
        ContractVersion.objects.count(),
        Event.objects.count(),
    )


def test_a_decision_says_who_when_on_what_and_by_which_second_step(world: World) -> None:
    contract = world.accepted()
    world.decide("owner", contract, at=AT + timedelta(hours=1))
    accepted, approved = Decision.objects.order_by("step__no")
    assert (accepted.person_id, accepted.capacity) == (world.specialist.pk, Capacity.INDIVIDUAL)
    assert (approved.person_id, approved.capacity) == (world.owner.pk, Capacity.WORKPLACE)
    assert (approved.outcome, approved.reason, approved.text_version) == (Outcome.APPROVED, "", "hizmet-onayi/1")
    assert (approved.decided_at, approved.proof_at) == (AT + timedelta(hours=1), AT + timedelta(minutes=59))
    assert approved.proof_method == "totp"
    process = Process.objects.get()
    assert approved.terms_hash == process.terms_hash == terms_hash(process.terms)
    assert (process.version, process.state, process.waits_for, process.closed_at) == (
        3,
        "completed",
        "",
        approved.decided_at,
    )


@pytest.mark.parametrize(
    ("role", "outcome"), [("specialist", "approved"), ("owner", "approved"), ("owner", "rejected")]
)
def test_every_decision_leaves_one_event_whose_detail_fits_its_hash(world: World, role: str, outcome: str) -> None:
    contract = world.offer() if role == "specialist" else world.accepted()
    before = set(Event.objects.values_list("pk", flat=True))
    world.decide(role, contract, outcome=outcome, reason=REASON if outcome == "rejected" else "")
    [event] = Event.objects.exclude(pk__in=before).select_related("detail")
    actor = world.actor(role)
    assert (event.tag, event.at, event.subject_id) == (f"process:step:{outcome}", AT, contract.process_id)
    assert (event.actor_id, event.capacity, event.organisation_id) == (
        actor.person_id,
        actor.capacity,
        actor.organisation_id,
    )
    assert detail_hash(bytes(event.detail.salt), event.detail.body) == bytes(event.detail_hash)
    assert event.detail.body["terms_hash"] == Process.objects.get().terms_hash
    event.detail.body["step"] = 9
    assert detail_hash(bytes(event.detail.salt), event.detail.body) != bytes(event.detail_hash)


def _employer_before_professional(world: World, contract: Contract) -> Actor:
    Process.objects.filter(pk=contract.process_id).update(waits_for="professional", waits_for_person=world.specialist)
    return world.actor("owner")


def _ended(world: World, _: Contract) -> Actor:
    Mandate.objects.filter(person=world.owner).update(valid_to=date(2025, 6, 1))
    return world.actor("owner")


def _not_yet(world: World, _: Contract) -> Actor:
    Mandate.objects.filter(person=world.owner).update(valid_from=date(2025, 6, 3))
    return world.actor("owner")


def _as(role: str, **changes: Any) -> Callable[[World, Contract], Actor]:
    def actor(world: World, _: Contract) -> Actor:
        one = world.actor(role)
        values = {"capacity": one.capacity, "organisation_id": one.organisation_id, "proof": one.proof} | changes
        return Actor(one.person_id, **values)

    return actor


WRONG_PARTIES: list[tuple[str, Callable[[World, Contract], Actor], str]] = [
    ("no second step", _as("owner", proof=None), "no_second_step"),
    ("nobody", lambda _, __: Actor(None, proof=Proof("totp", AT)), "no_second_step"),
    ("a stranger", _as("stranger"), "mandate_ended"),
    ("an accountant without a mandate here", _as("accountant", capacity=Capacity.WORKPLACE), "mandate_ended"),
    ("the provider's manager", _as("manager"), "not_your_turn"),
    ("the professional, again", _as("specialist"), "not_your_turn"),
    ("another professional", _as("physician"), "not_your_turn"),
    ("the owner in their own name", _as("owner", capacity=Capacity.INDIVIDUAL), "not_your_turn"),
    ("the owner before their turn", _employer_before_professional, "not_your_turn"),
    ("the owner whose mandate ended", _ended, "mandate_ended"),
    ("the owner whose mandate begins tomorrow", _not_yet, "mandate_ended"),
]
UNSEEN = {
    "a stranger",
    "an accountant without a mandate here",
    "another professional",
    "the owner whose mandate ended",
    "the owner whose mandate begins tomorrow",
}
"""to whom PostgreSQL does not even show the process: as a number that is none"""


@pytest.mark.parametrize(("who", "actor_of", "code"), WRONG_PARTIES, ids=[row[0] for row in WRONG_PARTIES])
def test_only_the_party_asked_decides(
    world: World, who: str, actor_of: Callable[[World, Contract], Actor], code: str
) -> None:
    contract = world.accepted()
    actor = actor_of(world, contract)
    before = unchanged()
    for outcome, reason in ((Outcome.APPROVED, ""), (Outcome.REJECTED, REASON)):
        with pytest.raises(PermissionRefusedError) as refused:
            steps_complete(actor=actor, at=AT, decisions=[decision(contract, outcome=outcome, reason=reason)])
        assert refused.value.code == ("no_mandate" if who in UNSEEN else code)
    assert unchanged() == before
    if who in UNSEEN:  # nor would the first lock let them
        process = Process.objects.get(pk=contract.process_id)
        assert decisions_refused(actor, [process], AT)[process.pk].code == code


def test_another_professional_cannot_accept_in_their_place(world: World) -> None:
    contract = world.offer()
    with pytest.raises(PermissionRefusedError, match="no_mandate"):
        world.decide("physician", contract)


def test_the_last_day_of_a_mandate_still_counts(world: World) -> None:
    contract = world.accepted()
    Mandate.objects.filter(person=world.owner).update(valid_to=date(2025, 6, 2))
    world.decide("owner", contract)
    assert Contract.objects.get().state == "active"


def test_any_e_bildirge_user_of_the_workplace_may_decide_but_only_the_first_does(world: World) -> None:
    contract = world.accepted()
    as_seen_by_both = decision(contract)
    world.decide("colleague", contract)
    before = unchanged()
    with pytest.raises(AlreadyDecidedError) as refused:
        steps_complete(actor=world.actor("owner"), at=AT, decisions=[as_seen_by_both])
    assert refused.value.process_id == contract.process_id
    with pytest.raises(AlreadyDecidedError):
        steps_complete(actor=world.actor("colleague"), at=AT, decisions=[as_seen_by_both])
    assert unchanged() == before
    assert Decision.objects.filter(step__no=2).get().person == world.colleague


SEEN: list[tuple[str, dict[str, Any], type[Exception]]] = [
    ("an earlier version", {"version": 1}, AlreadyDecidedError),
    ("a version to come", {"version": 3}, AlreadyDecidedError),
    ("other terms", {"terms_hash": "0" * 64}, StaleStateError),
    ("a rejection without reason", {"outcome": Outcome.REJECTED}, ValueError),
    ("a rejection with nine characters", {"outcome": Outcome.REJECTED, "reason": "x" * 9}, ValueError),
    ("a rejection with 201 characters", {"outcome": Outcome.REJECTED, "reason": "x" * 201}, ValueError),
]


@pytest.mark.parametrize(("what", "seen", "error"), SEEN, ids=[row[0] for row in SEEN])
def test_what_was_not_shown_is_not_decided(
    world: World, what: str, seen: dict[str, Any], error: type[Exception]
) -> None:
    contract = world.accepted()
    before = unchanged()
    with pytest.raises(error):
        world.decide("owner", contract, **seen)
    assert unchanged() == before


@pytest.mark.parametrize("length", [10, 200])
def test_a_reason_has_10_to_200_characters_and_is_kept(world: World, length: int) -> None:
    world.decide("owner", world.accepted(), outcome=Outcome.REJECTED, reason="ğ" * length)
    assert Decision.objects.get(outcome="rejected").reason == "ğ" * length


def test_terms_changed_since_they_were_shown_are_not_approved(world: World) -> None:
    contract = world.accepted()
    shown = decision(contract)
    terms = Process.objects.get().terms | {"minutes": 100}
    Process.objects.update(terms=terms, terms_hash=terms_hash(terms))
    with pytest.raises(StaleStateError):
        steps_complete(actor=world.actor("owner"), at=AT, decisions=[shown])


def test_a_batch_with_one_foreign_or_unknown_process_stands_not_at_all(world: World) -> None:
    mine, foreign = world.accepted(103), world.accepted(140, workplace_id=world.elsewhere.pk)
    before = unchanged()
    for other in (decision(foreign), StepDecision(process_id=10**9, version=1, terms_hash="0" * 64)):
        with pytest.raises(PermissionRefusedError):
            steps_complete(actor=world.actor("owner"), at=AT, decisions=[decision(mine), other])
    assert unchanged() == before


def test_the_fingerprint_is_of_the_terms_whatever_their_order() -> None:
    assert terms_hash({"b": "ğ", "a": 1}) == terms_hash({"a": 1, "b": "ğ"})
    assert terms_hash({"a": 1}) != terms_hash({"a": 2})
    assert terms_hash({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@pytest.mark.django_db(transaction=True)
def test_when_the_event_cannot_be_written_nothing_has_happened(world: World) -> None:
    contract = world.accepted()
    before = unchanged()
    names = (settings.KATIP_LOGINS.party, settings.KATIP_LOGINS.work, settings.KATIP_LOGINS.official)
    every = ", ".join(f'"{name}"' for name in names)  # the house inherits what the others may
    with owner_connect() as owner:
        owner.execute(f"REVOKE INSERT ON audit_event FROM {every}")
        try:
            with pytest.raises(ProgrammingError) as refused:
                world.decide("owner", contract)
        finally:
            owner.execute(f"GRANT INSERT ON audit_event TO {every}")
    assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege)
    assert unchanged() == before
    world.decide("owner", contract)
    assert Contract.objects.get().state == "active"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("role", "code", "statements"), [("specialist", 103, 10), ("owner", 103, 11), ("owner", 0, 11)]
)
def test_a_completion_takes_a_fixed_number_of_statements_however_many_it_decides(
    world: World, role: str, code: int, statements: int
) -> None:
    contracts = (
        [world.offer()] if role == "specialist" else [world.accepted(one) for one in ([code] if code else [103, 140])]
    )
    decisions = [decision(contract) for contract in contracts]
    with CaptureQueriesContext(connection) as captured:
        steps_complete(actor=world.actor(role), at=AT, decisions=decisions)
    sql = [query["sql"] for query in captured.captured_queries]
    assert (sql[0], sql[-1]) == ("BEGIN", "COMMIT")
    assert len(sql[1:-1]) == statements
    assert statements <= 11


def test_the_proof_is_kept_as_it_was(world: World) -> None:
    contract = world.offer()
    proof = Proof("totp", datetime(2025, 6, 2, 8, 30, tzinfo=UTC))
    steps_complete(actor=Actor(world.specialist.pk, proof=proof), at=AT, decisions=[decision(contract)])
    assert Decision.objects.get().proof_at == proof.at
    assert Event.objects.get(tag="process:step:approved").detail.body["proof"] == {
        "method": "totp",
        "at": "2025-06-02T08:30:00+00:00",
    }


def test_terms_that_no_longer_fit_their_own_hash_are_not_approved(world: World) -> None:
    contract = world.accepted()
    process = Process.objects.get(pk=contract.process_id)
    Process.objects.filter(pk=process.pk).update(terms={**process.terms, "minutes": 1})
    with pytest.raises(StaleStateError):
        world.decide("owner", contract)
