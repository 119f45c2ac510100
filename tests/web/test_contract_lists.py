"""The lists that people know: tabs, what narrows them, search, order, pages, words, and the buttons beside them."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from katip.contracts.models import Contract, DurationUpdate
from katip.contracts.services.end import contract_end
from katip.contracts.services.update import update_propose
from katip.identity.models import Person
from katip.processes.models import Outcome, Process
from katip.registry.models import Professional, Provider, Workplace
from katip.rules import Profession
from tests.cast import LOW, World, entered, person, professional, workplace

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
LIST = "/sozlesmeler/"


def copies(world: World, number: int, state: str = "active", **fields: Any) -> list[Contract]:
    """More contracts of the provider like an offered one, at ever other workplaces; no service made them."""
    sample = world.offer(140, at=NOW - timedelta(days=40), workplace_id=world.elsewhere.pk)
    Contract.objects.filter(pk=sample.pk).update(state="withdrawn")
    Process.objects.filter(pk=sample.process_id).update(state="withdrawn", waits_for="")
    made = []
    for place in range(number):
        process = Process.objects.get(pk=sample.process_id)
        process.pk = None
        process.save()
        contract = Contract.objects.get(pk=sample.pk)
        contract.pk, contract.process, contract.state = None, process, state
        contract.workplace = workplace(500 + place)
        contract.active_from = NOW - timedelta(days=place) if state == "active" else None
        for name, value in fields.items():
            setattr(contract, name, value)
        contract.save()
        made.append(contract)
    return made


def listed(world: World, role: str, query: str = "") -> list[int]:
    """The ids of the contracts that a role's list shows, in its order."""
    page = entered(world, role).get(f"{LIST}{query}")
    assert page.status_code == 200
    return [row["contract_no"] for row in page.context["rows"]]


def propose(world: World, role: str, contract: Contract, minutes: int) -> DurationUpdate:
    update: DurationUpdate = update_propose(
        actor=world.actor(role, at=NOW), at=NOW, contract_id=contract.pk, minutes=minutes
    )
    return update


@pytest.mark.parametrize("role", ["owner", "manager"])
def test_a_running_contract_tells_that_its_provider_or_professional_is_suspended(world: World, role: str) -> None:
    contract = world.active(103, at=NOW)
    Provider.objects.filter(pk=world.provider.pk).update(suspended_on=date(2026, 1, 5))
    Professional.objects.filter(pk=contract.professional_id).update(suspended_on=date(2026, 1, 6))
    shown = entered(world, role).get(f"{LIST}?liste=devam").text
    assert "Hizmet veren kurumun yetkisi 05.01.2026 gününden beri askıda." in shown
    assert "Profesyonelin belgesi 06.01.2026 gününden beri askıda." in shown


class TestTabs:
    def test_each_tab_has_its_own_and_its_count(self, world: World) -> None:
        running = world.active(at=NOW - timedelta(days=3))
        update = propose(world, "manager", running, 300)
        waiting = world.offer(140, at=NOW)
        [short] = copies(world, 1, fit="short")
        page = entered(world, "manager").get(LIST)
        counts = {tab["url"].partition("liste=")[2]: tab["count"] for tab in page.context["tabs"]}
        assert counts == {
            "devam": "2",
            "bekleyen": "1",
            "guncellenmesi-gereken": "1",
            "sure-guncelleme": "1",
            "tum": "4",
        }
        assert listed(world, "manager") == [waiting.pk]
        assert set(listed(world, "manager", "?liste=devam")) == {running.pk, short.pk}
        assert listed(world, "manager", "?liste=guncellenmesi-gereken") == [short.pk]
        assert listed(world, "manager", "?liste=sure-guncelleme") == [update.contract_id]
        assert len(listed(world, "manager", "?liste=tum")) == 4
        assert set(listed(world, "owner", "?liste=tum")) == {running.pk, waiting.pk}
        assert set(listed(world, "specialist", "?liste=tum")) == {running.pk}
        assert listed(world, "specialist", "?liste=sure-guncelleme") == [running.pk]
        assert listed(world, "stranger", "?liste=devam") == []

    def test_it_opens_on_what_waits_else_on_what_runs(self, world: World) -> None:
        world.active(at=NOW)
        assert entered(world, "owner").get(LIST).context["current"] == "devam"
        world.offer(140, at=NOW)
        assert entered(world, "owner").get(LIST).context["current"] == "bekleyen"

    def test_counts_stop(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("katip.contracts.lists.COUNTED", 2)
        monkeypatch.setattr("katip.web.contracts.views.COUNTED", 2)
        copies(world, 3)
        page = entered(world, "manager").get(LIST)
        assert [tab["count"] for tab in page.context["tabs"]] == ["2+", "0", "0", "0", "2+"]

    @pytest.mark.parametrize(
        ("tab", "words"),
        [
            ("devam", "Devam eden sözleşme yok"),
            ("bekleyen", "Onayınızı bekleyen sözleşme yok"),
            ("guncellenmesi-gereken", "Güncellenmesi gereken sözleşme yok"),
            ("sure-guncelleme", "Karar bekleyen süre güncellemesi yok"),
            ("tum", "Henüz sözleşme yok"),
        ],
    )
    def test_an_empty_tab_says_what_will_stand_there(self, world: World, tab: str, words: str) -> None:
        client = entered(world, "owner")
        assert words in client.get(f"{LIST}?liste={tab}").text
        narrowed = client.get(f"{LIST}?liste={tab}&ara=bulunmaz").text
        assert words not in narrowed
        assert "Bu süzgeçle kayıt yok" in narrowed
        assert f'href="/sozlesmeler/?liste={tab}">Süzgeci kaldır' in narrowed


class TestNarrowing:
    def test_search_finds_turkish_letters_in_any_spelling(self, world: World) -> None:
        made = copies(world, 2)
        Workplace.objects.filter(pk=made[0].workplace_id).update(title="Şişli Çelik İşleri A.Ş.")
        for typed in ("şişli", "SISLI", "sişli çelik", "İŞLERİ"):
            assert listed(world, "manager", f"?liste=devam&ara={typed}") == [made[0].pk], typed
        assert listed(world, "manager", "?liste=devam&ara=%25%25") == []
        assert listed(world, "manager", "?liste=devam&ara=%20") == [made[1].pk, made[0].pk]

    def test_search_finds_people_providers_and_digits(self, world: World) -> None:
        running = world.active(at=NOW)
        Person.objects.filter(pk=world.specialist.pk).update(given_name="Gülşen", family_name="Ilgın")
        Provider.objects.filter(pk=world.provider.pk).update(title="Yıldız OSGB Ltd. Şti.")
        assert listed(world, "owner", "?liste=devam&ara=gulsen ilg") == [running.pk]
        assert listed(world, "owner", "?liste=devam&ara=YILDIZ") == [running.pk]
        assert listed(world, "manager", "?liste=devam&ara=yildiz") == []
        assert listed(world, "manager", f"?liste=devam&ara={world.workplace.sgk_number[:13]}") == [running.pk]
        spaced = "2 2222 01 01 0000001"
        assert listed(world, "manager", f"?liste=devam&ara={spaced}") == [running.pk]

    def test_selects_narrow_by_what_they_say(self, world: World) -> None:
        specialist, physician = world.active(at=NOW), world.offer(140, at=NOW)
        [elsewhere] = copies(world, 1)
        there = workplace(900, activity=LOW, province=34)
        Contract.objects.filter(pk=elsewhere.pk).update(workplace=there, carried_over=True)
        contract_end(
            actor=world.actor("manager", at=NOW),
            at=NOW,
            contract_id=specialist.pk,
            last_day=NOW.date() + timedelta(days=9),
            note="Hizmet başka birimden alınacak.",
        )
        every = listed(world, "manager", "?liste=tum")
        assert len(every) == 4

        def only(query: str) -> list[int]:
            return listed(world, "manager", f"?liste=tum&{query}")

        assert only(f"gorev={Profession.SAFETY_SPECIALIST}") == [specialist.pk]
        assert only("durum=awaiting_professional") == [physician.pk]
        assert only("il=34") == [elsewhere.pk]
        assert only(f"il=34&ilce={there.district_id}") == [elsewhere.pk]
        assert only(f"il=16&ilce={there.district_id}") == only("il=16") != []
        assert only("sinif=low") == [elsewhere.pk]
        assert elsewhere.pk not in only("sinif=hazardous")
        assert only("isaret=aktarilan") == [elsewhere.pk]
        assert only("isaret=sonlanacak") == [specialist.pk]
        assert only("durum=olmaz&il=999&sinif=x&gorev=%00&isaret=y") == every
        world.accepted(103, at=NOW, workplace_id=world.elsewhere.pk)
        assert listed(world, "manager", "?liste=bekleyen&beklenen=professional") == [physician.pk]

    def test_who_decides_an_update_narrows_its_tab(self, world: World) -> None:
        running = world.active(at=NOW - timedelta(days=2))
        propose(world, "owner", running, 300)
        assert listed(world, "manager", "?liste=sure-guncelleme&beklenen=provider") == [running.pk]
        assert listed(world, "manager", "?liste=sure-guncelleme&beklenen=employer") == []


class TestOrderAndPages:
    @pytest.mark.parametrize("sort", ["", "tarih", "-tarih", "isyeri", "-isyeri"])
    def test_pages_meet_without_gap_or_repetition_and_keep_what_narrows(
        self, world: World, sort: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("katip.web.contracts.views.PAGE", 2)
        made = copies(world, 5)
        for contract, title in zip(made, ("Çiçek", "Cami", "İnci", "Irmak", "Cami"), strict=True):
            Workplace.objects.filter(pk=contract.workplace_id).update(title=title)
        ids = [contract.pk for contract in made]
        by_title = [ids[1], ids[4], ids[0], ids[3], ids[2]]  # Cami, Cami, Çiçek, Irmak, İnci
        wanted = {
            "": ids[::-1],
            "tarih": ids,
            "-tarih": ids[::-1],
            "isyeri": by_title,
            "-isyeri": by_title[::-1],
        }[sort]
        client, seen = entered(world, "manager"), []
        url = f"{LIST}?liste=devam&gorev=workplace_physician&sirala={sort}"
        for _ in range(3):
            page = client.get(url)
            seen += [row["contract_no"] for row in page.context["rows"]]
            url = page.context["next_url"]
            assert not url or "gorev=workplace_physician" in url
        assert (seen, url) == (wanted, "")

    @pytest.mark.parametrize("sort", ["", "son-gun", "-son-gun"])
    def test_what_waits_is_paged_by_its_last_day(
        self, world: World, sort: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("katip.web.contracts.views.PAGE", 2)
        made = copies(world, 5, state="awaiting_professional")
        days: list[date | None] = [date(2026, 3, 2), None, date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 9)]
        for contract, day in zip(made, days, strict=True):
            Process.objects.filter(pk=contract.process_id).update(due_on=day, state="open", waits_for="professional")
        ids = [contract.pk for contract in made]
        by_day = [ids[2], ids[0], ids[3], ids[4], ids[1]]
        client, seen = entered(world, "manager"), []
        url = f"{LIST}?liste=bekleyen&sirala={sort}"
        while url:
            page = client.get(url)
            seen += [row["contract_no"] for row in page.context["rows"]]
            url = page.context["next_url"]
        assert seen == (by_day[::-1] if sort.startswith("-") else by_day)

    @pytest.mark.parametrize(
        "odd",
        [
            "sonra=1|2|3|4",
            "sonra=²",
            "sonra=-5",
            "sonra=99999999999999999999999",
            "sonra=1|x",
            "sirala=isyeri&sonra=1",
            "sirala=isyeri&sonra=1|%00",
            "sirala=son-gun&sonra=1|2026-13-01",
            "sirala=hicbiri",
            "liste=devam&sirala=son-gun",
            "ara=%00",
            "il=²",
            "ilce=7",
        ],
    )
    def test_an_odd_address_begins_anew(self, world: World, odd: str) -> None:
        contract = world.offer(at=NOW)
        tab = "" if "liste=" in odd else "liste=tum&"
        page = entered(world, "manager").get(f"{LIST}?{tab}{odd}")
        assert page.status_code == 200
        if not tab:
            return
        assert [row["contract_no"] for row in page.context["rows"]] == [contract.pk]


class TestRows:
    def test_a_row_says_whether_it_is_enough_and_why(self, world: World) -> None:
        world.active(at=NOW)
        text = entered(world, "owner").get(LIST).text
        assert "Uygun" in text
        assert "Ayda gereken 240 dakikanın tamamı sürüyor" in text
        assert "Uygun değil" not in text

    def test_an_update_an_end_and_a_carried_over_contract_are_marked(self, world: World) -> None:
        running = world.active(at=NOW - timedelta(days=2))
        update = propose(world, "owner", running, 320)
        Contract.objects.filter(pk=running.pk).update(carried_over=True, ends_on=date(2099, 3, 4))
        page = entered(world, "manager").get(LIST)
        assert all(
            words in page.text
            for words in (
                "Süre güncellemesi bekliyor",
                "Önerilen süre 320 dakika.",
                "Hizmet veren onayı bekliyor.",
                "Sonlanacak",
                "Son gün 04.03.2099.",
                "Aktarıldı, onayı burada kanıtlanmadı",
            )
        )
        [row] = page.context["rows"]
        assert (row["decidable"], row["no"]) == (True, update.process_id)
        [row] = entered(world, "owner").get(LIST).context["rows"]
        assert not row["decidable"]

    @pytest.mark.parametrize(
        ("role", "made", "labels"),
        [
            ("manager", "offer", ["Sürece Git", "İptal Et"]),
            ("owner", "offer", ["Sürece Git"]),
            ("manager", "active", ["Süreyi Güncelle", "Sözleşmeyi Sonlandır"]),
            ("owner", "active", ["Süreyi Güncelle", "Sözleşmeyi Sonlandır"]),
            ("specialist", "active", ["Görevden Ayrıl"]),
            ("manager", "rejected", ["Yeniden Teklif Et"]),
            ("owner", "rejected", []),
        ],
    )
    def test_each_side_is_offered_what_it_may_do(self, world: World, role: str, made: str, labels: list[str]) -> None:
        if made == "rejected":
            contract = world.offer(at=NOW)
            world.decide("specialist", contract, at=NOW, outcome=Outcome.REJECTED, reason="Süre bana fazla geliyor.")
        else:
            contract = getattr(world, made)(at=NOW)
        client = entered(world, role)
        page = client.get(f"{LIST}?liste=tum")
        assert [button["label"] for button in page.context["buttons"]] == labels
        assert ('name="surec"' in page.text) == bool(labels)
        for button in page.context["buttons"]:
            ticked: dict[str, Any] = {"surec": contract.process_id, "is": button["key"], "liste": "tum"}
            opened = client.get(reverse("contracts_go"), ticked, follow=True)
            wanted = {
                "surec": ("step", contract.process_id),
                "iptal": ("step_withdraw", contract.process_id),
                "guncelle": ("contract_update", contract.pk),
                "sonlandir": ("contract_end", contract.pk),
                "yeniden": ("contract_reoffer", contract.pk),
            }[button["key"]]
            assert (opened.status_code, opened.redirect_chain[-1][0]) == (200, reverse(wanted[0], args=[wanted[1]]))

    def test_an_act_takes_one_row_and_the_list_stays_as_it_was(self, world: World) -> None:
        one = world.active(at=NOW)
        two = world.offer(140, at=NOW)
        client, go = entered(world, "manager"), reverse("contracts_go")
        here: dict[str, Any] = {"liste": "tum", "sirala": "isyeri"}
        nothing = client.get(go, {**here, "is": "sonlandir"}, follow=True)
        assert nothing.redirect_chain[-1][0] == f"{LIST}?liste=tum&sirala=isyeri"
        assert "Önce listeden bir kutuyu işaretleyin, sonra Sözleşmeyi Sonlandır düğmesine basın." in nothing.text
        both = client.get(go, {**here, "is": "sonlandir", "surec": [one.process_id, two.process_id]}, follow=True)
        assert "Sözleşmeyi Sonlandır bir seferde tek sözleşme içindir" in both.text
        assert (both.context["current"], both.context["sort"]) == ("tum", "isyeri")
        assert both.text.count(" checked>") == 2
        others = client.get(go, {**here, "is": "surec", "surec": [one.process_id, two.process_id]}, follow=True)
        assert "Birlikte yalnız sizin kararınızı bekleyenler açılır" in others.text
        assert others.text.count(" checked>") == 2
        wrong = client.get(go, {**here, "is": "sonlandir", "surec": two.process_id}, follow=True)
        assert "Sözleşmeyi Sonlandır, işaretlediğiniz satır için yapılamaz." in wrong.text
        assert wrong.text.count(" checked>") == 1
        strange = entered(world, "stranger").get(go, {**here, "is": "sonlandir", "surec": one.process_id}, follow=True)
        assert "artık bu listede değil" in strange.text

    def test_a_row_leads_to_its_step_while_it_waits_and_else_to_its_page(self, world: World) -> None:
        waits = world.offer(at=NOW)
        runs = world.active(140, at=NOW)
        page = entered(world, "manager").get(f"{LIST}?liste=tum")
        urls = {row["contract_no"]: row["url"] for row in page.context["rows"]}
        assert urls == {
            waits.pk: reverse("step", args=[waits.process_id]),
            runs.pk: reverse("contract", args=[runs.pk]),
        }
        update = propose(world, "owner", runs, 320)
        [row] = entered(world, "manager").get(f"{LIST}?liste=sure-guncelleme").context["rows"]
        assert row["url"] == reverse("step", args=[update.process_id])

    def test_own_staff_stand_without_a_provider(self, world: World) -> None:
        contract = world.active(at=NOW)
        Contract.objects.filter(pk=contract.pk).update(form="own_staff", provider=None, code=9002)
        page = entered(world, "owner").get(LIST)
        assert page.context["rows"][0]["other_side"] == "İşyerinin kendi personeli"

    def test_new_is_for_providers_and_heads_sort(self, world: World) -> None:
        world.offer(at=NOW)
        manager, owner = entered(world, "manager").get(LIST).text, entered(world, "owner").get(LIST).text
        new = f'href="{reverse("offer_new")}"'
        assert (new in manager, new in owner) == (True, False)
        assert re.search(r'href="\?sirala=isyeri">İşyeri', manager)
        assert "sirala=isyeri" not in owner

    def test_the_professionals_own_list_follows_the_same_tabs(self, world: World) -> None:
        someone = professional(person(70, "Başka"), "safety_specialist", provider=world.provider)
        theirs = world.offer(at=NOW, professional_id=someone.pk, workplace_id=world.elsewhere.pk)
        mine = world.offer(at=NOW)
        client = entered(world, "specialist")
        assert client.get(LIST).headers["Location"] == reverse("assignments")
        page = client.get(f"{LIST}?liste=bekleyen")
        assert [row["contract_no"] for row in page.context["rows"]] == [mine.pk] != [theirs.pk]
        assert page.context["rows"][0]["decidable"]
        assert "Dışa Aktar" not in page.text
