"""A month's pages for officials: who enters, where the province ends, what a plan and a carried-out month tell."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from katip.audit.models import Event, EventDetail
from katip.contracts.models import Contract, MonthChange
from katip.core.actor import OPERATOR
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.processes.models import Process
from katip.registry.models import Provider
from katip.rules import HazardClass, MonthOutcome, MonthReason
from katip.updates import official as reads
from katip.updates.models import (
    Feed,
    FeedFault,
    Missing,
    MonthChunk,
    MonthFigure,
    MonthProvider,
    MonthRun,
)
from katip.updates.official import COUNTRY, Sought
from katip.updates.services.month_close import month_close
from katip.updates.services.month_drop import month_drop
from tests.cast import World, workplace
from tests.updates.monthly import consents, tell, written
from tests.web.test_officials import as_actor, in_office, official, text
from tests.web.test_query_counts import asked, page

NOW = datetime.now(UTC)
PERIOD = date(2026, 11, 1)
PLANNED = {"workplaces_changed": 9, "amended": 4_000, "asked": 31, "provider": 5, "person": 2, "ended": 1, "missing": 6}


def run(state: str = "done", *, period: date = PERIOD, **more: Any) -> MonthRun:
    at = None if state in {"planning", "planned", "dropped"} else NOW
    fields = {"planned_at": NOW, "mark": NOW, "at": at, "finished_at": NOW if state == "done" else None} | more
    return MonthRun.objects.create(period=period, state=state, **fields)


def figure(month: MonthRun, province: int, hazard: str = "hazardous", **counts: int) -> None:
    none = dict.fromkeys(("workplaces", "amended", "asked", "conflicts", "ended", "missing"), 0)
    minutes = {"minutes_before": 1_000, "minutes_after": 1_100}
    MonthFigure.objects.create(run=month, province_id=province, hazard_class=hazard, **none | minutes | counts)


def change(month: MonthRun, contract: Contract, place: int = 1, **more: Any) -> MonthChange:
    fields: dict[str, Any] = {
        "outcome": MonthOutcome.AMENDED,
        "minutes_before": 240,
        "minutes_after": 300,
        "required_before": 240,
        "required_after": 300,
        "employees_before": 12,
        "employees_after": 15,
        "hazard_before": "hazardous",
        "hazard_after": "hazardous",
    } | more
    return MonthChange.objects.create(
        run=month.pk, chunk=fields.pop("chunk", 1), place=place, leaf=b"x" * 32, at=NOW, contract=contract,
        workplace_id=fields.pop("workplace_id", contract.workplace_id), provider_id=contract.provider_id,
        professional_id=contract.professional_id, profession=contract.profession, **fields,
    )  # fmt: skip


def feed(**more: Any) -> Feed:
    fields = {
        "source": "file", "name": "kasim.csv", "state": "taken", "first_period": PERIOD, "last_period": PERIOD,
        "rows": 2_200_000, "bad": 3, "changed": 264_000, "begun_at": NOW, "taken_at": NOW,
    } | more  # fmt: skip
    return Feed.objects.create(**fields)


def told(month: MonthRun, province: int | None = None, role: str = "inspector", **query: str) -> str:
    client = in_office(official(role, province, number=60 + 100 * len(role) + (province or 0)))
    return text(client.get(reverse("official_month", args=[month.pk]), query))


TO_READ = ["official_months", "official_month", "official_month_progress", "official_month_changes"]
TO_READ += ["official_month_missing", "official_month_figures_file", "official_month_providers_file"]
TO_TAKE = ["official_month_changes_file", "official_month_missing_file"]
TO_ACT = ["official_month_plan", "official_month_begin", "official_month_drop"]


def address(route: str, month: MonthRun) -> str:
    return reverse(route, args=[] if route in {"official_months", "official_month_plan"} else [month.pk])


@pytest.mark.parametrize(
    ("role", "reads_it", "acts"), [("inspector", 1, 0), ("directorate", 1, 0), ("operator", 1, 1), ("counter", 0, 0)]
)
def test_each_office_opens_its_pages(world: World, role: str, reads_it: int, acts: int) -> None:
    del world
    feed()
    month = run("planned")
    client = in_office(official(role))
    for route in TO_READ:
        assert client.get(address(route, month)).status_code == (200 if reads_it else 403), route
    for route in TO_TAKE:
        assert client.post(address(route, month)).status_code == (200 if reads_it else 403), route
        assert client.get(address(route, month)).status_code in {403, 405}
    faults = reverse("official_month_faults", args=[Feed.objects.get().pk])
    assert client.get(faults).status_code == (200 if reads_it else 403)
    for route in TO_ACT:
        shown = client.get(address(route, month))
        assert shown.status_code in ({200, 302} if acts else {403}), route
        assert client.post(address(route, month)).status_code in ({302, 422} if acts else {403}), route
    month.refresh_from_db()
    assert month.state == "planned"


@pytest.mark.parametrize("route", [*TO_READ[1:], "official_month_faults"])
def test_a_number_that_nobody_has_is_nothing(world: World, route: str) -> None:
    del world
    client = in_office(official("inspector"))
    for number in (10**9, 10**30):
        assert client.get(reverse(route, args=[number])).status_code == 404


@pytest.mark.parametrize("role", ["owner", "manager", "specialist", "counter"])
def test_reads_ask_the_office_themselves(world: World, role: str) -> None:
    actor = as_actor(official("counter")) if role == "counter" else world.actor(role)
    month = run()
    calls: list[Callable[[], object]] = [
        lambda: reads.runs_find(actor, after=None, limit=3),
        lambda: reads.run_find(actor, month.pk),
        lambda: reads.runs_unsettled(actor),
        lambda: reads.figures_of(actor, month.pk),
        lambda: reads.providers_of(actor, month.pk, COUNTRY, limit=3),
        lambda: reads.changes_find(actor, month.pk, Sought(), limit=3),
        lambda: reads.missing_find(actor, month.pk, COUNTRY, None, limit=3),
        lambda: reads.feeds_behind(actor, month),
        lambda: reads.feeds_newest(actor, limit=3),
        lambda: reads.month_told(actor),
        lambda: reads.faults_find(actor, 1, limit=3),
        lambda: month_drop(actor=actor, at=NOW, run_id=month.pk),
    ]
    for call in calls:
        with pytest.raises(PermissionRefusedError):
            call()


def test_before_the_first_feed_and_the_first_month_the_list_says_what_will_be_there(world: World) -> None:
    del world
    client = in_office(official("operator"))
    shown = text(client.get(reverse("official_months")))
    assert "Henüz ay yok" in shown
    assert "Henüz bildirim gelmedi" in shown
    assert "planla" not in shown.replace("planlanınca", "")
    feed()
    shown = text(client.get(reverse("official_months")))
    assert "Kasım 2026 ayını planla" in shown
    assert "Bildirim alındı ama ay henüz planlanmadı" in shown
    assert "Kasım 2026 ayını planla" not in text(
        in_office(official("inspector", number=51)).get(reverse("official_months"))
    )


def test_the_list_tells_the_newest_month_first_and_goes_on_where_a_page_ends(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("katip.web.officials.months.pages.PAGE", 2)
    older, first, again = (run(period=date(2026, 9, 1)), run(begun_by=world.owner), run())
    figure(again, 16, amended=7)
    figure(again, 34, "low", amended=5, asked=1)
    client = in_office(official("inspector"))
    shown = client.get(reverse("official_months"))
    places = [shown.text.index(f"/aylar/{one.pk}/") for one in (again, first)]
    assert places == sorted(places)
    assert f"/aylar/{older.pk}/" not in shown.text
    assert " 12 1 0 0 0 " in text(shown)
    assert "işletmecinin komutuyla" in text(shown)
    assert world.owner.name in text(shown)
    [following] = re.findall(r'href="([^"]*sonra=[^"]+)"', shown.text)
    assert f"/aylar/{older.pk}/" in client.get(following.replace("&amp;", "&")).text
    province = text(in_office(official("inspector", 16, number=51)).get(reverse("official_months")))
    assert " 7 0 0 0 0 " in province


def test_a_plan_is_told_as_a_plan_and_only_the_operator_carries_it_out(world: World) -> None:
    del world
    month = run("planned", summary=PLANNED)
    shown = told(month)
    assert "Bu bir plandır" in shown
    assert "henüz hiçbir sözleşme değişmedi" in shown
    assert "müfettiş olarak Bütün iller" in shown
    assert "4.000" in shown
    assert "Uyuşmazlık 7" in shown
    assert "9 işyerinin" in shown
    assert "Uygula" not in shown.replace("Uygulandı", "").replace("uygulanmadı", "").replace("uygulanınca", "")
    assert "yürürlükte" not in shown
    province = told(month, 16)
    assert "4.000" not in province
    assert "İlinizin sayıları, ay uygulanıp bitince burada görünür." in province
    mine = in_office(official("operator", number=52)).get(reverse("official_month", args=[month.pk])).text
    assert reverse("official_month_begin", args=[month.pk]) in mine
    assert reverse("official_month_drop", args=[month.pk]) in mine


def test_a_dropped_plan_cannot_be_carried_out_and_others_see_none_of_it(world: World) -> None:
    del world
    month, office = run("planned", summary=PLANNED), official("operator")
    client = in_office(office)
    here = reverse("official_month_drop", args=[month.pk])
    assert "Plandan vazgeçin" in text(client.get(here))
    answer = client.post(here, {"organisation": office.pk})
    assert answer.headers["Location"] == reverse("official_month", args=[month.pk])
    assert Event.objects.filter(tag="month:run:dropped", subject_id=month.pk, actor_id=office.person_id).count() == 1
    assert "Bu plandan vazgeçildi" in text(client.get(answer.headers["Location"]))
    begin = client.get(reverse("official_month_begin", args=[month.pk]), follow=True)
    assert "Bu plan artık uygulanmayı beklemiyor." in text(begin)
    inspector = in_office(official("inspector", number=51))
    assert inspector.get(reverse("official_month", args=[month.pk])).status_code == 404
    assert "Henüz ay yok" in text(inspector.get(reverse("official_months")))
    with pytest.raises(StaleStateError):
        month_drop(actor=as_actor(office), at=NOW, run_id=month.pk)


def test_acts_ask_for_a_recent_second_step(world: World) -> None:
    del world
    month, office = run("planned"), official("operator")
    client = in_office(office)
    session = client.session
    for method in session["account_authentication_methods"]:
        method["at"] -= 60 * 60
    session.save()
    answer = client.post(reverse("official_month_drop", args=[month.pk]), {"organisation": office.pk})
    assert answer.headers["Location"].startswith(reverse("mfa_reauthenticate"))
    month.refresh_from_db()
    assert month.state == "planned"


def test_progress_is_told_while_a_month_is_carried_out_and_ends_with_it(world: World) -> None:
    del world
    month = run(
        "applying",
        at=NOW - timedelta(seconds=10),
    )
    for number in (1, 2):
        MonthChunk.objects.create(
            run=month, no=number, workplace_from=1, workplace_to=2, lines=500, plan=b"", plan_hash="x",
            state="done" if number == 1 else "open", done_at=NOW if number == 1 else None,
        )  # fmt: skip
    client = in_office(official("inspector"))
    here = reverse("official_month_progress", args=[month.pk])
    whole, part = client.get(reverse("official_month", args=[month.pk])), client.get(here)
    for shown in (whole, part):
        assert f'data-poll="{here}"' in shown.text
        assert "1.000 sözleşmenin 500 tanesi yazıldı (1 / 2 parça), saniyede 50" in text(shown)
        assert "yaklaşık 10 saniye kaldı" in text(shown)
    assert "Şimdiye dek yazılanlar" in text(whole)
    assert "<h1>" not in part.text
    month.state = "done"
    month.save()
    assert "data-poll" not in client.get(here).text


def test_a_month_that_changed_nothing_says_so(world: World) -> None:
    del world
    shown = told(run())
    assert "Değişen bir şey yok" in shown
    assert "İllere göre" not in shown


def test_a_month_tells_what_was_written_by_place_class_and_reason(world: World) -> None:
    del world
    month = run(totals={"reasons": {"capacity_short": 3, "certificate_unfit": 1}})
    figure(month, 16, amended=7, asked=2, conflicts=3, workplaces=9)
    figure(month, 16, "low", amended=1)
    figure(month, 34, amended=4, ended=2, conflicts=1, missing=5)
    feed()
    shown = told(month)
    assert "yürürlükte" in shown
    assert "Güncellenen 12" in shown
    assert "Süre farkı +300" in shown
    assert "16 Bursa 8 2 3 0 0 2.000 → 2.200" in shown
    assert "34 İstanbul 4 0 1 2 5" in shown
    assert "Az tehlikeli 1 0 0 0 0" in shown
    assert "Profesyonelin boş süresi yetmeyen: 3 3" in shown
    assert "Belgesi yeni sınıfa yetmeyen: 1 1" in shown
    assert "yasanın bu aydan beri istediği 5 görevi" in shown.lower()
    assert "kasim.csv" in shown
    assert "2.200.000" in shown
    MonthRun.objects.update(totals={}, summary={"reasons": {"capacity_short": 3, "headcount_zero": 2}})
    assert "Profesyonelin boş süresi yetmeyen: 3 3" not in told(month, role="operator")  # others were written
    there = told(month, 16)
    assert "Güncellenen 8" in there
    assert "İstanbul" not in there
    assert "listede" in there
    narrowed = told(month, role="directorate", il="16", sinif="low")
    assert "Kasım 2026 güncellemesi: Bursa" in narrowed
    assert "Güncellenen 1 " in narrowed


def test_the_table_of_provinces_is_sorted_by_its_heads_and_the_map_shows_the_measure_chosen(world: World) -> None:
    del world
    month = run()
    for number, province in enumerate((1, 6, 16, 34, 35), start=1):
        figure(month, province, amended=number, ended=10 - number)
    client = in_office(official("inspector"))
    here = reverse("official_month", args=[month.pk])

    def order(**query: str) -> list[str]:
        return re.findall(r"\d\d <a class=\"row-link\" href=\"[^\"]+\">([^<]+)</a>", client.get(here, query).text)

    down = ["İzmir", "İstanbul", "Bursa", "Ankara", "Adana"]
    assert order() == down
    assert order(sirala="guncellenen") == down[::-1]
    assert order(olcu="biten") == down[::-1]
    assert order(sirala="il") == ["Adana", "Ankara", "Bursa", "İstanbul", "İzmir"]
    assert order(sirala="\0") == down
    assert 'aria-label="İzmir: 5"' in client.get(here).text
    assert 'aria-label="İzmir: 5"' in client.get(here, {"olcu": "biten"}).text
    assert 'aria-label="Adana: 9"' in client.get(here, {"olcu": "biten"}).text


def test_providers_are_told_by_what_the_month_asked_them_and_what_is_still_open(world: World) -> None:
    month = run()
    figure(month, 16, asked=3)
    contracts = [world.offer(103, at=NOW, workplace_id=workplace(30 + place).pk) for place in range(3)]
    for place, contract in enumerate(contracts):
        change(month, contract, place, outcome="asked", process_id=contract.process_id)
    change(month, contracts[0], 9, outcome="person", process_id=contracts[0].process_id)
    Process.objects.filter(pk=contracts[2].process_id).update(state="completed")
    counts = {"amended": 5, "asked": 3, "conflicts": 1, "ended": 0, "minutes_before": 1, "minutes_after": 2}
    MonthProvider.objects.create(run=month, provider=world.provider, **counts)
    busy = Provider.objects.get(pk=world.provider.pk)
    busy.pk, busy.authorisation_no, busy.short_title, busy.province_id = None, "ÖRNEK-0002", "Yoğun OSGB", 34
    busy.save()
    MonthProvider.objects.create(run=month, provider=busy, **counts | {"asked": 90})
    shown = told(month)
    assert shown.index("Yoğun OSGB") < shown.index("Örnek OSGB")
    assert "Örnek OSGB Bursa 2 3 1 5 0" in shown
    assert "Yoğun OSGB" not in told(month, 16)


def test_changes_are_listed_with_the_reason_and_narrowed_by_outcome_place_class_and_provider(world: World) -> None:
    month = run()
    contract = world.offer(103, at=NOW)
    away = workplace(31, province=34)
    change(month, contract, 1)
    change(month, contract, 2, outcome="provider", reason=MonthReason.CAPACITY_SHORT, workplace_id=away.pk)
    change(month, contract, 3, outcome="person", reason="certificate_unfit", hazard_after="very_hazardous")
    change(run(), contract, 4)
    client = in_office(official("inspector"))
    here = reverse("official_month_changes", args=[month.pk])

    def listed(**query: str) -> list[str]:
        return re.findall(r'<span class="tag[^>]*>.*?</svg>([^<]+)</span><small>', client.get(here, query).text)

    every = ["Kendiliğinden güncellendi", "Hizmet verene soruldu", "Görevlendirme gerekiyor"]
    assert listed() == every
    assert "12 → 15 çalışan, tehlikeli: 240 → 300 dk/ay, İGU Yön. m.12" in text(client.get(here))
    assert listed(sonuc="uyusmazlik") == every[1:]
    assert listed(sonuc="kapasite") == every[1:2]
    assert listed(sonuc="belge-sinifi") == every[2:]
    assert listed(il="34") == every[1:2]
    assert listed(sinif="very_hazardous") == every[2:]
    assert listed(kurum=str(world.provider.pk)) == every
    assert listed(sonuc="\0", sonra="\0|²", kurum="9" * 40) == every
    assert "Böyle bir sözleşme yok" in text(client.get(here, {"sonuc": "biten"}))
    there = in_office(official("inspector", 34, number=51)).get(here, {"il": "16"}).text
    assert away.title in there
    assert world.workplace.title not in there
    operator = in_office(official("operator", number=52)).get(here).text
    assert world.workplace.title in operator
    assert "/genel-bakis/isyerleri/" not in operator


def test_a_list_goes_on_where_a_page_ends_even_where_nothing_is_found(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reads, "STRETCH", 4)
    month, contract, actor = run(), world.offer(103, at=NOW), as_actor(official("inspector"))
    for place in range(10):
        change(month, contract, place % 5, chunk=place // 5, outcome="ended" if place in {0, 8, 9} else "amended")
    for sought, number, most in ((Sought((MonthOutcome.ENDED,)), 3, 4), (Sought(), 10, 5)):
        read: list[int] = []
        after, pages = None, 0
        while True:
            found = reads.changes_find(actor, month.pk, sought, after=after, limit=2)
            read += [one.pk for one in found.rows]
            after, pages = found.after, pages + 1
            if after is None:
                break
        assert len(read) == len(set(read)) == number
        assert read == sorted(read)
        assert pages <= most


def test_who_lacks_a_professional_is_listed_within_the_province(world: World) -> None:
    month, away = run(), workplace(31, province=34)
    for profession in ("safety_specialist", "workplace_physician"):
        Missing.objects.create(run=month, workplace=world.workplace, profession=profession)
    Missing.objects.create(run=month, workplace=away, profession="safety_specialist")
    here = reverse("official_month_missing", args=[month.pk])
    client = in_office(official("inspector"))
    assert text(client.get(here)).count("İşyeri hekimi") == 2  # the choice, and the row
    assert away.title in client.get(here).text
    assert away.title not in client.get(here, {"gorev": "workplace_physician"}).text
    there = in_office(official("inspector", 34, number=51)).get(here).text
    assert away.title in there
    assert world.workplace.title not in there


def test_lines_set_aside_are_told_to_those_who_see_the_whole_country(world: World) -> None:
    del world
    one = feed()
    FeedFault.objects.create(feed=one, line=7, column="employees", code="not_a_number", value="on iki")
    FeedFault.objects.create(feed=one, line=7, column="period", code="anything", value="")
    here = reverse("official_month_faults", args=[one.pk])
    shown = text(in_office(official("inspector")).get(here))
    assert "2.200.000 satırın 3 tanesi ayrıldı" in shown
    assert "7 Çalışan sayısı on iki tam sayı değil" in shown
    assert "7 Ay – anything" in shown
    assert "öbür satırlar bunlara bakılmadan alındı" in shown
    Feed.objects.update(state="refused")
    assert "hiçbir satırı alınmadı" in text(in_office(official("inspector", number=52)).get(here))
    province = in_office(official("inspector", 16, number=51))
    assert province.get(here).status_code == 403
    assert here not in province.get(reverse("official_months")).text


def test_tables_are_taken_as_a_workbook_and_as_csv(world: World) -> None:
    month = run()
    figure(month, 16, amended=7)
    figure(month, 34, "low", missing=2)
    counts = {"amended": 5, "asked": 3, "conflicts": 1, "ended": 0, "minutes_before": 1, "minutes_after": 2}
    MonthProvider.objects.create(run=month, provider=world.provider, **counts)
    client = in_office(official("inspector"))
    here = reverse("official_month_figures_file", args=[month.pk])
    answer = client.get(here)
    assert "katip-2026-11-iller.xlsx" in answer.headers["Content-Disposition"]
    sheet = CalamineWorkbook.from_filelike(BytesIO(answer.getvalue())).get_sheet_by_index(0).to_python()
    assert sheet[0][:5] == ["Plaka", "İl", "Tehlike sınıfı", "İşyeri", "Güncellenen"]
    assert [row[:5] for row in sheet[1:]] == [[16, "Bursa", "Tehlikeli", 0, 7], [34, "İstanbul", "Az tehlikeli", 0, 0]]
    lines = client.get(here, {"bicim": "csv"}).content.decode("utf-8-sig").splitlines()
    assert lines[1] == "16;Bursa;Tehlikeli;0;7;0;0;0;0;1000;1100"
    there = in_office(official("inspector", 34, number=51))
    assert len(there.get(here, {"bicim": "csv"}).content.splitlines()) == 2
    providers = reverse("official_month_providers_file", args=[month.pk])
    lines = client.get(providers, {"bicim": "csv"}).content.decode("utf-8-sig").splitlines()
    assert lines[1] == f"ÖRNEK-0001;{world.provider.title};Bursa;5;3;1;0;1;2"
    assert len(there.get(providers, {"bicim": "csv"}).content.splitlines()) == 1
    assert not Event.objects.filter(tag="documents:month:taken").exists()


def test_a_list_that_names_workplaces_is_taken_in_pieces_and_that_is_written_down(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("katip.web.officials.months.files.PIECE", 2)
    month, contract, away = run(), world.offer(103, at=NOW), workplace(31, province=34)
    for place in range(5):
        change(month, contract, place)
    change(month, contract, 9, outcome="ended", reason="headcount_zero", workplace_id=away.pk)
    Missing.objects.create(run=month, workplace=away, profession="safety_specialist")
    office = official("inspector")
    client = in_office(office)
    answer: Any = client.post(reverse("official_month_changes_file", args=[month.pk]), {"sonuc": "guncellenen"})
    assert answer.streaming
    lines = answer.getvalue().decode("utf-8-sig").splitlines()
    assert len(lines) == 6
    assert lines[1].startswith(f"{world.workplace.sgk_number};{world.workplace.title};Bursa;İş güvenliği uzmanı;")
    assert lines[1].endswith('240;300;"12 → 15 çalışan, tehlikeli: 240 → 300 dk/ay, İGU Yön. m.12"') or lines[
        1
    ].endswith("12 → 15 çalışan, tehlikeli: 240 → 300 dk/ay, İGU Yön. m.12")
    [event] = Event.objects.filter(tag="documents:month:taken")
    assert (event.actor_id, event.subject_id) == (office.person_id, month.pk)
    assert EventDetail.objects.get(event=event).body == {"part": "changes", "asked": {"sonuc": "guncellenen"}}
    there: Any = in_office(official("inspector", 34, number=51))
    taken = there.post(reverse("official_month_changes_file", args=[month.pk]), {"il": "16"}).getvalue().decode()
    assert taken.count("\r\n") == 2
    assert away.title in taken
    assert world.workplace.title not in taken
    lacking = client.post(reverse("official_month_missing_file", args=[month.pk]))
    assert away.sgk_number in b"".join(lacking).decode()


def test_no_page_asks_more_because_the_month_is_larger(world: World) -> None:
    month = run(begun_by=world.owner)
    feed()
    client = in_office(official("inspector"))
    here = reverse("official_month", args=[month.pk])
    lists = [reverse(f"official_month_{name}", args=[month.pk]) for name in ("changes", "missing")]
    contract = world.offer(103, at=NOW)

    def fill(number: int, first: int) -> None:
        for place in range(first, first + number):
            where = workplace(30 + place, province=1 + place % 81)
            change(month, contract, place, workplace_id=where.pk, outcome="asked", process_id=contract.process_id)
            Missing.objects.create(run=month, workplace=where, profession="safety_specialist")
            one = Provider.objects.get(pk=world.provider.pk)
            one.pk, one.authorisation_no = None, f"ÖRNEK-5{place:03}"
            one.save()
            counts = dict.fromkeys(("amended", "asked", "conflicts", "ended", "minutes_before", "minutes_after"), 1)
            MonthProvider.objects.create(run=month, provider=one, **counts)
            figure(month, 1 + place % 81, list(HazardClass)[place // 81], asked=1, missing=1)
            run(period=date(2025, 1, 1))
            feed()

    fill(2, 0)
    few = [asked(page(client, url)) for url in (here, *lists, reverse("official_months"))]
    fill(90, 10)
    assert [asked(page(client, url)) for url in (here, *lists, reverse("official_months"))] == few
    assert few[0] <= 18
    assert max(few[1:]) <= 13


def test_a_month_goes_from_its_feed_to_its_figures_by_the_pages_alone(world: World) -> None:
    yesterday, period = NOW - timedelta(days=1), NOW.date().replace(day=1)
    contracts = [world.active(code, at=yesterday) for code in (103, 140)]
    consents(world)
    tell({world.workplace: 15}, period)
    Feed.objects.update(taken_at=yesterday)
    office = official("operator")
    client, seen = in_office(office), {"organisation": office.pk}
    waits = run("planned", period=period, summary={})

    shown = client.get(reverse("official_month_plan"))
    assert "Bekleyen plandan vazgeçilir" in text(shown)
    planned = client.post(reverse("official_month_plan"), {**seen, "period": period.isoformat()})
    month = MonthRun.objects.exclude(pk=waits.pk).get()
    here = reverse("official_month", args=[month.pk])
    assert planned.headers["Location"] == here
    waits.refresh_from_db()
    assert (waits.state, month.state, month.begun_by_id) == ("dropped", "planned", office.person_id)
    assert "Güncellenen 2" in text(client.get(here))
    assert contracts[0].versions.count() == 1

    begin = reverse("official_month_begin", args=[month.pk])
    assert "Güncellenen 2 sözleşme" in text(client.get(begin))
    assert client.post(begin, seen).headers["Location"] == here
    assert "Bu plan artık uygulanmayı beklemiyor." in text(client.post(begin, seen, follow=True))
    assert "data-poll" in client.get(here).text
    assert client.get(reverse("official_month_plan")).headers["Location"] == here
    written(month)
    month_close(actor=OPERATOR, at=datetime.now(UTC), run_id=month.pk)
    done = text(in_office(official("inspector", 16, number=51)).get(here))
    assert "Tehlikeli 2 0 0 0 0 360 → 450" in done
    assert "headcount" not in done
    assert contracts[0].versions.count() == 2
    changes = text(client.get(reverse("official_month_changes", args=[month.pk])))
    assert changes.count("12 → 15 çalışan") == 2


def test_a_plan_of_another_day_or_before_another_feed_is_not_carried_out(world: World) -> None:
    period = NOW.date().replace(day=1)
    tell({world.workplace: 15}, period)
    office = official("operator")
    client, seen = in_office(office), {"organisation": office.pk}
    client.post(reverse("official_month_plan"), {**seen, "period": period.isoformat()})
    month = MonthRun.objects.get()
    here, begin = (reverse(name, args=[month.pk]) for name in ("official_month", "official_month_begin"))
    tell({world.elsewhere: 20}, period)
    refused = client.post(begin, seen)
    assert refused.status_code == 409
    assert "ardından yeni bir bildirim geldi" in text(refused)
    assert "Yeniden planla" not in text(client.get(here))
    MonthRun.objects.update(planned_at=NOW - timedelta(days=2))
    old = text(client.get(here))
    assert "Plan bugünün değil" in old
    assert "Yeniden planla" in old
    assert begin not in client.get(here).text
    assert MonthRun.objects.get().state == "planned"
