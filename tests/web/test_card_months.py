"""Row 4 of the workplace card: every month filled forward, each change marked, with what came of it."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.urls import reverse

from katip.core.actor import Actor, Capacity
from katip.processes.models import PartyKind, Process
from katip.registry.models import ActivityHazard, Headcount
from katip.rules import MonthOutcome
from katip.updates.employer_month import changes_here, told_until
from katip.updates.models import Feed
from tests.cast import AT, VERY_HAZARDOUS, World, entered
from tests.months import month_make
from tests.web.test_query_counts import asked, page

CARD = "/isyeri-karti/"


def headcount(world: World, year: int, month: int, employees: int, activity: str | None = None) -> None:
    Headcount.objects.update_or_create(
        workplace=world.workplace,
        period=date(year, month, 1),
        defaults={"employees": employees, "activity_id": activity},
    )


def fed(until: date) -> None:
    """The country was told up to this month."""
    Feed.objects.create(source="file", state="taken", first_period=until, last_period=until, begun_at=AT, taken_at=AT)


def shown(world: World, role: str = "owner") -> dict[str, Any]:
    row: dict[str, Any] = entered(world, role).get(CARD).context["headcount"]
    return row


def test_a_figure_holds_until_another_is_told_up_to_the_month_that_was_told(world: World) -> None:
    headcount(world, 2025, 8, 15)
    fed(date(2025, 11, 1))
    row = shown(world)
    assert row["points"] == [
        (date(2025, month, 1), employees)
        for month, employees in [(5, 12), (6, 12), (7, 12), (8, 15), (9, 15), (10, 15), (11, 15)]
    ]
    assert (row["month"], row["latest"]) == (date(2025, 11, 1), 15)


def test_no_more_than_two_years_are_drawn_and_the_figure_from_before_goes_on(world: World) -> None:
    fed(date(2028, 1, 1))
    points = shown(world)["points"]
    assert len(points) == 24
    assert {employees for _month, employees in points} == {12}
    assert (points[0][0], points[-1][0]) == (date(2026, 2, 1), date(2028, 1, 1))


def test_figures_newer_than_the_country_s_are_shown_too(world: World) -> None:
    fed(date(2025, 3, 1))
    headcount(world, 2025, 7, 14)
    assert shown(world)["month"] == date(2025, 7, 1)
    assert told_until(world.elsewhere.pk) == date(2025, 5, 1)
    assert told_until(10**9) is None


def test_one_change_is_told_in_the_plot_several_have_numbers_and_a_table(world: World) -> None:
    headcount(world, 2025, 8, 15)
    [mark] = shown(world)["marks"]
    assert (mark["at"], mark["title"]) == (date(2025, 8, 1), "Ağustos 2025: 12 → 15 çalışan")
    assert mark["text"] == "Gereken: uzman 240 → 300, hekim 120 → 150 dk/ay"
    headcount(world, 2025, 10, 16)
    row = shown(world)
    assert [(mark["number"], mark["title"]) for mark in row["marks"]] == [(1, ""), (2, "")]
    assert [
        (line["number"], line["month"], line["employees"], line["hazard"], [cell["owed"] for cell in line["cells"]])
        for line in row["rows"]
    ] == [
        (2, date(2025, 10, 1), "15 → 16", "Tehlikeli", ["300 → 320", "150 → 160"]),
        (1, date(2025, 8, 1), "12 → 15", "Tehlikeli", ["240 → 300", "120 → 150"]),
    ]
    drawn = re.search(r'<svg class="area".*?</svg>', entered(world, "owner").get(CARD).text, re.DOTALL)
    assert drawn is not None
    assert drawn[0].count('class="mark"') == 2
    assert re.findall(r">(\d)</text>", drawn[0]) == ["1", "2"]


def test_another_hazard_class_is_a_change_too(world: World) -> None:
    headcount(world, 2025, 8, 12, VERY_HAZARDOUS)
    [line] = shown(world)["rows"]
    assert (line["employees"], line["hazard"]) == ("12", "Tehlikeli → çok tehlikeli")
    assert [cell["owed"] for cell in line["cells"]] == ["240 → 480", "120 → 180"]


def test_a_list_of_classes_that_changes_under_the_same_activity_is_a_change_too(world: World) -> None:
    ActivityHazard.objects.create(
        activity_id=world.workplace.activity_id, hazard_class="low", valid_from=date(2025, 9, 1), source="RG"
    )
    fed(date(2025, 10, 1))
    [line] = shown(world)["rows"]
    assert (line["month"], line["hazard"]) == (date(2025, 9, 1), "Tehlikeli → az tehlikeli")


def test_whole_persons_stand_beside_the_minutes(world: World) -> None:
    headcount(world, 2025, 8, 620)
    [line] = shown(world)["rows"]
    assert line["cells"][0]["owed"] == "240 → 1 tam süreli + 2.400"


def test_a_change_that_asks_no_other_minutes_is_no_line(world: World) -> None:
    headcount(world, 2025, 8, 12, world.workplace.activity_id)
    row = shown(world)
    assert (row["rows"], row["marks"]) == ([], [])


def test_only_the_newest_changes_are_open_and_no_more_than_twelve_are_listed(world: World) -> None:
    for number in range(20):
        headcount(world, 2025 + (5 + number) // 12, (5 + number) % 12 + 1, 20 + number)
    row = shown(world)
    assert (len(row["rows"]), len(row["rows_earlier"]), len(row["marks"])) == (3, 9, 12)
    assert row["rows"][0]["number"] == 12
    assert "Daha önceki değişiklikler" in entered(world, "owner").get(CARD).text


def test_what_came_by_itself_and_what_waits_stand_with_sentence_and_link(world: World) -> None:
    month = month_make()
    specialist, physician = world.active(103), world.active(140)
    month.amended(specialist, 15, 300)
    month.waits(physician, 15, 150, party=PartyKind.EMPLOYER)
    response = entered(world, "owner").get(CARD)
    told = response.context["headcount"]["sentences"]
    assert told["month"] == month.run.period
    assert [(row["label"], row["sentence"], row["standing"].tag) for row in told["rows"]] == [
        ("İş güvenliği uzmanı", "12 → 15 çalışan, tehlikeli: 240 → 300 dk/ay, İGU Yön. m.12", "done"),
        ("İşyeri hekimi", "12 → 15 çalışan, tehlikeli: 120 → 150 dk/ay, İH-DSP Yön. m.12", "yours"),
    ]
    step = reverse("step", args=[Process.objects.get(state="open").pk])
    assert response.text.count(f'href="{step}"') == 2  # beside the sentence, and in the table
    assert "Son 24 ayda 1 süre kendiliğinden güncellendi" in response.text
    for state, words in (("completed", "Onaylandı"), ("rejected", "Reddedildi"), ("lapsed", "düştü")):
        Process.objects.filter(pk=step.rsplit("/", 2)[1]).update(state=state)
        page_now = entered(world, "owner").get(CARD).text
        assert words in page_now
        assert f'href="{step}"' not in page_now


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (MonthOutcome.ENDED, "çalışan kalmadığı için sözleşme sona erdi"),
        (MonthOutcome.PERSON, "Görevlendirme gerekiyor"),
    ],
)
def test_an_ending_and_a_person_to_be_found_are_told(world: World, outcome: MonthOutcome, words: str) -> None:
    ended = outcome == MonthOutcome.ENDED
    reason = "headcount_zero" if ended else "certificate_unfit"
    month_make().change(world.active(103), outcome, employees=0 if ended else 15, reason=reason)
    assert words in entered(world, "owner").get(CARD).text


def test_a_months_changes_are_those_of_the_actors_workplace(world: World) -> None:
    month_make().amended(world.active(103), 15, 300)
    since = date(2020, 1, 1)
    assert len(changes_here(world.actor("owner"), since)) == 1
    assert changes_here(world.actor("owner"), date(2025, 7, 1)) == []
    assert changes_here(world.actor("stranger"), since) == []
    assert changes_here(world.actor("specialist"), since) == []
    assert changes_here(Actor(world.manager.pk, Capacity.PROVIDER, world.workplace.pk), since) == []


def test_the_card_asks_as_often_whatever_the_months_did(world: World) -> None:
    contract = world.active(103)
    client = entered(world, "owner")
    before = asked(page(client, reverse("card")))
    fed(date(2026, 6, 1))
    for number in range(8):
        headcount(world, 2025, 5 + number, 12 + number, VERY_HAZARDOUS if number % 2 else None)
        at = datetime(2025, 6, 3 + number, tzinfo=UTC)
        month_make(at, date(2025, 5 + number, 1)).change(contract, MonthOutcome.AMENDED, minutes=240 + 20 * number)
    assert asked(page(client, reverse("card"))) == before == 16
