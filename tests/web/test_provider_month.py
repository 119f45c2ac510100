"""A provider's month: what changed, what asks for action first, and what fits accepted in one go."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from katip.audit.models import Event, Look
from katip.contracts.models import Contract, ContractVersion, DurationUpdate, MonthChange
from katip.processes.models import Decision, PartyKind, Process
from katip.processes.services.complete import StepDecision
from katip.registry.models import Provider, StaffContract, Workplace
from katip.updates.models import RunState
from katip.updates.provider_month import Standing, chosen, fitting
from katip.updates.services import provider_accept as service
from katip.web.months.provider import LISTS
from katip.web.months.provider_show import STANDINGS
from tests.cast import World, e_bildirge, entered, workplace
from tests.months import Month, month_make
from tests.web.test_query_counts import asked, page

pytestmark = pytest.mark.django_db


@pytest.fixture
def places(world: World) -> list[Workplace]:
    """Three more workplaces of the owner's, with the provider's specialist."""
    made = [workplace(number) for number in (11, 12, 13)]
    for place in made:
        e_bildirge(world.owner, place)
    return made


def contract_at(world: World, place: Workplace, code: int = 103) -> Contract:
    """A contract in force at a workplace of the owner's."""
    at = datetime.now(UTC) - timedelta(days=60)
    world.workplace = place
    return world.active(code, at=at)


@pytest.fixture
def running(world: World, places: list[Workplace]) -> list[Contract]:
    return [contract_at(world, place) for place in places]


def room(world: World, minutes: int) -> None:
    """Let the specialist have so many minutes free beside the three contracts of 240."""
    StaffContract.objects.filter(professional=world.professionals[103]).update(minutes=3 * 240 + minutes)


@pytest.fixture
def month(world: World) -> Month:
    return month_make()


@pytest.fixture
def waiting(world: World, running: list[Contract], month: Month) -> list[Process]:
    """Three updates of 60 minutes each, for which the specialist has 130."""
    room(world, 130)
    changes = [month.waits(contract, 15, 300) for contract in running]
    return [Process.objects.get(pk=change.process_id or 0) for change in changes]


def provider_make(world: World) -> Provider:
    """Another provider."""
    other = Provider.objects.get(pk=world.provider.pk)
    other.pk, other.authorisation_no = None, "ÖRNEK-0002"
    other.save()
    return other


def row_of(change: MonthChange) -> dict[str, Any]:
    """The columns of a change but its id."""
    return {
        field.attname: getattr(change, field.attname) for field in MonthChange._meta.fields if field.attname != "id"
    }


def titles(page: Any) -> list[str]:
    return [row["workplace"] for row in page.context["rows"]]


def shown(client: Client, **query: Any) -> Any:
    return client.get(reverse("provider_month"), query)


def confirmed(client: Client, **query: Any) -> dict[str, str]:
    """What the confirmation's form posts back."""
    text = client.get(reverse("provider_accept"), query).text
    found = dict(re.findall(r'<input type="hidden" name="(ay|surecler|ozet)" value="([^"]*)">', text))
    assert set(found) == {"ay", "surecler", "ozet"}
    return found


class TestList:
    def test_without_a_month_the_page_says_what_will_appear(self, world: World) -> None:
        page = shown(entered(world, "manager"))
        assert page.status_code == 200
        assert "Henüz bir değişiklik yok" in page.text

    def test_what_asks_for_action_stands_first(self, world: World, running: list[Contract], month: Month) -> None:
        physician = contract_at(world, running[0].workplace, 140)
        room(world, 70)
        month.amended(physician, 11, 110)
        asked_of_employer = month.waits(running[2], 15, 300, party=PartyKind.EMPLOYER)
        first, second = month.waits(running[0], 15, 300), month.waits(running[1], 15, 300)
        page = shown(entered(world, "manager"))
        standings = [row["tag"] for row in page.context["rows"]]
        assert standings == ["yours", "short", "awaiting_employer", "fit"]
        assert [row["no"] for row in page.context["rows"]][:3] == [
            first.process_id,
            second.process_id,
            asked_of_employer.process_id,
        ]
        assert "50 dakika eksik: sığanlardan sonra 10 dakika boş kalır." in page.text
        assert "12 → 15 çalışan, tehlikeli" in page.text
        assert "240 → 300" in page.text
        assert "2 tanesi sizden bir iş istiyor" in page.text
        assert "tarihinden beri" in page.text

    @pytest.mark.usefixtures("waiting")
    def test_only_the_providers_own_changes_stand_there(self, world: World, running: list[Contract]) -> None:
        other = provider_make(world)
        MonthChange.objects.create(**{**row_of(MonthChange.objects.get(contract=running[0])), "provider_id": other.pk})
        elsewhere = month_make(period=date(2025, 7, 1))
        change = elsewhere.amended(running[1], 16, 320)
        MonthChange.objects.create(**{**row_of(change), "provider_id": other.pk, "place": 99})
        client = entered(world, "manager")
        assert len(shown(client, ay=MonthChange.objects.earliest("pk").run).context["rows"]) == 3
        assert len(shown(client, ay=elsewhere.run.pk).context["rows"]) == 1
        foreign = month_make(period=date(2025, 8, 1))
        MonthChange.objects.create(**{**row_of(change), "provider_id": other.pk, "run": foreign.run.pk})
        assert shown(client, ay=foreign.run.pk).status_code == 404
        assert entered(world, "owner").get(reverse("provider_month")).status_code == 403

    @pytest.mark.usefixtures("waiting")
    def test_the_newest_month_opens_and_the_others_are_chosen(self, world: World) -> None:
        older = month_make(datetime.now(UTC) - timedelta(days=40), date(2025, 5, 1))
        older.amended(Contract.objects.order_by("pk")[0], 13, 260)
        client = entered(world, "manager")
        page = shown(client)
        assert "Haziran 2025: ne değişti" in page.text
        assert "Mayıs 2025" in page.text
        page = shown(client, ay=older.run.pk)
        assert "Mayıs 2025: ne değişti" in page.text
        assert len(page.context["rows"]) == 1
        assert [one["open"] for one in page.context["earlier"]] == [3]  # what waits in another month is told

    def test_a_month_still_being_carried_out_says_so(self, world: World, running: list[Contract]) -> None:
        month_make(state=RunState.APPLYING).amended(running[0], 15, 300)
        assert "Bu ayın güncellemesi sürüyor" in shown(entered(world, "manager")).text

    @pytest.mark.parametrize(
        ("sort", "order"),
        [("isyeri", [11, 12, 13]), ("-isyeri", [13, 12, 11]), ("degisim", [13, 12, 11]), ("-il", [13, 12, 11])],
    )
    def test_it_sorts_by_plain_links(
        self, world: World, running: list[Contract], month: Month, sort: str, order: list[int]
    ) -> None:
        for contract, minutes in zip(running, (320, 300, 220), strict=True):
            month.amended(contract, 15, minutes)
        page = shown(entered(world, "manager"), sirala=sort)
        assert titles(page) == [f"Örnek İşyeri {number} A.Ş." for number in order]

    @pytest.mark.parametrize("sort", ["", "isyeri", "-degisim", "profesyonel", "-il"])
    @pytest.mark.usefixtures("waiting")
    def test_pages_follow_each_other_without_gap(
        self, world: World, monkeypatch: pytest.MonkeyPatch, sort: str
    ) -> None:
        monkeypatch.setattr("katip.web.months.provider.PAGE", 1)
        client = entered(world, "manager")
        every, url = [], f"{reverse('provider_month')}?sirala={sort}"
        for _ in range(3):
            page = client.get(url)
            every += titles(page)
            url = page.context["next_url"]
        assert not url
        assert len(set(every)) == 3

    def test_it_narrows_by_outcome_and_by_title(self, world: World, running: list[Contract], month: Month) -> None:
        room(world, 130)
        month.waits(running[0], 15, 300)
        month.waits(running[1], 15, 300)
        month.amended(running[2], 15, 300)
        client = entered(world, "manager")
        assert titles(shown(client, durum="sigmayan")) == ["Örnek İşyeri 12 A.Ş."]
        assert titles(shown(client, durum="kendiliginden")) == ["Örnek İşyeri 13 A.Ş."]
        assert titles(shown(client, ara="işyeri 11")) == ["Örnek İşyeri 11 A.Ş."]
        assert "Bu süzgeçle kayıt yok" in shown(client, ara="yok böyle").text
        assert "Bu liste boş" in shown(client, durum="sona-eren").text

    @pytest.mark.parametrize("contracts", [1, 3])
    def test_it_asks_as_often_however_much_changed(
        self, world: World, running: list[Contract], month: Month, contracts: int
    ) -> None:
        for contract in running[:contracts]:
            month.waits(contract, 15, 300)
        client = entered(world, "manager")
        assert asked(page(client, reverse("provider_month"))) == 10


class TestWaysThere:
    def test_home_list_and_column_lead_to_it_with_what_waits(self, world: World, waiting: list[Process]) -> None:
        client = entered(world, "manager")
        home = client.get(reverse("home"))
        assert f"Aylık bildirimden {len(waiting)} iş kurumunuzu bekliyor" in home.text
        listed = client.get(reverse("contracts"))
        assert f"Aylık bildirimlerden {len(waiting)} iş kurumunuzu bekliyor." in listed.text
        for found in (home, listed):
            assert found.text.count(f'href="{reverse("provider_month")}"') == 2  # the column, and the news

    def test_they_are_silent_where_nothing_waits(self, world: World, running: list[Contract], month: Month) -> None:
        month.amended(running[0], 15, 300)
        client = entered(world, "manager")
        assert "sizden beklenen bir iş yok" in client.get(reverse("home")).text
        assert "Aylık bildirimlerden" not in client.get(reverse("contracts")).text
        assert "Aylık bildirim" not in entered(world, "owner").get(reverse("contracts")).text


class TestFitting:
    def test_it_takes_the_oldest_that_fit_together(self) -> None:
        rows = [(1, 7, 60, 130, True), (2, 7, 100, 130, True), (3, 7, 60, 130, True), (6, 7, 10, 130, True)]
        fits = {fit.process_id: (fit.fits, fit.short_by) for fit in chosen(rows)}
        assert fits == {1: (True, 0), 2: (False, 30), 3: (True, 0), 6: (True, 0)}

    def test_what_is_given_back_at_once_is_free_for_the_others(self) -> None:
        rows = [(1, 8, -20, -5, True), (2, 8, 10, -5, True), (3, 8, 10, -5, True), (4, 9, -20, 0, False)]
        fits = {fit.process_id: (fit.free, fit.fits, fit.short_by) for fit in chosen([*rows, (5, 9, 10, 0, True)])}
        assert fits == {
            1: (-5, True, 0),
            2: (15, True, 0),
            3: (5, False, 5),
            4: (0, True, 0),
            5: (0, False, 10),  # the employer must still approve what 4 gives back
        }

    def test_its_figures_are_those_of_the_law(self, world: World, waiting: list[Process], month: Month) -> None:
        at = datetime.now(UTC)
        weighed = fitting(world.actor("manager", at=at), at, month.run.pk)
        assert [(no, fit.free, fit.fits) for no, fit in weighed.items()] == [
            (waiting[0].pk, 130, True),
            (waiting[1].pk, 70, True),
            (waiting[2].pk, 10, False),
        ]
        alone = fitting(world.actor("manager", at=at), at, month.run.pk, among=[waiting[2].pk])
        assert alone[waiting[2].pk].fits


class TestAccept:
    def test_all_that_fit_are_listed_and_accepted_in_one_go(
        self, world: World, waiting: list[Process], month: Month
    ) -> None:
        client = entered(world, "manager")
        page = client.get(reverse("provider_accept"), {"ay": month.run.pk, "hepsi": 1})
        assert "2 süre güncellemesini onaylayın" in page.text
        assert [(one["free"], one["more"], one["less"], one["left"]) for one in page.context["people"]] == [
            (130, 120, 0, 10)
        ]
        versions, events = ContractVersion.objects.count(), Event.objects.filter(tag="process:step:approved").count()
        posted = confirmed(client, ay=month.run.pk, hepsi=1) | {"read": "on"}
        page = client.post(reverse("provider_accept"), posted, follow=True)
        assert "Süreç başarıyla tamamlandı" in page.text
        assert (page.context["done"], page.context["asked"], page.context["refused"]) == (2, 0, [])
        assert ContractVersion.objects.count() == versions + 2
        assert Event.objects.filter(tag="process:step:approved").count() == events + 2
        assert list(DurationUpdate.objects.filter(is_open=True).values_list("process_id", flat=True)) == [waiting[2].pk]

    def test_ticked_ones_are_weighed_among_themselves(self, world: World, waiting: list[Process], month: Month) -> None:
        client = entered(world, "manager")
        query: dict[str, Any] = {"ay": month.run.pk, "surec": [process.pk for process in waiting[1:]]}
        assert confirmed(client, **query)["surecler"] == f"{waiting[1].pk},{waiting[2].pk}"
        room(world, 70)
        page = client.get(reverse("provider_accept"), query)
        assert [row["no"] for row in page.context["rows"]] == [waiting[1].pk]
        assert [row["no"] for row in page.context["short"]] == [waiting[2].pk]
        assert "Seçtiğiniz 1 güncelleme sığmıyor" in page.text

    def test_without_the_tick_nothing_happens(self, world: World, waiting: list[Process], month: Month) -> None:
        client = entered(world, "manager")
        posted = confirmed(client, ay=month.run.pk, hepsi=1)
        page = client.post(reverse("provider_accept"), posted)
        assert page.status_code == 422
        assert "Koşulları okuduysanız kutuyu işaretleyin" in page.text
        assert not Decision.objects.filter(step__process__in=waiting).exists()

    def test_what_changed_meanwhile_is_not_accepted(self, world: World, waiting: list[Process], month: Month) -> None:
        client = entered(world, "manager")
        posted = confirmed(client, ay=month.run.pk, hepsi=1) | {"read": "on"}
        Process.objects.filter(pk=waiting[0].pk).update(version=2)
        page = client.post(reverse("provider_accept"), posted, follow=True)
        assert "Hiçbiri onaylanmadı" in page.text
        assert not Decision.objects.filter(step__process__in=waiting).exists()

    def test_another_list_than_the_one_shown_is_not_accepted(
        self, world: World, waiting: list[Process], month: Month
    ) -> None:
        client = entered(world, "manager")
        posted = confirmed(client, ay=month.run.pk, hepsi=1) | {"read": "on"}
        posted["surecler"] += f",{waiting[2].pk}"
        client.post(reverse("provider_accept"), posted)
        assert not Decision.objects.filter(step__process__in=waiting).exists()

    def test_an_old_second_step_is_asked_again_first(self, world: World, waiting: list[Process], month: Month) -> None:
        client = entered(world, "manager", proof_age=3_600)
        posted = confirmed(client, ay=month.run.pk, hepsi=1) | {"read": "on"}
        page = client.post(reverse("provider_accept"), posted)
        assert page.headers["Location"].startswith(reverse("mfa_reauthenticate"))
        assert not Decision.objects.filter(step__process__in=waiting).exists()

    def test_what_some_give_back_is_taken_by_others_in_the_same_press(
        self, world: World, running: list[Contract], month: Month
    ) -> None:
        room(world, 0)
        month.waits(running[0], 15, 300)
        month.waits(running[1], 9, 180)
        client = entered(world, "manager")
        posted = confirmed(client, ay=month.run.pk, hepsi=1) | {"read": "on"}
        page = client.post(reverse("provider_accept"), posted, follow=True)
        assert (page.context["done"], page.context["refused"]) == (2, [])

    def test_what_the_law_refuses_is_told_and_the_rest_goes_on(
        self, world: World, waiting: list[Process], month: Month
    ) -> None:
        client = entered(world, "manager")
        posted = confirmed(client, ay=month.run.pk, hepsi=1) | {"read": "on"}
        Contract.objects.filter(updates__process=waiting[0]).update(state="ended", ends_on=date(2025, 1, 1))
        page = client.post(reverse("provider_accept"), posted, follow=True)
        assert "Bir bölümü onaylandı" in page.text
        assert page.context["done"] == 1
        assert [one["no"] for one in page.context["refused"]] == [waiting[0].pk]
        assert "Sözleşme yürürlükte değil" in page.text

    def test_where_nobody_consented_the_employer_is_next(
        self, world: World, running: list[Contract], month: Month
    ) -> None:
        room(world, 130)
        change = month.waits(running[0], 15, 300, then_employer=True)
        client = entered(world, "manager")
        page = client.get(reverse("provider_accept"), {"ay": month.run.pk, "hepsi": 1})
        assert "sonra işveren onaylar" in page.text
        posted = confirmed(client, ay=month.run.pk, hepsi=1) | {"read": "on"}
        page = client.post(reverse("provider_accept"), posted, follow=True)
        assert (page.context["done"], page.context["asked"]) == (0, 1)
        assert Process.objects.get(pk=change.process_id or 0).waits_for == PartyKind.EMPLOYER
        assert [row["tag"] for row in shown(client).context["rows"]] == ["awaiting_employer"]

    def test_chunks_stand_by_themselves(
        self, world: World, waiting: list[Process], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        at = datetime.now(UTC)
        decisions = [StepDecision(one.pk, one.version, one.terms_hash) for one in waiting]
        monkeypatch.setattr(service, "MOST_REFUSED", 1)
        told = service.updates_accept(actor=world.actor("manager", at=at), at=at, decisions=[decisions], chunk=1)
        assert [move.process.pk for move in told.moved] == [waiting[0].pk, waiting[1].pk]
        assert [one.process_id for one in told.refused] == [waiting[2].pk]
        assert told.left == []
        assert told.refused[0].why is not None
        assert told.refused[0].why.code == "capacity_short"


class TestFile:
    @pytest.mark.usefixtures("waiting")
    def test_the_month_comes_as_a_file_and_that_it_was_taken_is_recorded(self, world: World, month: Month) -> None:
        client = entered(world, "manager")
        answer = client.post(reverse("provider_month_export"), {"ay": month.run.pk})
        text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined] # a file's answer
        rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
        assert [row["İşyeri"] for row in rows] == [f"Örnek İşyeri {number} A.Ş." for number in (11, 12, 13)]
        assert (rows[0]["Önceki dakika"], rows[0]["Yeni dakika"]) == ("240", "300")
        assert world.specialist.national_id not in text
        event = Event.objects.get(tag="documents:month:exported")
        assert event.detail.body == {"run": month.run.pk, "rows": 3}
        assert world.specialist.name in text
        look = Look.objects.get(person_id=world.specialist.pk)
        assert (look.actor_id, look.occasion) == (world.manager.pk, "export")


def test_what_a_standing_is_called_is_known_for_each() -> None:
    assert set(LISTS.values()) == set(STANDINGS) == set(Standing)
