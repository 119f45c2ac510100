"""The guide's pictures carry the words of the screens: each is held against the page that it shows."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.html import strip_tags

from katip.documents.guide.drawing import RING, Screen, clipped
from katip.documents.guide.pictures import PICTURES, Shown
from katip.documents.guide.steps import pieces, steps_approve, steps_card
from katip.documents.guide.words import PROFESSIONS
from katip.rules import Profession
from tests.cast import PASSWORD, World, entered, sign_in_open, signed_in

pytestmark = pytest.mark.django_db(transaction=True)

OWN_WORDS = {"Katip", "5", "6–7", "••••••••••", "5•• ••• •• ••", "ad@firma.com.tr"} | {str(no) for no in range(1, 4)}
"""what stands in a picture and is no word of the screen: numbers of the steps, samples of what is typed"""


def words_of(picture: str) -> list[str]:
    return [unescape(words) for words in re.findall(r"<text[^>]*>([^<]*)</text>", picture)]


def seen(page: str) -> str:
    return " ".join(unescape(strip_tags(page)).replace("\xa0", " ").split())


def browser(client: Client, language: str) -> Client:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return client


def screens(world: World, language: str) -> dict[str, str]:
    """Every page of the way as somebody sees it who walks it, by the name of its picture."""
    first, second = (world.accepted(code, at=datetime.now(UTC)) for code in (103, 140))
    sign_in_open(world.owner)
    anonymous, fresh = browser(Client(), language), browser(signed_in(world.owner), language)
    pages = {"start": anonymous.get("/").text}
    sign_in = anonymous.get(reverse("account_login")).text
    typed = {"login": world.owner.national_id, "password": PASSWORD}
    second_step = anonymous.post(reverse("account_login"), typed, follow=True).text
    pages["sign_in"] = sign_in + second_step
    pages["capacity"] = fresh.get(reverse("capacity")).text
    fresh.post(reverse("capacity"), {"secim": "kurumsal"})
    fresh.post(reverse("companies_fetch"))
    pages["companies"] = fresh.get(reverse("companies")).text
    owner = browser(entered(world, "owner"), language)
    pages["column"] = owner.get(reverse("home")).text
    pages["contracts"] = owner.get(reverse("contracts")).text
    pages["step"] = owner.get(reverse("step", args=[first.process_id])).text
    world.decide("owner", first, at=datetime.now(UTC))
    pages["result"] = owner.get(reverse("step_result", args=[first.process_id])).text
    pages["card"] = owner.get(reverse("card")).text
    pages["contact"] = owner.get(reverse("contact")).text
    assert second.code == 140
    return {name: seen(page) for name, page in pages.items()}


@pytest.mark.parametrize("language", ["tr", "en"])
def test_every_word_of_a_picture_and_of_its_step_stands_on_its_screen(world: World, language: str) -> None:
    pages = screens(world, language)
    with translation.override(language):
        professions = [PROFESSIONS[Profession.SAFETY_SPECIALIST], PROFESSIONS[Profession.WORKPLACE_PHYSICIAN]]
        shown = Shown(world.workplace.title, [(103, str(professions[0])), (140, str(professions[1]))])
        missing = {
            name: [
                words
                for words in words_of(draw(shown).svg(""))
                if words not in OWN_WORDS and words.removesuffix("…").strip() not in pages[name]
            ]
            for name, draw in PICTURES.items()
        }
        for step in (*steps_approve(shown, "http://localhost"), *steps_card()):
            starred = [words for line in step.lines for words, is_screen in pieces(line) if is_screen]
            missing[step.name] += [words for words in starred if words not in pages[step.name]]
    assert {name: words for name, words in missing.items() if words} == {}
    assert set(pages) == set(PICTURES)


def test_a_picture_says_itself_to_those_who_do_not_see_it_and_escapes_what_it_shows() -> None:
    drawn = PICTURES["companies"](Shown("<b>Ör & Nek</b>", [(103, "x")])).svg('Bir "kutu" & firma')
    assert "<title>Bir &quot;kutu&quot; &amp; firma</title>" in drawn
    assert "&lt;b&gt;Ör &amp; Nek" in drawn
    assert "style" not in drawn  # which the content security policy would refuse


def test_what_is_to_be_pressed_is_ringed_in_order() -> None:
    shown = Shown("Örnek", [(103, "İş güvenliği uzmanı"), (140, "İşyeri hekimi")])
    for name, draw in PICTURES.items():
        numbers = re.findall(r'text-anchor="middle" fill="#fff">(\d)<', draw(shown).svg(""))
        assert sorted(numbers) == [str(no) for no in range(1, len(numbers) + 1)], name
        assert numbers, name


def test_a_long_title_is_cut_inside_its_picture() -> None:
    cut = clipped("Çok Uzun Unvanlı Ambalaj Sanayi ve Ticaret Anonim Şirketi", 200, 13)
    assert cut.endswith("…")
    assert len(cut) * 13 * 0.53 <= 200 + 13
    screen = Screen(100)
    screen.words(20, 50, "Ş" * 200)
    assert len(words_of(screen.svg("x"))[-1]) < 60
    assert RING not in screen.svg("x")
