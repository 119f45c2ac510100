"""Authorising, suspending and restoring: who may, what it does to offers and approvals, what is written down."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from katip.audit.models import Event
from katip.core.actor import Actor, Capacity, Proof
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.identity.models import Person
from katip.processes.models import Outcome, ProcessState
from katip.registry.directory import NameAfter, Sought, professionals_find, professionals_seen, providers_find
from katip.registry.models import (
    Certificate,
    District,
    Official,
    Professional,
    Provider,
    Standing,
    Workplace,
)
from katip.registry.services.standing import (
    CertificateFields,
    ProviderFields,
    professional_authorise,
    professional_restore,
    professional_suspend,
    provider_authorise,
    provider_restore,
    provider_suspend,
)
from katip.rules import CertificateClass, ContractState, FormatError, Profession, RuleViolation
from tests.cast import AT, World, national_id, person

REASON = "Denetimde görülen eksikler giderilmedi."


def official(role: str = "directorate", province: int | None = None, number: int = 50) -> Actor:
    someone = person(number, "Görevli")
    office = Official.objects.create(person=someone, role=role, province_id=province)
    return Actor(someone.pk, Capacity.OFFICIAL, office.pk, Proof("totp", AT))


def provider_fields(**changed: Any) -> ProviderFields:
    district = District.objects.filter(province_id=34).order_by("pk")[0]
    fields: dict[str, Any] = {
        "kind": "osgb",
        "title": "Yeni Ortak Sağlık ve Güvenlik Birimi A.Ş.",
        "short_title": "Yeni OSGB",
        "authorisation_no": "YENİ-1",
        "vkn": "",
        "district_id": district.pk,
        "contact_name": "Ad Soyad",
        "contact_phone": "2120000000",
        "contact_hours": "Hafta içi 09:00–18:00",
    }
    return ProviderFields(**(fields | changed))


def certificate(**changed: Any) -> CertificateFields:
    fields: dict[str, Any] = {
        "profession": Profession.SAFETY_SPECIALIST,
        "certificate_class": CertificateClass.C,
        "number": "C-1",
        "valid_from": date(2025, 1, 1),
        "valid_to": None,
    }
    return CertificateFields(**(fields | changed))


Act = Callable[[Actor, World], Any]
ACTS: dict[str, Act] = {
    "authorise a provider": lambda actor, _: provider_authorise(actor=actor, at=AT, fields=provider_fields()),
    "authorise a professional": lambda actor, _: professional_authorise(
        actor=actor, at=AT, national_id=national_id(3), fields=certificate()
    ),
    "suspend a provider": lambda actor, world: provider_suspend(
        actor=actor, at=AT, provider_id=world.provider.pk, reason=REASON
    ),
    "restore a provider": lambda actor, world: provider_restore(
        actor=actor, at=AT, provider_id=world.provider.pk, reason=REASON
    ),
    "suspend a professional": lambda actor, world: professional_suspend(
        actor=actor, at=AT, professional_id=world.professionals[103].pk, reason=REASON
    ),
    "restore a professional": lambda actor, world: professional_restore(
        actor=actor, at=AT, professional_id=world.professionals[103].pk, reason=REASON
    ),
}


def suspended(world: World, act: str) -> None:
    if act.startswith("restore"):
        Provider.objects.update(suspended_on=date(2025, 5, 1))
        Professional.objects.update(suspended_on=date(2025, 5, 1))


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("who", ["owner", "manager", "specialist", "inspector", "counter", "borrowed", "one step"])
def test_only_the_directorate_acts(world: World, act: str, who: str) -> None:
    suspended(world, act)
    if who in {"inspector", "counter"}:
        actor = official(who)
    elif who in {"borrowed", "one step"}:
        directorate = official()
        actor = Actor(world.owner.pk, Capacity.OFFICIAL, directorate.organisation_id, directorate.proof)
        if who == "one step":
            actor = Actor(directorate.person_id, Capacity.OFFICIAL, directorate.organisation_id)
    else:
        actor = world.actor(who)
    before = (Provider.objects.count(), Certificate.objects.count())
    with pytest.raises(PermissionRefusedError):
        ACTS[act](actor, world)
    assert (Provider.objects.count(), Certificate.objects.count()) == before
    assert not Standing.objects.exists()
    assert not Event.objects.filter(tag__startswith="official:").exists()


@pytest.mark.parametrize("act", ACTS)
def test_what_the_directorate_does_is_written_down_once(world: World, act: str) -> None:
    suspended(world, act)
    actor = official()
    ACTS[act](actor, world)
    [standing] = Standing.objects.all()
    [event] = Event.objects.filter(tag__startswith="official:")
    assert (standing.official_id, standing.effective_on, standing.at) == (actor.person_id, date(2025, 6, 2), AT)
    assert event.subject_id == (standing.provider_id or standing.professional_id)
    assert event.tag.split(":")[1:] == ["provider" if standing.provider_id else "professional", standing.verb]
    assert (event.actor_id, event.capacity) == (actor.person_id, "official")
    if "authorise" not in act:
        assert standing.reason == REASON
        subject = standing.provider or standing.professional
        assert subject is not None
        assert subject.suspended_on == (date(2025, 6, 2) if "suspend" in act else None)
        with pytest.raises(StaleStateError):
            ACTS[act](actor, world)
        assert Standing.objects.count() == 1


@pytest.mark.parametrize(("province", "may"), [(None, True), (16, True), (34, False)])
@pytest.mark.parametrize("act", [act for act in ACTS if "suspend" in act])
def test_an_office_of_a_province_acts_there_only(world: World, act: str, province: int | None, may: bool) -> None:
    actor = official(province=province)
    if may:
        ACTS[act](actor, world)
        assert Standing.objects.count() == 1
    else:
        with pytest.raises(PermissionRefusedError, match="not_your_province"):
            ACTS[act](actor, world)
        assert not Standing.objects.exists()


def test_a_provider_is_authorised_in_the_offices_own_province(world: World) -> None:
    with pytest.raises(PermissionRefusedError, match="not_your_province"):
        provider_authorise(actor=official(province=16), at=AT, fields=provider_fields())
    there = official(province=34, number=51)
    made = provider_authorise(actor=there, at=AT, fields=provider_fields())
    assert (made.province_id, made.suspended_on) == (34, None)


@pytest.mark.parametrize(
    ("changed", "refused"),
    [
        ({"authorisation_no": "ÖRNEK-0001"}, "authorisation_known"),
        ({"sgk_number": "2" * 26}, "own_workplace_unknown"),
        ({"vkn": "1234567891"}, "FormatError"),
        ({"contact_phone": "05550000000"}, "FormatError"),
    ],
)
def test_a_provider_with_wrong_figures_is_refused_whole(world: World, changed: dict[str, Any], refused: str) -> None:
    with pytest.raises((RuleViolation, FormatError)) as raised:
        provider_authorise(actor=official(), at=AT, fields=provider_fields(**changed))
    assert refused in {getattr(raised.value, "code", ""), type(raised.value).__name__}
    assert Provider.objects.count() == 1
    assert not Event.objects.filter(tag__startswith="official:").exists()


def test_a_providers_own_workplace_is_nobody_elses(world: World) -> None:
    actor, number = official(), Workplace.objects.get(pk=world.elsewhere.pk).sgk_number
    made = provider_authorise(actor=actor, at=AT, fields=provider_fields(sgk_number=number))
    assert made.workplace_id == world.elsewhere.pk
    with pytest.raises(RuleViolation, match="own_workplace_taken"):
        provider_authorise(actor=actor, at=AT, fields=provider_fields(sgk_number=number, authorisation_no="YENİ-2"))


@pytest.mark.parametrize(
    ("number", "changed", "code"),
    [
        (999, {}, "person_unknown"),
        (3, {"certificate_class": CertificateClass.NONE}, "certificate_class_unfit"),
        (3, {"profession": Profession.WORKPLACE_PHYSICIAN}, "certificate_class_unfit"),
        (3, {"valid_to": date(2024, 12, 31)}, "certificate_dates"),
        (3, {"number": "TAKEN"}, "certificate_known"),
    ],
)
def test_a_certificate_that_does_not_fit_is_refused(
    world: World, number: int, changed: dict[str, Any], code: str
) -> None:
    Certificate.objects.filter(professional=world.professionals[140]).update(number="TAKEN")
    with pytest.raises(RuleViolation, match=code):
        professional_authorise(actor=official(), at=AT, national_id=national_id(number), fields=certificate(**changed))
    assert Certificate.objects.count() == 2
    assert Professional.objects.count() == 2


def test_a_second_certificate_makes_no_second_professional(world: World) -> None:
    made = professional_authorise(actor=official(), at=AT, national_id=national_id(6), fields=certificate())
    assert made == world.professionals[103]
    assert Professional.objects.count() == 2
    assert made.certificates.count() == 2


@pytest.mark.parametrize("length", [0, 9, 201])
def test_a_suspension_wants_its_reason(world: World, length: int) -> None:
    with pytest.raises(ValueError, match="10 to 200"):
        provider_suspend(actor=official(), at=AT, provider_id=world.provider.pk, reason="x" * length)
    assert Provider.objects.get().suspended_on is None


@pytest.mark.parametrize("act", ["suspend a provider", "suspend a professional"])
def test_while_suspended_nothing_new_is_offered_or_approved_and_what_runs_goes_on(world: World, act: str) -> None:
    running = world.active(140, workplace_id=world.workplace.pk)
    with_employer, with_professional = world.accepted(103), world.offer(103, workplace_id=world.elsewhere.pk)
    actor = official()
    ACTS[act](actor, world)
    code = "provider_suspended" if act.endswith("provider") else "professional_suspended"
    for offer in (
        lambda: world.offer(103, workplace_id=world.elsewhere.pk),
        lambda: world.decide("owner", with_employer),
        lambda: world.decide("specialist", with_professional),
    ):
        with pytest.raises(RuleViolation, match=code):
            offer()
    running.refresh_from_db()
    assert running.state == ContractState.ACTIVE
    world.decide("specialist", with_professional, outcome=Outcome.REJECTED, reason="Görev alamam, askıdayız.")
    with_professional.process.refresh_from_db()
    assert with_professional.process.state == ProcessState.REJECTED
    ACTS[act.replace("suspend", "restore")](actor, world)
    world.decide("owner", with_employer)
    with_employer.refresh_from_db()
    assert with_employer.state == ContractState.ACTIVE


def test_names_are_found_in_any_turkish_spelling_and_listed_in_turkish_order(world: World) -> None:
    office = Official.objects.get(pk=official().organisation)
    for number, name in enumerate(("Çağlar", "Cengiz", "Işıl", "İnci", "Ilgaz"), start=60):
        Professional.objects.create(person=Person.objects.get(pk=person(number, name).pk))
    listed = [one.person.given_name for one in professionals_find(office, Sought(), after=None, limit=50)]
    assert listed == ["Cengiz", "Çağlar", "Ilgaz", "Işıl", "İnci", "Physician", "Specialist"]
    for typed in ("isil", "IŞIL", "ışıl örnek"):
        [found] = professionals_find(office, Sought(typed), after=None, limit=50)
        assert found.person.given_name == "Işıl"
    first = professionals_find(office, Sought(), after=None, limit=3)
    last = first[2]
    after = NameAfter(last.person.name_sort, last.pk)
    following = professionals_find(office, Sought(), after=after, limit=50)
    assert [one.person.given_name for one in following] == listed[3:]


def test_the_directory_ends_at_the_border_of_the_province(world: World) -> None:
    here, there, everywhere = (
        Official.objects.get(pk=official(role="inspector", province=province, number=number).organisation)
        for province, number in ((16, 71), (34, 72), (None, 73))
    )
    assert [len(providers_find(office, Sought(), after=None, limit=9)) for office in (here, there, everywhere)] == [
        1,
        0,
        1,
    ]
    assert [professionals_seen(office).count() for office in (here, there, everywhere)] == [2, 0, 2]
    assert providers_find(everywhere, Sought(province=34), after=None, limit=9) == []
    assert len(providers_find(everywhere, Sought("örnek-0001"), after=None, limit=9)) == 1
    assert providers_find(everywhere, Sought(suspended=True), after=None, limit=9) == []
    assert len(professionals_find(everywhere, Sought(province=16), after=None, limit=9)) == 2
    assert professionals_find(everywhere, Sought(province=34), after=None, limit=9) == []


def test_whom_an_office_entered_it_sees_before_anybody_employs_them(world: World) -> None:
    actor = official(province=34)
    made = professional_authorise(actor=actor, at=AT, national_id=national_id(3), fields=certificate())
    office = Official.objects.get(pk=actor.organisation)
    assert list(professionals_seen(office)) == [made]
    professional_suspend(actor=actor, at=AT, professional_id=made.pk, reason=REASON)
