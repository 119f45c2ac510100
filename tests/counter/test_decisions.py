"""Deciding at the desk: who may, what they must have looked at, what it opens, who was faster."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection

from katip.audit.models import Event, EventDetail
from katip.core.actor import OPERATOR, Actor, Capacity
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.counter.evidence import chip_session_deciding
from katip.counter.models import Application, ApplicationState, Branch, Posting, Purpose, Review
from katip.counter.services.branches import posting_set
from katip.counter.services.decisions import CHECKS, Seen, application_confirm, chip_open
from katip.counter.services.handover import code_again
from katip.identity.models import ActivationCode, ChipSession, ChipState, NoticeKind, Person, Proofing, SecurityNotice
from katip.identity.opening import code_key
from katip.registry.models import Official
from katip.rules import RuleViolation
from tests.cast import AT, World, sign_in_open
from tests.counter.counter_cast import (
    ADDRESS,
    UNKNOWN,
    acting,
    applied,
    branch,
    confirm,
    known,
    official,
    override,
    refuse,
    second,
    seen,
)

HERE = "10.1.0.0/16\n2001:db8::/32"


@pytest.fixture
def where(world: World) -> Branch:
    return branch()


@pytest.fixture
def officer(where: Branch) -> Official:
    return official(50, where=where)


@pytest.fixture
def other(where: Branch) -> Official:
    return official(51, where=where)


def refused(code: str, call: Any, *arguments: Any, **more: Any) -> None:
    with pytest.raises(PermissionRefusedError) as caught:
        call(*arguments, **more)
    assert caught.value.code == code


# what a confirmation opens


def test_a_confirmation_establishes_the_person_and_draws_a_code(world: World, officer: Official, where: Branch) -> None:
    application = applied(email="ayse@ornek.com.tr")
    opened = confirm(officer, application)
    person = known(UNKNOWN)
    assert person is not None
    assert (person.name, person.email, person.has_usable_password()) == ("Ayşe Örnek", "ayse@ornek.com.tr", False)
    proofing = Proofing.objects.get()
    assert (proofing.person, proofing.way, proofing.officer_id) == (person, "counter", officer.person_id)
    assert (proofing.reference, proofing.second_officer) == (application.pk, None)
    row = ActivationCode.objects.get()
    assert row.code_key == code_key(opened.code)
    assert (row.opens_password, row.opens_second_step, row.resets) == (True, True, False)
    found = Application.objects.get()
    assert (found.state, found.person, found.branch, found.proofing) == ("confirmed", person, where, proofing)
    kinds = set(SecurityNotice.objects.filter(person=person).values_list("kind", flat=True))
    assert kinds == {"proofed", "code_issued", "application_confirmed"}


def test_another_name_than_the_registers_needs_a_second_officer_and_changes_nothing(
    world: World, officer: Official, other: Official
) -> None:
    before = Person.objects.values().get(pk=world.newcomer.pk)
    application = applied(world.newcomer.national_id, names=("Zeynep", "Başka"), email="baska@ornek.com.tr")
    with pytest.raises(RuleViolation, match="counter_names_differ"):
        confirm(officer, application)
    override(officer, application)
    second(other, application)
    assert Person.objects.values().get(pk=world.newcomer.pk) == before
    assert Person.objects.filter(national_id_key=world.newcomer.national_id_key).count() == 1


def test_the_same_name_may_be_written_otherwise(world: World, officer: Official) -> None:
    confirm(officer, applied(world.newcomer.national_id, names=("  NEWCOMER", "ORNEK ")))


@pytest.mark.parametrize(
    ("purpose", "has", "opens"),
    [
        (Purpose.ACCOUNT, (True, True), (True, False, False)),
        (Purpose.ACCOUNT, (True, False), (True, True, False)),
        (Purpose.SECOND_STEP, (True, False), (False, True, False)),
        (Purpose.SECOND_STEP, (False, False), (True, True, False)),
        (Purpose.LOST_FACTOR, (True, True), (False, True, True)),
        (Purpose.BOTH_LOST, (True, True), (True, True, True)),
    ],
)
def test_each_purpose_opens_what_was_asked_for_and_no_more(
    world: World, officer: Official, purpose: Purpose, has: tuple[bool, bool], opens: tuple[bool, ...]
) -> None:
    password, two_steps = has
    if password:
        sign_in_open(world.newcomer, two_steps=two_steps)
    row = confirm(officer, applied(world.newcomer.national_id, purpose)).row
    assert (row.opens_password, row.opens_second_step, row.resets) == opens
    assert Authenticator.objects.filter(user=world.newcomer).exists() == two_steps


def test_what_else_was_open_in_the_same_name_is_closed(world: World, officer: Official) -> None:
    mine, double, another = applied(), applied(), applied(purpose=Purpose.LOST_FACTOR)
    confirm(officer, mine)
    states = dict(Application.objects.values_list("pk", "state"))
    assert states == {mine.pk: "confirmed", double.pk: "cancelled", another.pk: "open"}
    with pytest.raises(StaleStateError):
        confirm(officer, double, seen=Seen(double.pk, double.version))
    assert Application.objects.get(pk=double.pk).version == double.version + 1


def test_nothing_of_a_code_or_a_number_stands_in_the_audit(world: World, officer: Official) -> None:
    opened = confirm(officer, applied())
    told = " ".join(str(body) for body in EventDetail.objects.values_list("body", flat=True))
    assert opened.code not in told
    assert UNKNOWN not in told
    assert "totp" in EventDetail.objects.get(event__tag="counter:application:confirmed").body["proof"]["method"]


# who may


@pytest.mark.parametrize("act", [confirm, override, refuse])
def test_nobody_decides_for_themselves_by_person_or_by_number(world: World, officer: Official, act: Any) -> None:
    own = applied(officer.person.national_id)
    refused("own_application", act, officer, own)
    by_person = applied(UNKNOWN)
    Application.objects.filter(pk=by_person.pk).update(person=officer.person)
    refused("own_application", act, officer, by_person)
    assert not Proofing.objects.exists()


def test_the_first_officer_is_never_the_second(world: World, officer: Official, other: Official) -> None:
    application = applied()
    override(officer, application)
    refused("same_officer", second, officer, application)
    refused("same_officer", refuse, officer, application)
    opened = second(other, application)
    proofing = Proofing.objects.get()
    assert (proofing.officer_id, proofing.second_officer_id) == (officer.person_id, other.person_id)
    assert opened.application.state == ApplicationState.CONFIRMED


def test_the_second_officer_is_not_the_applicant(world: World, officer: Official, other: Official) -> None:
    application = applied(other.person.national_id)
    override(officer, application)
    refused("own_application", second, other, application)


def test_a_supervisor_serves_at_the_counter_too(world: World, where: Branch, officer: Official) -> None:
    supervisor = official(52, "supervisor", where=where)
    application = applied()
    override(officer, application)
    second(supervisor, application)
    assert Application.objects.get().state == "confirmed"


@pytest.mark.parametrize("act", [confirm, override, refuse])
def test_an_act_needs_a_second_step_that_is_young_enough(world: World, officer: Official, act: Any) -> None:
    application = applied()
    aged = AT + timedelta(minutes=15)
    assert acting(officer, aged).proof is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.counter.counter_cast.acting", lambda office, at: acting(office, at, minutes=16))
        refused("second_step_old", act, officer, application)
        patch.setattr(
            "tests.counter.counter_cast.acting",
            lambda office, _at: Actor(office.person_id, Capacity.OFFICIAL, office.pk, None),
        )
        refused("no_second_step", act, officer, application)
    act(officer, application)


@pytest.mark.parametrize("role", ["inspector", "directorate", "operator"])
def test_other_offices_decide_nothing(world: World, where: Branch, role: str) -> None:
    office = Official.objects.create(person=world.stranger, role=role)
    Posting.objects.create(official=office, branch=where, since=AT.date())
    refused("no_office", confirm, office, applied())


def test_an_officer_without_a_place_or_in_a_closed_branch_decides_nothing(world: World, where: Branch) -> None:
    application = applied()
    seatless = official(60, where=None)
    refused("no_posting", confirm, seatless, application)
    posting_set(actor=OPERATOR, at=AT, official_id=seatless.pk, branch_id=where.pk)
    Posting.objects.update(until=AT.date())
    refused("no_posting", confirm, seatless, application)
    Posting.objects.update(until=None, since=AT.date() + timedelta(days=1))
    refused("no_posting", confirm, seatless, application)
    Posting.objects.update(since=AT.date())
    Branch.objects.update(closed_on=AT.date())
    refused("branch_closed", confirm, seatless, application)
    Branch.objects.update(closed_on=None)
    Official.objects.filter(pk=seatless.pk).update(ended_on=AT.date())
    refused("no_office", confirm, seatless, application)


@pytest.mark.parametrize(
    ("networks", "address", "allowed"),
    [
        ("", "203.0.113.9", True),
        (HERE, "10.1.200.3", True),
        (HERE, "::ffff:10.1.200.3", True),
        (HERE, "2001:db8:5::1", True),
        (HERE, "10.2.0.1", False),
        (HERE, "2001:db9::1", False),
        (HERE, "", False),
        ("10.1.0.0/16 and more", "10.1.0.1", False),
    ],
)
def test_an_officer_works_from_the_branchs_networks_only(
    officer: Official, networks: str, address: str, allowed: bool
) -> None:
    Branch.objects.update(networks=networks)
    application = applied()
    if allowed:
        confirm(officer, application, address=address)
    else:
        refused("network_closed", confirm, officer, application, address=address)
        assert Application.objects.get().state == "open"


# what was looked at


@pytest.mark.parametrize("missing", sorted(CHECKS))
def test_a_plain_confirmation_needs_every_tick(world: World, officer: Official, missing: str) -> None:
    with pytest.raises(RuleViolation, match="counter_checks_missing"):
        confirm(officer, applied(), checks=CHECKS - {missing})


def read(application: Application, officer: Official, verdict: str, *reasons: str) -> ChipSession:
    opened = chip_open(actor=acting(officer), at=AT, address=ADDRESS, application_id=application.pk)
    ChipSession.objects.filter(pk=opened.session.pk).update(
        state=ChipState.DONE, verdict=verdict, reasons=list(reasons), consumed_at=AT, signer="a" * 64, evidence="b" * 64
    )
    return ChipSession.objects.get(pk=opened.session.pk)


@pytest.mark.parametrize("reason", ["wrong_person", "clone_check_failed", "signer_revoked", "document_expired"])
def test_a_chip_that_speaks_against_the_card_needs_a_second_officer(
    world: World, officer: Official, other: Official, reason: str
) -> None:
    application = applied()
    read(application, officer, "refused", reason, "revocation_list_stale")
    with pytest.raises(RuleViolation, match="counter_chip_against"):
        confirm(officer, application)
    override(officer, application, checks=CHECKS)
    second(other, application)
    assert Proofing.objects.get().level == ""


@pytest.mark.parametrize("then", ["begun", "abandoned", "failed"])
def test_what_spoke_against_a_card_is_not_forgotten_by_another_reading(
    world: World, officer: Official, then: str
) -> None:
    application = applied()
    read(application, officer, "refused", "wrong_person")
    if then == "failed":
        read(application, officer, "refused", "malformed")
    else:
        opened = chip_open(actor=acting(officer), at=AT, address=ADDRESS, application_id=application.pk)
        state = ChipState.WAITING if then == "begun" else ChipState.ABANDONED
        ChipSession.objects.filter(pk=opened.session.pk).update(state=state)
    with pytest.raises(RuleViolation, match="counter_chip_against"):
        confirm(officer, application)
    read(application, officer, "chip_only")
    assert confirm(officer, application).application.chip_session is not None


@pytest.mark.parametrize("reason", ["revocation_list_missing", "malformed", "no_trusted_country"])
def test_a_chip_that_could_not_be_verified_leaves_it_to_the_officers_eyes(
    world: World, officer: Official, reason: str
) -> None:
    application = applied()
    read(application, officer, "refused", reason)
    confirm(officer, application)


def test_what_the_chip_showed_is_attached(world: World, officer: Official) -> None:
    application = applied()
    read(application, officer, "refused", "wrong_person")  # the wrong card at first
    session = read(application, officer, "chip_with_clone_check")
    confirm(officer, application)
    proofing = Proofing.objects.get()
    assert (proofing.level, proofing.signer, proofing.evidence) == ("chip_with_clone_check", "a" * 64, "b" * 64)
    assert Application.objects.get().chip_session == session


def test_a_reading_for_another_number_counts_for_nothing(world: World, officer: Official) -> None:
    application = applied()
    session = read(application, officer, "chip_with_clone_check")
    ChipSession.objects.filter(pk=session.pk).update(national_id_key=world.owner.national_id_key)
    confirm(officer, application)
    assert Proofing.objects.get().level == ""


@pytest.mark.parametrize("text", ["kısa", "x" * 201])
def test_a_reason_has_ten_to_two_hundred_characters(world: World, officer: Official, text: str) -> None:
    application = applied()
    with pytest.raises(ValueError, match="10 to 200"):
        refuse(officer, application, reason=text)
    with pytest.raises(ValueError, match="10 to 200"):
        override(officer, application, why=text)


def test_a_refusal_opens_nothing_and_tells_the_reason(world: World, officer: Official) -> None:
    application = applied(world.newcomer.national_id)
    Application.objects.filter(pk=application.pk).update(person=world.newcomer)
    refuse(officer, application)
    assert not Proofing.objects.exists()
    assert not ActivationCode.objects.exists()
    notice = SecurityNotice.objects.get(kind=NoticeKind.APPLICATION_REFUSED)
    assert notice.person == world.newcomer


# time, and who was faster


def test_an_application_that_is_over_is_not_decided(world: World, officer: Official) -> None:
    application = applied()
    with pytest.raises(RuleViolation, match="application_over"):
        confirm(officer, application, at=application.expires_at)


def test_the_slower_officer_changes_nothing(world: World, officer: Official, other: Official) -> None:
    application = applied()
    shown = seen(application)
    confirm(officer, application)
    for act in (confirm, override, refuse):
        with pytest.raises(StaleStateError):
            act(other, application, seen=shown)
        with pytest.raises(StaleStateError):
            act(other, application)
    assert ActivationCode.objects.count() == 1


def test_a_second_look_at_what_changed_meanwhile_is_stale(world: World, officer: Official, other: Official) -> None:
    application = applied()
    shown = seen(application)
    override(officer, application)
    with pytest.raises(StaleStateError):
        second(other, application, seen=shown)
    with pytest.raises(StaleStateError):
        confirm(other, application)


@pytest.mark.django_db(transaction=True)
def test_of_two_officers_at_once_one_confirms(world: World) -> None:
    where = branch()
    officers = [official(50, where=where), official(51, where=where)]
    application = applied()
    shown, results = seen(application), []
    barrier = threading.Barrier(2)

    def act(office: Official) -> None:
        try:
            barrier.wait(10)
            asked: dict[str, Any] = {"address": ADDRESS, "seen": shown, "checks": CHECKS}
            results.append(application_confirm(actor=acting(office), at=AT, **asked).code)
        except StaleStateError:
            results.append("")
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=[one]) for one in officers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(map(bool, results)) == [False, True]
    assert Proofing.objects.count() == ActivationCode.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_another_decided_after_the_look_is_not_overwritten(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    where = branch()
    slow, quick = official(50, where=where), official(51, where=where)
    application = applied()
    where_asked = "katip.counter.services.decisions.chip_session_deciding"

    def other_decides() -> None:
        refuse(quick, application)
        connection.close()

    def meanwhile(found: Application) -> ChipSession | None:
        monkeypatch.setattr(where_asked, chip_session_deciding)
        thread = threading.Thread(target=other_decides)
        thread.start()
        thread.join(30)
        return chip_session_deciding(found)

    monkeypatch.setattr(where_asked, meanwhile)
    with pytest.raises(StaleStateError):
        confirm(slow, application)
    assert Application.objects.get().state == "refused"
    assert not ActivationCode.objects.exists()


# the draw, and the code once more


@pytest.mark.parametrize(("percent", "drawn"), [(0, 0), (100, 2)])
def test_a_share_of_what_is_decided_is_drawn(
    world: World, officer: Official, settings: Any, percent: int, drawn: int
) -> None:
    settings.KATIP = settings.KATIP.model_copy(update={"review_percent": percent})
    confirm(officer, applied())
    refuse(officer, applied(world.newcomer.national_id))
    assert Review.objects.count() == drawn
    assert Event.objects.filter(tag="counter:review:drawn").count() == drawn


def test_the_draw_takes_as_many_as_the_operator_says(
    world: World, officer: Official, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.KATIP = settings.KATIP.model_copy(update={"review_percent": 5})
    drawn = iter([4, 5])
    monkeypatch.setattr("katip.counter.services.decisions.secrets.randbelow", lambda _: next(drawn))
    confirm(officer, applied())
    refuse(officer, applied(world.newcomer.national_id))
    assert Review.objects.get().application.state == "confirmed"


def test_an_unused_code_is_replaced_within_the_hour_by_who_decided(
    world: World, officer: Official, other: Official
) -> None:
    opened = confirm(officer, applied())
    asked: dict[str, Any] = {"address": ADDRESS, "application_id": opened.application.pk}
    refused("not_yours", lambda: code_again(actor=acting(other), at=AT, **asked))
    again = code_again(actor=acting(officer), at=AT, **asked)
    assert again.code != opened.code
    assert ActivationCode.objects.get(used_at=None, revoked_at=None).code_key == code_key(again.code)
    late = AT + timedelta(hours=1, minutes=1)
    with pytest.raises(StaleStateError):
        code_again(actor=acting(officer, late), at=late, **asked)
    ActivationCode.objects.filter(pk=again.row.pk).update(used_at=AT)
    with pytest.raises(StaleStateError):
        code_again(actor=acting(officer), at=AT, **asked)
