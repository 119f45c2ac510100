"""What the counter's pages ask of the database: as much for many rows as for few."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from katip.counter.models import Branch
from katip.registry.models import Official
from tests.cast import World, national_id
from tests.counter import counter_cast
from tests.counter.counter_cast import applied, confirm, override, refuse
from tests.web.test_counter_applicant import apply
from tests.web.test_officials import in_office
from tests.web.test_query_counts import asked, page

NOW = datetime.now(UTC)
Act = Callable[..., object]


@pytest.fixture(autouse=True)
def _everything_drawn(settings: Any) -> None:
    settings.KATIP = settings.KATIP.model_copy(update={"review_percent": 100})


@pytest.fixture
def where(world: World) -> Branch:
    return counter_cast.branch(at=NOW)


@pytest.fixture
def officer(where: Branch) -> Official:
    return counter_cast.official(50, where=where, at=NOW)


@pytest.mark.parametrize(
    ("route", "looks", "act", "most"),
    [
        ("counter", "supervisor", override, 12),
        ("counter_day", "officer", refuse, 10),
        ("counter_reviews", "supervisor", confirm, 11),
    ],
)
def test_a_list_asks_as_much_for_many_as_for_few(
    officer: Official, route: str, looks: str, act: Act, most: int
) -> None:
    where = Branch.objects.get()
    who = officer if looks == "officer" else counter_cast.official(52, "supervisor", where=where, at=NOW)
    client, counts = in_office(who), []
    client.get(reverse(route))
    for first in (1000, 1020):
        for number in range(first, first + (2 if first == 1000 else 20)):
            act(officer, applied(national_id(number), at=NOW, names=("Kişi", f"No{number}")), at=NOW)
        assert "No1001" in client.get(reverse(route)).text
        counts.append(asked(page(client, reverse(route))))
    assert counts[0] == counts[1]
    assert counts[0] <= most


def test_the_sheet_asks_as_much_for_many_branches_as_for_few(world: World) -> None:
    client, counts = Client(), []
    apply(client)
    for first, last in ((0, 2), (2, 8)):
        for number in range(first, last):
            counter_cast.branch(f"Şube {number}", at=NOW)
        counts.append(asked(page(client, reverse("application"))))
    assert counts[0] == counts[1]
    assert counts[0] <= 7
