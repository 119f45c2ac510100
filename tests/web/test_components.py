"""The parts of the pages: what they say to the eye, to a screen reader, and to a careless hand."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.http import QueryDict
from django.template import Context, Template
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory
from django.urls import reverse
from django.utils import translation

from katip.web import drawing, tiles
from katip.web.icons import ICONS
from katip.web.sample import SampleFilters, SampleForm, sample_context
from katip.web.templatetags import fields, states, words

WEB = Path(fields.__file__).resolve().parent.parent
STATIC = WEB / "static" / "katip"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))


def draw(source: str, **context: Any) -> str:
    return Template("{% load katip i18n %}" + source).render(Context(context))


# ------------------------------------------------------------------------------------------------------------ budgets


def test_style_sheets_are_small() -> None:
    assert sum(path.stat().st_size for path in STATIC.glob("*.css")) < 40_000


def test_script_is_small() -> None:
    assert sum(path.stat().st_size for path in STATIC.glob("*.js")) < 20_000


def test_colours_stand_in_the_tokens_only() -> None:
    for path in STATIC.glob("*.css"):
        if path.name != "tokens.css":
            assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(", path.read_text()), path.name


def test_every_token_in_use_exists() -> None:
    sheets = "".join(path.read_text() for path in STATIC.glob("*.css"))
    assert set(re.findall(r"var\((--[\w-]+)\)", sheets)) <= set(re.findall(r"(--[\w-]+):", sheets))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_holds_script_or_style(path: Path) -> None:
    source = path.read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=|javascript:|<style", source)
    get_template(str(path.relative_to(WEB / "templates")))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_template_says_what_it_needs(path: Path) -> None:
    bare = {"400.html", "404.html", "429.html", "500.html", "403_csrf.html"}
    assert path.name in bare or re.search(r"{#|{% comment %}", path.read_text().split("\n\n")[0])


# ------------------------------------------------------------------------------------------------------------- words


def test_known_words_never_break_at_their_hyphen() -> None:
    assert words.nobr("e-Bildirge & SGK") == '<span class="nobr">e-Bildirge</span> &amp; SGK'
    assert words.nobr("<b>e-posta</b>") == '&lt;b&gt;<span class="nobr">e-posta</span>&lt;/b&gt;'
    assert "İSG-KATİP" in words.nobr("İSG-KATİP")


@pytest.mark.parametrize(
    ("left", "said", "near"),
    [
        (3, "Son gün 27 Kasım Cuma (3 iş günü kaldı)", False),
        (1, "Son gün 27 Kasım Cuma (1 iş günü kaldı)", True),
        (0, "Son gün bugün, 27 Kasım Cuma", True),
        (-1, "Son gün 27 Kasım Cuma idi", True),
        (None, "Son gün 27 Kasım Cuma", False),
    ],
)
def test_deadline(left: int | None, said: str, near: bool) -> None:
    html = words.deadline(date(2026, 11, 27), left)
    assert re.sub(r"<[^>]+>", "", html) == said
    assert ("near" in html) is near


def test_no_deadline_says_nothing() -> None:
    assert words.deadline(None, None) == ""


def test_english() -> None:
    with translation.override("en"):
        assert draw("{{ 240|minutes }}") == "240 minutes (4 hours)"
        assert draw("{{ day|tr_deadline }}", day=date(2026, 11, 27)) == "Friday 27 November"


@pytest.mark.parametrize("name", states.TAGS)
def test_every_state_has_shape_and_word(name: str) -> None:
    word, shape, _look = states.TAGS[name]
    html = states.tag(name)
    assert str(word) in html
    assert ICONS[shape] in html


def test_an_unknown_state_is_shown_as_it_is() -> None:
    assert "&lt;x&gt;" in states.state_tag("<x>")


# ------------------------------------------------------------------------------------------------------------ fields


def test_a_field_ties_hint_and_error_to_its_control() -> None:
    html = fields.field(SampleForm({"phone": "0555 000 00 00"})["phone"], width="s")
    assert 'aria-describedby="id_phone_hint id_phone_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'for="id_phone"' in html
    assert html.index("id_phone_error") < html.index("<input")
    assert "isteğe bağlı" not in html


def test_an_optional_field_says_so() -> None:
    assert "isteğe bağlı" in fields.field(SampleForm()["email"])


def test_a_counted_field_tells_its_limit_without_script() -> None:
    html = fields.field(SampleForm()["reason"], counter=True)
    assert "En çok 200 karakter" in html
    assert 'data-counter="id_reason_counter"' in html


def test_labels_are_escaped() -> None:
    class Form(forms.Form):
        name = forms.CharField(label="<b>", help_text="<i>")

    html = fields.field(Form({"name": ""})["name"])
    assert "<b>" not in html
    assert "<i>" not in html


def test_radio_cards_pick_nothing_beforehand() -> None:
    assert " checked" not in fields.radio_cards(SampleForm()["answer"], pair=True)
    assert fields.radio_cards(SampleForm({"capacity": "kurumsal"})["capacity"]).count(" checked") == 1


def test_the_tick_is_empty_at_first() -> None:
    assert " checked" not in fields.checkbox_card(SampleForm()["read"])


def test_error_summary_links_to_each_field() -> None:
    form = SampleForm({"phone": "1"})
    html = fields.error_summary(form)
    assert f"{len(form.errors)} yanıt düzeltilmeli" in html
    assert 'href="#id_phone"' in html
    assert 'href="#id_capacity_0"' in html
    assert fields.error_summary(SampleForm()) == ""
    assert "Bir yanıt düzeltilmeli" in fields.one_error("Birini seçin", "secim_0")
    assert fields.one_error("", "secim_0") == ""


# ---------------------------------------------------------------------------------------------------------- pictures


def test_the_meter_is_told_in_words() -> None:
    html = draw('{% meter "Kasım" active=480 blocked=60 pending=120 free=240 %}')
    assert "Kasım: etkin 480 dakika (8 saat), bloke 60 dakika (1 saat)" in html
    assert html.count("<pattern") == 2
    assert 'role="img"' in html


def test_an_over_offer_passes_the_limit() -> None:
    html = draw('{% meter "Süre" active=240 pending=240 required=240 %}')
    assert 'class="d-limit" x="50%"' in html
    assert 'class="d-free"' not in html


def test_patterns_of_two_bars_do_not_collide() -> None:
    html = draw('{% meter "a" pending=1 %}{% meter "b" pending=1 %}')
    names = re.findall(r'pattern id="([^"]+)"', html)
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("greatest", "ticks"),
    [(0, [0, 1]), (4, [0, 1, 2, 3, 4]), (13, [0, 5, 10, 15]), (620, [0, 200, 400, 600, 800]), (1, [0, 1])],
)
def test_axis_ticks(greatest: int, ticks: list[int]) -> None:
    assert drawing.axis_ticks(greatest) == ticks


def test_the_plot_has_a_table_twin() -> None:
    html = draw('{% column_plot points marks title="Çalışan sayısı" column_title="Çalışan" %}', **sample_context())
    assert html.count("<tr>") == 25
    assert "Ekim 2026" in html
    assert html.count('class="d-act"') == 8
    assert "Tablo olarak göster" in html


def test_a_plot_of_one_month_and_of_none() -> None:
    source = '{% column_plot points title="Çalışan" column_title="Çalışan" %}'
    assert "d-act" in draw(source, points=[(date(2026, 10, 1), 0)])
    assert "<svg class=" not in draw(source, points=[]).split("<details", maxsplit=1)[0]


def test_tabs_are_links_and_fold_on_a_phone() -> None:
    html = draw('{% tabs items "Listeler" %}', items=sample_context()["tab_items"])
    assert html.count('aria-current="page"') == 1
    assert "<details" in html


# ------------------------------------------------------------------------------------------------------------- pages


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "429", "500"])
def test_error_pages_need_no_context(name: str) -> None:
    html = render_to_string(f"{name}.html", {})
    assert html.count("<h1") == 1
    assert 'href="#icerik"' in html


def test_the_components_page_shows_every_state(rf: RequestFactory) -> None:
    html = render_to_string("components_page.html", sample_context(), request=None)
    for name in states.TAGS:
        assert f">{name}<" in html


def test_ids_on_the_components_page_are_unique() -> None:
    html = render_to_string("components_page.html", sample_context())
    names = re.findall(r'\sid="([^"]+)"', html)
    assert len(names) == len(set(names))


# ---------------------------------------------------------------------------------------------------- lists and desks


def narrowed(query: str, **more: Any) -> str:
    form = SampleFilters(QueryDict(query))
    return draw('{% filters form label="Süz" keep="liste" %}', form=form, **more)


def test_filters_work_without_script_and_carry_the_list_along() -> None:
    html = narrowed("liste=tum&il=16&ara=f%C4%B1r%C4%B1n&sonra=abc&sirala=firma")
    assert f'<form method="post" action="{reverse("search")}"' in html
    assert '<input type="hidden" name="liste" value="tum">' in html
    assert "sonra" not in html
    assert "isteğe bağlı" not in html
    assert "İl: Bursa" in html
    assert 'href="?liste=tum&amp;ara=f%C4%B1r%C4%B1n&amp;sirala=firma"' in html
    assert html.count('<ul class="chips"') == 1
    assert "Sıra:" not in html


def test_filters_without_a_query_show_no_chips_and_an_unknown_choice_neither() -> None:
    assert "chips" not in narrowed("")
    assert "chips" not in narrowed("il=99")
    assert "<details open>" in narrowed("il=99")
    assert "&lt;b&gt;" in narrowed("ara=%3Cb%3E")


@pytest.mark.parametrize(
    ("sort", "order", "leads_to"),
    [("", None, "sure"), ("sure", "ascending", "-sure"), ("-sure", "descending", "sure"), ("kod", None, "sure")],
)
def test_a_head_sorts_and_turns_round(rf: RequestFactory, sort: str, order: str | None, leads_to: str) -> None:
    request = rf.get("/sozlesmeler/", {"liste": "tum", "sirala": sort, "sonra": "abc"})
    html = draw('{% sort_head "Süre" "sure" sort num=True %}', request=request, sort=sort)
    assert f'href="?liste=tum&amp;sirala={leads_to}"' in html
    assert (f'aria-sort="{order}"' in html) if order else ("aria-sort" not in html)
    assert 'class="num"' in html


def test_a_story_names_who_did_what_in_which_role() -> None:
    html = draw("{% act_timeline acts %}", **sample_context())
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
    assert "Canan Temsil, e-Bildirge" in said.replace(" , ", ", ")
    assert "05.02.2025 09:05" in said
    assert "sürüm 3 · belge" in re.sub(r"\s·\s", " · ", said)
    assert "9001 sürecini aç" in said


@pytest.mark.parametrize(
    ("fit", "said"), [("short", "Uygun değil"), ("above", "Asgari sürenin üzerinde"), ("x", "Henüz")]
)
def test_verdicts(fit: str, said: str) -> None:
    assert said in states.verdict_tag(fit, "<neden>")
    assert "<small>&lt;neden&gt;</small>" in states.verdict_tag(fit, "<neden>")


# ------------------------------------------------------------------------------------------------- fields of a kind


def test_the_sgk_number_is_read_back_in_its_groups_without_script() -> None:
    html = fields.sgk_field(SampleForm({"sgk_number": "2-2222 01 01 1000001 016 08 8"})["sgk_number"])
    assert [cell or "" for cell in re.findall(r"<dd>([^<]*)</dd>", html)] == [
        "2", "2222", "01", "01", "1000001", "016", "08", "8", "···",
    ]  # fmt: skip
    assert 'value="2-2222 01 01 1000001 016 08 8"' in html
    assert 'data-sgk="id_sgk_number_parts"' in html
    assert html.count("<input") == 1


def test_a_file_field_says_what_it_takes() -> None:
    html = fields.file_field(SampleForm()["sheet"], accept=".xlsx,.csv", limit="5 MB")
    assert 'type="file"' in html
    assert 'accept=".xlsx,.csv"' in html
    assert "Dosya türü: .xlsx, .csv. En çok 5 MB." in html


# ------------------------------------------------------------------------------------------------ pictures of desks


def test_a_month_says_what_is_free_and_an_over_offer_passes_the_limit() -> None:
    html = draw('{% minutes_bar "Onur" active=10 blocked=1 pending=9 total=16 scale=40 twin=True %}')
    assert 'class="d-limit" x="40%"' in html
    assert "<td" in html
    assert "-4" in html
    html = draw('{% minutes_bar "Onur" active=10 total=16 scale=40 %}')
    assert "boş 6 dakika" in html
    assert "d-limit" not in html
    assert "<table" not in html


def test_the_funnel_draws_all_steps_on_one_scale() -> None:
    html = draw("{% funnel steps %}", **sample_context())
    assert html.count('<svg class="meter"') == 3
    assert 'class="d-act" x="0%" width="100%"' in html
    assert "Profesyonel kabul etti: geçen 115, bekleyen 8" in html
    assert "4 reddetti, 3 düştü" in html


def test_the_story_of_minutes_hatches_what_waits() -> None:
    html = draw("{% minutes_history versions today=today %}", **sample_context())
    assert html.count("url(#h") == 1
    assert "13 çalışan, bekliyor" in html
    assert html.count("<tr>") == 5
    assert "d-act" not in draw("{% minutes_history versions today=today %}", versions=[], today=date(2026, 1, 1))


def test_every_province_has_a_tile_of_its_own() -> None:
    assert set(tiles.PLACES) == set(range(1, 82))
    assert len(set(tiles.PLACES.values())) == 81
    assert all(0 <= column < tiles.COLUMNS for column, _line in tiles.PLACES.values())


def test_tiles_are_told_in_words_and_in_a_table() -> None:
    html = draw('{% province_tiles tiles title="Oran" mark_label="öncelikli il" %}', **sample_context())
    assert html.count("<tr>") == 82
    assert 'class="step-0"' in html
    assert "bilinmiyor" in html
    assert "öncelikli il" in html
    assert 'role="img"' in html
    rows = [{"plate": 16, "name": "Bursa", "value": 44, "text": "%44", "url": "/iller/16/"}]
    linked = draw('{% province_tiles rows title="Oran" %}', rows=rows)
    assert '<a href="/iller/16/" aria-label="Bursa: %44">' in linked
    assert 'role="img"' not in linked


@pytest.mark.parametrize(
    ("values", "lower"), [([], []), ([3, 3, 3], [3]), (list(range(10)), [0, 2, 4, 6, 8]), ([1, 9], [1, 9])]
)
def test_steps_hold_about_as_many_each(values: list[float], lower: list[float]) -> None:
    assert tiles.steps_of(values) == lower
    if values:
        assert tiles.step_of(max(values), lower) == tiles.STEPS
    assert tiles.step_of(None, lower) == 0


def test_the_few_do_not_look_like_the_many() -> None:
    lower = tiles.steps_of([0] * 79 + [2, 3])
    assert [tiles.step_of(value, lower) for value in (0, 2, 3)] == [1, 3, 5]
    assert tiles.step_of(0, tiles.steps_of([0, 0])) == 1


def test_a_sparkline_of_one_value_and_of_a_level_one() -> None:
    assert "<circle" in draw('{% sparkline values title="x" %}', values=[5])
    assert "nan" not in draw('{% sparkline values title="x" %}', values=[5, 5, 5])
    assert draw('{% sparkline values title="x" %}', values=[]) == ""
