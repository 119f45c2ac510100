"""What is typed into a search box: it reaches the list's address, but for anybody's T.C. kimlik no."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.forms import CharField, IntegerField
from django.test import Client
from django.urls import reverse

import katip
from katip.web.calculator.forms import CalculatorForm
from katip.web.search import PAGE, names_somebody
from tests.cast import World, entered, national_id
from tests.web.test_officials import in_office, official

pytestmark = pytest.mark.django_db
TEMPLATES = Path(katip.__file__).parent / "web" / "templates"
FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
TYPED = re.compile(r"<input(?![^>]*type=\"(?:hidden|checkbox|radio|submit)\")|<textarea|\{% field |\{\{ shown \}\}")
OURS = national_id(1)


def test_no_form_writes_what_is_typed_into_an_address() -> None:
    """But for the calculator's, whose figures are shorter than a person's number."""
    found = {
        path.name
        for path in TEMPLATES.rglob("*.html")
        for attributes, inside in FORM.findall(path.read_text("utf-8"))
        if not re.search(r"method=\"(?:post|dialog)\"", attributes, re.IGNORECASE) and TYPED.search(inside)
    }
    assert found == {"calculator.html"}


def test_the_calculators_fields_hold_no_number_of_a_person() -> None:
    typed = {
        name: bound.as_widget()
        for name, bound in ((bound.name, bound) for bound in CalculatorForm(as_of=date(2026, 11, 23)))
        if isinstance(bound.field, CharField | IntegerField)
    }
    assert typed
    for name, widget in typed.items():
        longest = re.search(r'maxlength="(\d+)"', widget)
        assert longest, name
        assert int(longest[1]) < len(OURS), name


def asked(client: Client, page: str, **fields: str) -> str:
    """Where a search leads."""
    answer: Any = client.post(reverse("search"), {PAGE: page, **fields})
    assert answer.status_code == 302
    return str(answer.headers["Location"])


@pytest.mark.parametrize("written", [OURS, f"Ada {OURS}", f"{OURS[:3]} {OURS[3:6]} {OURS[6:9]} {OURS[9:]}", "1" * 11])
def test_a_persons_number_gets_into_no_address(world: World, written: str) -> None:
    client = entered(world, "manager")
    there = reverse("contracts")
    assert asked(client, there, liste="tum", ara=written) == f"{there}?liste=tum"
    page = client.get(there).text
    assert "T.C. kimlik numarasıyla arama yapılmaz" in page
    assert OURS not in page


def test_anything_else_does_and_can_be_bookmarked(world: World) -> None:
    client = entered(world, "manager")
    there = reverse("contracts")
    assert asked(client, there, ara="Örnek", il="") == f"{there}?ara=%C3%96rnek&il="
    sgk = world.workplace.sgk_number
    assert asked(client, there, ara=sgk) == f"{there}?ara={sgk}"
    assert asked(client, there) == there


@pytest.mark.parametrize("page", ["", "//example.com/", "https://example.com/", "ana-ekran/", "javascript:alert(1)"])
def test_it_leads_nowhere_else(world: World, page: str) -> None:
    assert asked(entered(world, "manager"), page, ara="x").startswith(f"{reverse('home')}?")


@pytest.mark.parametrize("text", ["", "Örnek", "1234567890", "2 4120 01 01 1234567 016 01-12 000", "0532 123 45 67"])
def test_what_is_no_persons_number(text: str) -> None:
    assert not names_somebody(text)


def test_lists_send_their_search_there(world: World) -> None:
    """Each with its own path, by the form that its page shows."""
    manager, officer = entered(world, "manager"), in_office(official("directorate"))
    for client, route in ((manager, "staff"), (manager, "board"), (officer, "professionals")):
        page = reverse(route)
        forms = [
            inside
            for attributes, inside in FORM.findall(client.get(page).text)
            if f'action="{reverse("search")}"' in attributes
        ]
        assert [f'name="{PAGE}" value="{page}"' in form and "csrfmiddlewaretoken" in form for form in forms] == [True]
