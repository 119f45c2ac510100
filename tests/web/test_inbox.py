"""One page for everything that waits: who lands there, what it shows, what it hands on."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from katip.core.clock import day_of
from katip.processes.inbox import Filters, inbox_all, inbox_hash
from katip.processes.models import Process
from katip.registry.models import Mandate
from katip.web.inbox.asking import filters_read, near_day, place_read
from tests.cast import World, e_bildirge, entered, signed_in, workplace
from tests.waiting import waiting_make
from tests.web.test_query_counts import asked, page

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
INBOX = "/bekleyenler/"


def many(world: World, places: int, *, each: int = 2) -> Client:
    """The accountant's browser, with so many workplaces where work waits that is due from tomorrow on."""
    waiting_make(world.accountant, places=places, each=each, day=day_of(NOW) + timedelta(days=1))
    return signed_in(world.accountant)


def posted(text: str) -> dict[str, list[str]]:
    """What the form of the page sends, as if every box were ticked."""
    fields: dict[str, list[str]] = {}
    for tag in re.findall(r"<input [^>]*>", text[text.index("data-picks") :]):
        found = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if "name" in found:
            fields.setdefault(found["name"], []).append(found.get("value", ""))
    return fields


def test_the_page_needs_no_capacity_and_each_row_opens_in_the_one_that_decides_it(world: World) -> None:
    own, at_work = world.offer(103, at=NOW), world.accepted(140, workplace_id=world.elsewhere.pk, at=NOW)
    e_bildirge(world.specialist, world.elsewhere)
    client = signed_in(world.specialist)
    shown = client.get(INBOX)
    assert {row["no"] for row in shown.context["rows"]} == {at_work.process_id, own.process_id}
    assert "2 yerden 2 iş kararınızı bekliyor." in shown.text
    assert {str(row["capacity"]) for row in shown.context["rows"]} == {"e-Bildirge kullanıcısı olarak", "Kendi adınıza"}
    for contract, role in ((at_work, "employer"), (own, "professional")):
        url = reverse("step", args=[contract.process_id])
        assert f'href="{url}"' in shown.text
        assert client.get(url).context["role"] == role


def test_nobody_sees_what_waits_for_others(world: World) -> None:
    contract = world.accepted(at=NOW)
    for role in ("stranger", "manager", "specialist", "accountant"):
        shown = entered(world, role).get(INBOX)
        assert "Sizi bekleyen iş yok" in shown.text
        assert reverse("step", args=[contract.process_id]) not in shown.text
    assert reverse("step", args=[contract.process_id]) in entered(world, "colleague").get(INBOX).text


def test_deadlines_are_told_in_plain_words_and_by_how_near_they_are(world: World) -> None:
    client = many(world, 10)
    today, near = day_of(NOW), near_day(NOW)
    first, second, third = Process.objects.order_by("pk")[:3]
    Process.objects.update(due_on=near + timedelta(days=9))
    Process.objects.filter(pk=first.pk).update(due_on=today)
    Process.objects.filter(pk=second.pk).update(due_on=near)
    Process.objects.filter(pk=third.pk).update(due_on=None)
    shown = client.get(INBOX)
    assert "Son gün bugün" in shown.text
    assert "1 tanesinin son günü bugün." in shown.text
    assert [(tab["label"], tab["count"]) for tab in shown.context["tabs"]] == [
        ("Hepsi", "20"),
        ("Bugün son gün", "1"),
        ("3 iş günü içinde", "1"),
        ("Daha sonra", "18"),
    ]
    for key, numbers in (("bugun", {first.pk}), ("yakin", {second.pk})):
        assert {row["no"] for row in client.get(f"{INBOX}?gun={key}").context["rows"]} == numbers
    last = client.get(f"{INBOX}?gun=sonra").context["rows"][-1]
    assert (last["no"], last["deadline"]) == (third.pk, None)


def test_without_any_deadline_the_day_since_when_it_waits_is_told(world: World) -> None:
    client = many(world, 5)
    Process.objects.update(due_on=None)
    shown = client.get(INBOX)
    assert shown.context["tabs"] == []
    assert "tarihinden beri bekliyor" in shown.text


def test_select_all_hands_on_the_filter_and_the_hash_of_exactly_the_rows_shown(world: World) -> None:
    client = many(world, 40)
    shown = client.get(f"{INBOX}?ara=deneme&kod=140")
    sent = posted(shown.text)
    filters = filters_read({name: values[0] for name, values in sent.items()}, NOW)
    assert filters == Filters(search="deneme", code=140)
    rows = inbox_all(world.accountant.pk, NOW, filters)
    assert (sent["ozet"], sent["sayi"]) == ([inbox_hash(rows)], ["40"])
    assert "Tümünü seç (40 satır)" in shown.text
    assert sent["surec"] == [str(row.process_id) for row in rows]
    assert f'action="{reverse("run_new")}"' in shown.text
    process = Process.objects.filter(code=140).earliest("pk")
    process.version += 1
    process.save()
    assert posted(client.get(f"{INBOX}?ara=deneme&kod=140").text)["ozet"] != sent["ozet"]


def test_more_than_may_be_taken_together_is_to_be_narrowed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("katip.processes.inbox.MOST", 9)
    monkeypatch.setattr("katip.web.inbox.views.MOST", 9)
    client = many(world, 6)
    shown = client.get(INBOX).text
    assert "Tümünü seç" not in shown
    assert "hepsini seçmek için süzgeçle daraltın" in shown
    assert "Tümünü seç (6 satır)" in client.get(f"{INBOX}?kod=103").text


def test_where_bulk_approval_is_off_each_is_opened_by_itself(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    client = many(world, 3)
    monkeypatch.setattr(settings.KATIP, "bulk_approval", False)
    shown = client.get(INBOX)
    assert 'name="surec"' not in shown.text
    assert "Tümünü seç" not in shown.text
    assert "toplu onay kapalıdır" in shown.text
    assert len(shown.context["rows"]) == 6


def test_pages_go_on_within_the_filter_and_say_a_company_once(world: World) -> None:
    client = many(world, 60)
    shown = client.get(f"{INBOX}?ara=deneme")
    seen = [row["no"] for row in shown.context["rows"]]
    assert len(seen) == 50
    assert [row["again"] for row in shown.context["rows"]] == [False, True] * 25
    while shown.context["next_url"]:
        shown = client.get(shown.context["next_url"])
        seen += [row["no"] for row in shown.context["rows"]]
        assert parse_qs(urlsplit(shown.context["first_url"]).query) == {"ara": ["deneme"]}
    assert seen == [row.process_id for row in inbox_all(world.accountant.pk, NOW)]


@pytest.mark.parametrize(
    "query",
    [
        "kod=99999",
        "kod=x",
        "veren=-1",
        "firma=9999999999999999999999",
        "taraf=baska",
        "gun=dun",
        "sonra=x",
        "sonra=2025-13-01|2025-01-01|1",
        "sonra=|2025-01-01|99999999999999999999",
        "ara=%00",
        "ara=%25",
        "gun=yakin&gun=dun",
    ],
)
def test_odd_addresses_narrow_nothing(world: World, query: str) -> None:
    client = many(world, 2)
    shown = client.get(f"{INBOX}?{query}")
    assert shown.status_code == 200
    assert len(shown.context["rows"]) == 4


def test_an_empty_inbox_tells_the_filter_from_nothing_at_all(world: World) -> None:
    client = many(world, 1)
    assert "Bu süzgeçle bekleyen iş yok" in client.get(f"{INBOX}?ara=yok").text
    Process.objects.update(state="completed")
    assert "Sizi bekleyen iş yok" in client.get(f"{INBOX}?ara=yok").text


def test_filters_are_offered_where_they_make_a_difference_and_named_when_in_force(world: World) -> None:
    client = many(world, 5)
    form = client.get(INBOX).context["form"]
    assert set(form.fields) == {"ara", "kod", "firma"}  # one provider, one capacity
    place = Process.objects.earliest("pk").workplace
    assert place is not None
    shown = client.get(f"{INBOX}?firma={place.pk}&veren={world.provider.pk}&taraf=isveren")
    assert len(shown.context["rows"]) == 2
    assert set(shown.context["form"].fields) == {"ara", "kod", "firma", "veren", "taraf"}
    for words in (f"Firma: {place.title}", f"Hizmet veren: {world.provider.short_title}"):
        assert words in re.sub(r"<[^>]+>", "", shown.text)
    assert client.get(f"{INBOX}?firma=999999").context["rows"] == []


def test_a_list_of_too_many_companies_is_searched_instead(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("katip.processes.inbox.FACETS", 3)
    monkeypatch.setattr("katip.web.inbox.views.FACETS", 3)
    client = many(world, 5)
    assert "firma" not in client.get(INBOX).context["form"].fields


def test_whoever_has_much_to_do_lands_here_after_sign_in_and_others_on_the_guides_way(world: World) -> None:
    capacity = reverse("capacity")
    world.accepted(at=NOW)
    client = signed_in(world.owner)
    shown = client.get(capacity)
    assert shown.status_code == 200
    assert "Sizi bekleyen 1 işi tek sayfada görün" in shown.text
    waiting_make(world.owner, places=3, each=2, day=day_of(NOW))
    assert client.get(capacity).status_code == 200  # seven things: still few
    waiting_make(world.owner, places=1, each=2, first=9, day=day_of(NOW))
    assert client.get(capacity)["Location"] == INBOX
    assert client.get(f"{capacity}?sec").status_code == 200
    assert client.get(f"{capacity}?next=/hesabim/").status_code == 200
    assert client.post(capacity, {"secim": "bireysel"})["Location"] == reverse("assignments")
    assert client.get(capacity).status_code == 200  # a capacity is chosen: the page was asked for


def test_much_at_one_place_is_found_on_the_list_of_that_place(world: World) -> None:
    contract = world.offer(at=NOW)
    process = Process.objects.get(pk=contract.process_id)
    for _number in range(9):
        process.pk = None
        process.save()
    assert len(inbox_all(world.specialist.pk, NOW)) == 10
    assert signed_in(world.specialist).get(reverse("capacity")).status_code == 200


def test_the_header_counts_everything_and_the_column_what_belongs_to_the_capacity(world: World) -> None:
    world.accepted(103, at=NOW)
    e_bildirge(world.owner, place := workplace(11))
    world.accepted(140, workplace_id=place.pk, at=NOW)
    client = entered(world, "owner")
    for name in ("home", "contracts", "card", "inbox"):
        shown = client.get(reverse(name))
        assert re.search(rf'href="{INBOX}"><span class="count on">2</span>iş bekliyor', shown.text), name
        badges = {item["label"]: item["badge"] for item in flat(shown.context["nav"])}
        assert (badges["Bekleyen işler"], badges["İSG Hizmet Sözleşmeleri"]) == ("2", "1")
    assert "Başka yerlerden 1 iş daha kararınızı bekliyor" in client.get(reverse("home")).text
    assert "Başka yerlerden" not in entered(world, "colleague").get(reverse("home")).text


def test_managers_and_professionals_find_theirs_beside_what_their_page_is_about(world: World) -> None:
    contract = world.accepted(at=NOW)
    for role, route in (("manager", "home"), ("specialist", "assignments")):
        e_bildirge(getattr(world, role), world.workplace)
        shown = entered(world, role).get(reverse(route))
        assert "Başka yerlerden 1 iş daha kararınızı bekliyor" in shown.text
    Mandate.objects.filter(person=world.manager, workplace=world.workplace).update(valid_to=date(2021, 1, 1))
    assert "Başka yerlerden" not in entered(world, "manager").get(reverse("home")).text
    assert contract.process_id


def flat(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [found for item in items for found in (item, *flat(item["children"]))]


@pytest.mark.parametrize("places", [1, 30, 2_500])
def test_the_page_asks_as_often_for_five_thousand_rows_as_for_two(world: World, places: int) -> None:
    """Session, person, who acts; the summary, the page's rows, their processes, whose names; and the look."""
    waiting_make(world.accountant, places=places, each=2)
    Process.objects.update(due_on=None)
    client = signed_in(world.accountant)
    assert len(client.get(INBOX).context["rows"]) == min(2 * places, 50)
    for query in ("", "?ara=deneme+0000", "?kod=103&taraf=isveren", "?sonra=|2025-05-20|1"):
        assert asked(page(client, INBOX + query)) == 7, query
    entered_as = entered(world, "accountant")
    entered_as.post(reverse("company_choose"), {"firma": f"workplace-{Mandate.objects.earliest('pk').workplace_id}"})
    assert asked(page(entered_as, INBOX)) == 7


def test_the_place_in_the_list_is_read_as_it_was_written() -> None:
    assert place_read("||1") is None
    found = place_read("2025-06-02|2025-06-01|7")
    assert found is not None
    assert (found.due_on, found.since, found.process_id) == (date(2025, 6, 2), date(2025, 6, 1), 7)
