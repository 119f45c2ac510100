"""The page that reckons: what it answers, what it refuses, and that it keeps nothing."""

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from katip.rules import HazardClass, Profession
from katip.web.calculator.forms import CalculatorForm
from katip.web.calculator.reckoning import Question, Running, answers, neighbours, own_undertaking, turning_points
from katip.web.calculator.views import formula

TODAY = date(2026, 11, 22)
IGU, IH, DSP = Profession


def ask(client: Client, **asked: Any) -> HttpResponse:
    return client.get("/hesapla/", asked)  # type: ignore[return-value] # the client's response stands for the real one


def words(response: HttpResponse) -> str:
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", text)


def question(employees: int, hazard: HazardClass, **running: Running) -> Question:
    professions = {"igu": IGU, "ih": IH, "dsp": DSP}
    return Question(employees, hazard, TODAY, {professions[name]: one for name, one in running.items()})


# ---------------------------------------------------------------------------------------------------------- reckoning


@pytest.mark.parametrize(
    ("employees", "hazard", "owed"),
    [
        (620, HazardClass.VERY_HAZARDOUS, [(2, 4800), (0, 9300), (0, 12400)]),
        (12, HazardClass.HAZARDOUS, [(0, 240), (0, 120), (0, 0)]),
        (7, HazardClass.LOW, [(0, 70), (0, 35), (0, 0)]),
    ],
)
def test_the_worked_cases(employees: int, hazard: HazardClass, owed: list[tuple[int, int]]) -> None:
    found = answers(question(employees, hazard))
    assert [(one.requirement.full_time_persons, one.requirement.minutes) for one in found] == owed
    assert [one.compliance for one in found] == [None, None, None]


def test_a_full_time_physician_who_serves_frees_from_other_health_personnel() -> None:
    dsp = answers(question(620, HazardClass.VERY_HAZARDOUS, ih=Running(persons=1)))[2]
    assert not dsp.requirement.required
    dsp = answers(question(620, HazardClass.VERY_HAZARDOUS, ih=Running(minutes=9300)))[2]
    assert dsp.requirement.minutes == 12400


def test_minutes_never_pay_for_a_person() -> None:
    igu = answers(question(620, HazardClass.VERY_HAZARDOUS, igu=Running(minutes=99_999, persons=1)))[0]
    assert igu.compliance is not None
    assert igu.compliance.missing_persons == 1


@pytest.mark.parametrize(
    ("employees", "hazard", "may"),
    [
        (49, HazardClass.LOW, True),
        (50, HazardClass.LOW, False),
        (0, HazardClass.LOW, False),
        (7, HazardClass.HAZARDOUS, False),
    ],
)
def test_a_small_employer_may_take_the_service_on(employees: int, hazard: HazardClass, may: bool) -> None:
    assert (own_undertaking(question(employees, hazard)) is not None) is may


@pytest.mark.parametrize(
    ("employees", "hazard", "points"),
    [
        (12, HazardClass.HAZARDOUS, {500, 1000}),
        (499, HazardClass.HAZARDOUS, {500, 1000}),
        (500, HazardClass.HAZARDOUS, {499, 1000}),
        (620, HazardClass.VERY_HAZARDOUS, {499, 750, 249}),
        (9, HazardClass.VERY_HAZARDOUS, {250, 750, 10}),
        (10, HazardClass.VERY_HAZARDOUS, {250, 750, 50, 9}),
        (1, HazardClass.LOW, {1000, 2000}),
    ],
)
def test_turning_points(employees: int, hazard: HazardClass, points: set[int]) -> None:
    assert turning_points(hazard, employees, TODAY) == points


def test_neighbours_hold_the_asked_headcount_and_nothing_below_one() -> None:
    rows = neighbours(question(1, HazardClass.LOW), greatest=1500)
    assert [one.employees for one in rows] == [1, 2, 1000]
    assert [one.now for one in rows] == [True, False, False]
    assert rows[2].requirements[0].full_time_persons == 1


# -------------------------------------------------------------------------------------------------------------- words


def test_the_way_to_the_figures_in_words() -> None:
    said = [formula(one.requirement, 620) for one in answers(question(620, HazardClass.VERY_HAZARDOUS))]
    assert said == [
        "620 çalışan = 2 kişi × 250 + 120; artan 120 çalışan × 40 dk = 4.800 dk",
        "620 çalışan × 15 dk = 9.300 dk",
        "620 çalışan × 20 dk = 12.400 dk",
    ]
    whole = answers(question(500, HazardClass.HAZARDOUS))[0].requirement
    assert formula(whole, 500) == "500 çalışan = 1 kişi × 500; artan çalışan yok"


# --------------------------------------------------------------------------------------------------------------- page


def test_nothing_is_asked_at_first(client: Client) -> None:
    page = client.get("/hesapla/")
    assert page.status_code == 200
    assert "aria-invalid" not in page.text
    assert 'id="sonuc"' not in page.text
    assert 'name="robots"' not in page.text


def test_an_answer_cites_its_article_and_says_what_remains(client: Client) -> None:
    said = words(ask(client, calisan="12", sinif="tehlikeli", igu="180"))
    assert "12 çalışan × 20 dk = 240 dk" in said
    assert "İGU Yön. m.12" in said
    assert "ayda 240 dakika 4 saat" in said
    assert "60 dakika daha gerekir" in said
    assert "Yalnız çok tehlikeli sınıfta gerekir." in said
    assert "Uygun değil" in said


def test_what_was_typed_stays_and_the_short_address_holds_it(client: Client) -> None:
    page = ask(client, calisan="1.234", sinif="az", nace="", igu="")
    assert 'value="1.234"' in page.content.decode()
    assert 'href="?calisan=1.234&amp;sinif=az"' in page.content.decode()
    assert "1.234 çalışan = 1 kişi × 1.000 + 234" in words(page)


def test_the_code_gives_the_class_and_overrules_the_list(client: Client) -> None:
    form = CalculatorForm({"calisan": "12", "nace": "221201", "sinif": "az"}, as_of=TODAY)
    assert form.is_valid()
    assert form.cleaned_data["nace"] == "22.12.01"
    assert form.overruled() == (form.hazard() is not HazardClass.LOW)
    page = words(ask(client, calisan="12", nace="22.12.01", sinif="az"))
    assert "NACE 22.12.01:" in page
    assert ("NACE kodunun sınıfı kullanıldı" in page) == form.overruled()


@pytest.mark.parametrize(
    ("asked", "field", "told"),
    [
        ({"calisan": "", "sinif": "az"}, "calisan", "Çalışan sayısını yazın."),
        ({"calisan": "on iki", "sinif": "az"}, "calisan", "Çalışan sayısı: yalnız rakam yazın, 12 gibi."),
        ({"calisan": "-3", "sinif": "az"}, "calisan", "Çalışan sayısı: yalnız rakam yazın, 12 gibi."),
        ({"calisan": "1000000", "sinif": "az"}, "calisan", "Çalışan sayısı: en çok 999.999 yazabilirsiniz."),
        ({"calisan": "12"}, "sinif", "Tehlike sınıfını seçin ya da NACE kodunu yazın."),
        ({"calisan": "12", "sinif": "orta"}, "sinif", "Tehlike sınıfını listeden seçin."),
        ({"calisan": "12", "nace": "22.12"}, "nace", "NACE kodu 6 hanelidir: 22.12.01 gibi."),
        ({"calisan": "12", "nace": "fırın"}, "nace", "NACE kodu yalnız rakam ve noktadır: 22.12.01 gibi."),
        ({"calisan": "12", "nace": "999999"}, "nace", "99.99.99 kodu bugünkü listede yok."),
        ({"calisan": "12", "sinif": "az", "igu": "x"}, "igu", "İş güvenliği uzmanı, dakika: yalnız rakam yazın"),
    ],
)
def test_a_refusal_stands_beside_its_field_and_keeps_the_rest(
    client: Client, asked: dict[str, str], field: str, told: str
) -> None:
    page = ask(client, **asked)
    html = page.content.decode()
    assert page.status_code == 422
    assert f'href="#id_{field}"' in html
    error = re.search(rf'id="id_{field}_error".*?</p>', html, re.DOTALL)
    assert error
    assert told in re.sub(r"<[^>]+>", "", error.group())
    for name, value in asked.items():
        assert name == "sinif" or not value or f'name="{name}" value="{value}"' in html
    assert 'id="sonuc"' not in html
    assert ('<details class="fold" open>' in html) == (field == "igu")


def test_only_one_refusal_where_the_code_is_wrong(client: Client) -> None:
    assert words(ask(client, calisan="12", nace="999999")).count("ya da NACE kodunu yazın") == 0


def test_english(client: Client) -> None:
    with translation.override("en"):
        need = answers(question(1200, HazardClass.HAZARDOUS))[0].requirement
        assert "9.600" not in formula(need, 1200)


@pytest.mark.parametrize("asked", [{}, {"calisan": "12", "sinif": "cok"}])
@pytest.mark.django_db
def test_a_visitor_costs_no_query(client: Client, asked: dict[str, str]) -> None:
    with CaptureQueriesContext(connection) as captured:
        assert ask(client, **asked).status_code == 200
    assert not captured.captured_queries


def test_it_takes_no_post(client: Client) -> None:
    assert client.post("/hesapla/", {"calisan": "12", "sinif": "az"}).status_code == 405


@pytest.mark.parametrize("address", ["/", "/yardim/", "/gizlilik/"])
def test_it_is_found(client: Client, address: str) -> None:
    assert 'href="/hesapla/"' in client.get(address).text
