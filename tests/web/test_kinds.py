"""The step pages of every kind of process: seen by its parties and its proposer only, decided, rejected, taken back."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from katip.contracts.services.update import update_propose
from katip.core.actor import Actor
from katip.core.clock import day_of
from katip.identity.models import Person
from katip.processes.kinds import kinds
from katip.processes.models import Decision, Process
from katip.processes.selectors import WaitingAfter, process_seen, processes_waiting
from katip.registry.models import Mandate
from katip.rules import Citation, HazardClass, Profession, RuleViolation
from katip.web.processes.kinds import Presenter, presenter_of
from katip.web.processes.kinds.base import Presenter as PlainPresenter
from katip.web.refusals import REFUSALS, refusal_parts, refusal_words
from tests.cast import World, entered, signed_in
from tests.contracts.people import People, people_make

pytestmark = pytest.mark.django_db
REASON = "Koşullar konuştuğumuz gibi değil."


@pytest.fixture
def people(world: World) -> People:
    return people_make(world)


@dataclass
class Case:
    """A process of one kind, who decides it and who proposed it."""

    process: Process
    decider: Person
    proposer: Person


def now() -> datetime:
    return datetime.now(UTC)


def at_now(actor: Actor) -> Actor:
    assert actor.proof
    return Actor(actor.person_id, actor.capacity, actor.organisation_id, type(actor.proof)("totp", now()))


def offer(people: People) -> Case:
    world = people.world
    return Case(world.offer(at=now()).process, world.specialist, world.manager)


def update(people: People) -> Case:
    world, at = people.world, now()
    contract = world.active(at=at)
    made = update_propose(actor=world.actor("owner", at=at), at=at, contract_id=contract.pk, minutes=300)
    return Case(made.process, world.manager, world.owner)


def own_staff(people: People) -> Case:
    made = people.assign(actor=people.world.actor("owner", at=now()), at=now())
    return Case(made.process, people.employee, people.world.owner)


def undertaking(people: People) -> Case:
    number = people.candidate.national_id
    made = people.undertake(actor=at_now(people.small_actor()), at=now(), national_id=number)
    return Case(made.process, people.candidate, people.world.owner)


def staff(people: People) -> Case:
    made = people.propose(actor=people.world.actor("manager", at=now()), at=now(), first_day=day_of(now()))
    return Case(made, people.employee, people.world.manager)


def appointment(people: People) -> Case:
    made = people.appoint(actor=at_now(people.principal_actor()), at=now())
    return Case(made, people.candidate, people.principal)


CASES: dict[int, Callable[[People], Case]] = {
    103: offer,
    9001: update,
    9002: own_staff,
    9003: undertaking,
    9004: staff,
    9005: appointment,
}
each_kind = pytest.mark.parametrize("code", CASES)


def page(someone: Person, process: Process, route: str = "step") -> str:
    answer = signed_in(someone).get(reverse(route, args=[process.pk]))
    assert answer.status_code == 200
    return answer.text.replace("\xa0", " ")


def shown(process: Process, **more: str) -> dict[str, str]:
    process.refresh_from_db()
    return {"version": str(process.version), "terms_hash": process.terms_hash, "read": "on"} | more


def send(client: Client, process: Process, route: str, **more: str) -> str:
    answer = client.post(reverse(route, args=[process.pk]), shown(process, **more), follow=True)
    assert answer.status_code == 200
    return answer.text.replace("\xa0", " ")


def test_every_kind_has_words_of_its_own() -> None:
    plain = [kind.code for kind in kinds() if type(presenter_of(Process(code=kind.code))) is PlainPresenter]
    assert plain == []
    assert {kind.code for kind in kinds()} == {*CASES, 140, 177, 9006}  # 9006: tests/web/test_provider_steps.py


def test_a_kind_that_nobody_put_into_words_still_has_a_plain_page(people: People) -> None:
    process = undertaking(people).process
    words = Presenter()
    assert words.heading(process, "").startswith("9003 · ")
    assert [row["label"] for row in words.terms(process, in_full=True)] == ["İşyeri", "İlgili kişi"]
    assert words.consequence(process, "person")


@each_kind
def test_its_party_reads_the_terms_and_decides_below_them(people: People, code: int) -> None:
    case = CASES[code](people)
    text = page(case.decider, case.process)
    assert "Okudum" in text
    assert "Tamamla" in text
    assert "Bu süreçte kim ne yaptı" in text
    assert f"{code} · " in text
    assert case.proposer.name in text


@each_kind
def test_its_proposer_sees_who_is_next_and_may_take_it_back(people: People, code: int) -> None:
    case = CASES[code](people)
    text = page(case.proposer, case.process)
    assert "Sıra " in text
    assert 'name="read"' not in text
    assert reverse("step_withdraw", args=[case.process.pk]) in text


@each_kind
def test_to_everybody_else_it_looks_like_none(people: People, code: int) -> None:
    case = CASES[code](people)
    for stranger in (people.world.stranger, people.world.physician, people.world.accountant):
        client = signed_in(stranger)
        for route in ("step", "step_reject", "step_withdraw", "step_result"):
            assert client.get(reverse(route, args=[case.process.pk])).status_code == 404
        assert client.post(reverse("step_complete", args=[case.process.pk]), shown(case.process)).status_code == 404
    case.process.refresh_from_db()
    assert case.process.state == "open"


@each_kind
def test_it_is_completed_and_its_record_says_by_which_words(people: People, code: int) -> None:
    case = CASES[code](people)
    text = send(signed_in(case.decider), case.process, "step_complete")
    assert ("Onayınız kaydedildi" if code == 103 else "Süreç başarıyla tamamlandı") in text
    assert "Kod uygulaması".lower() in text.lower()
    assert Decision.objects.filter(step__process=case.process).latest("pk").terms_hash in text
    again = signed_in(case.decider).post(
        reverse("step_complete", args=[case.process.pk]), shown(case.process, version="1"), follow=True
    )
    assert again.status_code == 409
    assert "Bu adım zaten tamamlandı" in again.text


@each_kind
def test_it_is_rejected_with_a_reason_that_the_proposer_reads(people: People, code: int) -> None:
    case = CASES[code](people)
    text = send(signed_in(case.decider), case.process, "step_reject", reason=REASON)
    assert ("Sözleşme reddedildi" if code in {103, 9002} else "Süreç reddedildi") in text
    assert REASON in page(case.proposer, case.process)
    case.process.refresh_from_db()
    assert case.process.state == "rejected"


@each_kind
def test_it_is_taken_back_by_its_proposer_and_its_party_reads_that(people: People, code: int) -> None:
    case = CASES[code](people)
    text = send(signed_in(case.proposer), case.process, "step_withdraw", reason=REASON)
    assert "Süreç geri çekildi." in text
    seen = page(case.decider, case.process)
    assert "Öneren taraf bu süreci geri çekti." in seen
    assert 'name="read"' not in seen
    late = signed_in(case.decider).post(
        reverse("step_complete", args=[case.process.pk]), shown(case.process, version="1")
    )
    assert late.status_code == 409
    assert "Süreç geri çekildi" in late.text


def test_who_proposed_it_takes_it_back_though_they_are_who_decides_it_too(people: People) -> None:
    world = people.world
    since = date(2020, 1, 1)
    Mandate.objects.create(
        person=world.specialist, capacity="responsible_manager", provider=world.provider, valid_from=since
    )
    process = world.offer(at=now()).process
    client = signed_in(world.specialist)
    withdraw = reverse("step_withdraw", args=[process.pk])
    assert client.get(withdraw).status_code == 200  # in the provider's name, not sent to the professional's step
    assert "Süreç geri çekildi." in client.post(withdraw, shown(process, reason=REASON), follow=True).text
    process.refresh_from_db()
    assert process.state == "withdrawn"


@each_kind
def test_past_its_last_day_it_is_shown_as_over(people: People, code: int) -> None:
    case = CASES[code](people)
    Process.objects.filter(pk=case.process.pk).update(due_on=date(2025, 6, 3))
    text = page(case.decider, case.process)
    assert "Son gün geçti; bu süreç artık onaylanamaz." in text
    assert 'name="read"' not in text
    late = signed_in(case.decider).post(reverse("step_complete", args=[case.process.pk]), shown(case.process))
    assert late.status_code == 409
    assert "Süre doldu" in late.text


@each_kind
def test_a_process_that_the_operator_brought_in_names_no_person(people: People, code: int) -> None:
    case = CASES[code](people)
    Process.objects.filter(pk=case.process.pk).update(created_by=None)
    assert "Kayıt işleticisi" in page(case.decider, case.process)


def test_a_workplace_that_is_only_named_does_not_see_what_concerns_a_provider_and_a_person(people: People) -> None:
    process = staff(people).process
    assert process_seen(people.world.owner.pk, process.pk, now()) is None
    assert process_seen(people.world.manager.pk, process.pk, now()) is not None


def test_several_of_different_kinds_are_approved_in_one_go(people: People) -> None:
    contract = people.world.offer(140, at=now())
    appointed = people.appoint(
        actor=at_now(people.principal_actor()), at=now(), national_id=people.world.physician.national_id
    )
    client = entered(people.world, "physician")
    waiting = processes_waiting(people.world.actor("physician", at=now()), limit=10)
    assert {process.pk for process in waiting} == {contract.process_id, appointed.pk}
    numbers = [process.pk for process in waiting]
    together = client.get(reverse("steps_together"), {"surec": numbers})
    assert together.status_code == 200
    assert together.text.count('type="checkbox"') == 2
    seen = [f"{one.pk}:{one.version}:{one.terms_hash}" for one in waiting]
    done = client.post(
        reverse("steps_together"), {"surec": numbers, "seen": seen, "read_0": "on", "read_1": "on"}, follow=True
    )
    assert "Onayınız kaydedildi" in done.text
    assert Decision.objects.count() == 2


def test_an_inbox_reads_on_from_the_most_urgent_to_what_has_no_last_day(world: World) -> None:
    offers = [world.offer(103, at=now(), workplace_id=where) for where in (world.workplace.pk, world.elsewhere.pk)]
    undated, urgent = (contract.process_id for contract in offers)
    Process.objects.filter(pk=undated).update(due_on=None)
    actor = world.actor("specialist", at=now())
    first = processes_waiting(actor, limit=1)
    assert [process.pk for process in first] == [urgent, undated]
    rest = processes_waiting(actor, after=WaitingAfter(first[0].due_on, first[0].pk), limit=1)
    assert [process.pk for process in rest] == [undated]
    assert processes_waiting(actor, after=WaitingAfter(None, undated), limit=1) == []


def test_the_providers_main_screen_shows_what_waits_for_its_decision(people: People) -> None:
    case = update(people)
    client = signed_in(people.world.manager)
    client.get(reverse("step", args=[case.process.pk]))
    home = client.get(reverse("home"))
    assert "Kurumunuzun kararını bekleyen 1 süreç var" in home.text
    assert reverse("step", args=[case.process.pk]) in home.text
    assert "240 → 300 dakika" in home.text


# refusals


def test_every_refusal_of_the_code_is_put_into_words_with_its_cure() -> None:
    house = Path(__file__).parents[2] / "katip"
    raised = set()
    for file in house.rglob("*.py"):
        raised |= set(re.findall(r'RuleViolation\(\s*"([a-z_]+)"', file.read_text("utf-8")))
    raised |= {"provider_suspended", "professional_suspended", "minutes_below_minimum", "capacity_short"}
    assert raised - set(REFUSALS) == set()
    for code in sorted(raised):
        wrong, cure = refusal_parts(RuleViolation(code))
        assert wrong.endswith("."), code
        assert cure.endswith("."), code


def test_a_refusal_writes_figures_days_and_words_as_people_do() -> None:
    citation = Citation("İGU Yön. m.12", "uzun", date(2016, 1, 1))
    words = refusal_words(
        RuleViolation(
            "capacity_short",
            citation,
            {"short_by": 1_250, "assignable": 30, "blocked": 2_000, "blocked_until": date(2026, 11, 30)},
        )
    )
    assert words.startswith("Profesyonelin boş süresi yetmiyor: 1.250 dakika eksik (boş 30 dakika).")
    assert "Bloke 2.000 dakika 30.11.2026 gününün sonunda boşalır. (İGU Yön. m.12)" in words
    unfit = refusal_words(RuleViolation("certificate_unfit", None, {"class": "C", "hazard": HazardClass.HAZARDOUS}))
    assert "C sınıfı belgesi bu işyerinin tehlike sınıfına (tehlikeli) yetmiyor" in unfit
    missing = refusal_words(RuleViolation("no_certificate", None, {"profession": Profession.WORKPLACE_PHYSICIAN}))
    assert "işyeri hekimi belgesi" in missing
