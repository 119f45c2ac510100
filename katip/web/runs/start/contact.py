"""Contact and consent for many workplaces: the words once, il and ilçe of each as the register has them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from katip.core.turkish import fold, sort_key
from katip.core.usecase import acting_as
from katip.registry.cards import Card, cards_of
from katip.registry.consents import AUTO_UPDATE, AUTO_UPDATE_NOW
from katip.registry.models import District, Workplace
from katip.runs.contact import CONTACT, declarations_asked, places_of
from katip.runs.models import RunRow, RunState
from katip.runs.selectors import run_find
from katip.runs.texts import CONTACT_TEXT
from katip.web.access import Access, access
from katip.web.addresses import number_read
from katip.web.card.forms import ANSWERS, ContactForm
from katip.web.context import waiting_counts
from katip.web.entrance.kept import form_kept
from katip.web.once import once
from katip.web.runs.start.asking import CardsForm
from katip.web.runs.views import prepare, run_made
from katip.web.templatetags.katip import current_language

MOST = 1_000
"""workplaces of one declaration: so many places can be looked over, and sent by one form"""
_PLACE = "yer_"


class ManyForm(ContactForm):
    """The same fields as on one card, but for the place, which each workplace has of its own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("workplace", "province", "district"):
            del self.fields[name]

    def params(self) -> dict[str, Any]:
        """What holds for all, once the form is valid."""
        typed = self.cleaned_data
        return {
            "phone": typed["phone"],
            "email": typed["email"],
            "postal_address": typed["postal_address"],
            "kep": typed["kep"],
            "auto_update": ANSWERS.get(typed["auto_update"]),
            "consent_text": typed["text_version"],
        }


@dataclass(slots=True)
class Typed:
    """What was posted of the list: who is ticked, each place as it was written, and what is wrong with it."""

    everything: bool = False
    ticked: set[int] = field(default_factory=set)
    places: dict[int, str] = field(default_factory=dict)
    faults: dict[int, str] = field(default_factory=dict)


@access(Access.TWO_STEP)
@once("runs", made=run_made)
@require_http_methods(["GET", "POST"])
def contact(request: Any) -> HttpResponse:
    """*Birçok işyeri için iletişim ve izin beyanı*."""
    if request.method == "GET":
        start = {"text_version": AUTO_UPDATE_NOW[current_language()]}
        drafted = _drafted(request)
        if drafted is not None:
            return _page(request, ManyForm(initial=start | drafted[0]), CardsForm(request.GET), drafted[1])
        kept = form_kept(request) or {}
        start |= {name: values[-1] for name, values in kept.items() if name in ManyForm.base_fields and values}
        return _page(request, ManyForm(initial=start), CardsForm(request.GET), Typed(), kept=bool(kept))
    with acting_as(request.actor):
        form, narrow = ManyForm(request.POST), CardsForm(request.POST)
        cards, _more = _cards(request, narrow)
        typed = _typed(request.POST, cards)
        chosen = [card.workplace for card in cards if typed.everything or card.workplace.pk in typed.ticked]
        if form.is_valid() and form.cleaned_data["text_version"] not in AUTO_UPDATE:
            form.add_error(None, _("Talimatın metni değişti. Yeniden okuyup yanıtlayın."))
        if not chosen:
            form.add_error(None, _("Önce hangi işyerleri için beyan ettiğinizi işaretleyin."))
        districts = _districts(chosen, typed)
        if typed.faults:
            form.add_error(None, _("Bazı işyerlerinde il ve ilçe anlaşılmadı; satırlarında yazılıdır."))
        if not form.is_valid():
            return _page(request, form, narrow, typed, status=422)
        rows = declarations_asked(districts)
    return prepare(request, CONTACT, reverse("run_contact"), rows=rows, texts=[CONTACT_TEXT], params=form.params())


def _drafted(request: Any) -> tuple[dict[str, Any], Typed] | None:
    """What the person wrote for a draft of theirs that they come back from (`?taslak=`), to be corrected."""
    run = run_find(request.user.pk, number_read(request.GET.get("taslak", "")) or 0)
    if run is None or run.kind != CONTACT or run.state != RunState.DRAFT:
        return None
    rows = list(RunRow.objects.filter(run=run)[:MOST])
    names, params = places_of(rows), run.params
    answers = {answer: word for word, answer in ANSWERS.items()}
    start = {name: params[name] for name in ("phone", "email", "postal_address", "kep")}
    start["auto_update"] = answers.get(params["auto_update"], "")
    places = {row.subject_id: names[int(row.params["district"])] for row in rows}
    return start, Typed(ticked=set(places), places=places)


def _cards(request: Any, narrow: CardsForm) -> tuple[list[Card], bool]:
    named = narrow.named
    return cards_of(
        request.user.pk, request.at, search=named.get("ara", ""), undeclared=named.get("beyan") == "yok", most=MOST
    )


def _typed(posted: Any, cards: Sequence[Card]) -> Typed:
    ids = [card.workplace.pk for card in cards]
    chosen = set(posted.getlist("isyeri"))
    return Typed(
        everything=posted.get("kapsam") == "tumu",
        ticked={pk for pk in ids if str(pk) in chosen},
        places={pk: posted[f"{_PLACE}{pk}"][:100] for pk in ids if f"{_PLACE}{pk}" in posted},
    )


def _districts(workplaces: Sequence[Workplace], typed: Typed) -> dict[int, int]:
    """The district of each workplace: the register's where nothing else was written. Faults are put down."""
    known: Mapping[str, int] | None = None
    found = {}
    for workplace in workplaces:
        text = typed.places.get(workplace.pk, "").strip()
        if not text or text == place_words(workplace.district):
            found[workplace.pk] = workplace.district_id
            continue
        known = known if known is not None else {_key(place_words(one)): one.pk for one in _every_district()}
        if _key(text) in known:
            found[workplace.pk] = known[_key(text)]
        else:
            typed.faults[workplace.pk] = _("İl ve ilçeyi virgülle yazın: Bursa, Nilüfer.")
    return found


def _key(text: str) -> str:
    """However it is written: capitals, İ and I, a slash for the comma."""
    return fold(" ".join(text.replace("/", " ").replace(",", " ").split()))


def place_words(district: District) -> str:
    """`Bursa, Nilüfer`."""
    return f"{district.province.name}, {district.name}"


def _every_district() -> list[District]:
    return list(District.objects.select_related("province")[:2_000])


def _page(
    request: Any, form: ManyForm, narrow: CardsForm, typed: Typed, *, kept: bool = False, status: int = 200
) -> HttpResponse:
    waiting_counts(request)
    cards, more = _cards(request, narrow)
    language = current_language()
    context = {
        "form": form,
        "kept": kept,
        "consent": AUTO_UPDATE[AUTO_UPDATE_NOW[language]].split("\n\n"),
        "narrow": narrow,
        "narrowed": bool(narrow.named),
        "is_long": len(cards) > 8 or bool(narrow.named),  # noqa: PLR2004 -- seen at a glance
        "hidden": list(narrow.named.items()),
        "list_url": reverse("run_contact"),
        "rows": [_row(card, typed) for card in cards],
        "most": MOST if more else 0,
        "places": sorted((place_words(one) for one in _every_district()), key=sort_key),
    }
    return render(request, "run_contact.html", context, status=status)


def _row(card: Card, typed: Typed) -> dict[str, Any]:
    workplace = card.workplace
    return {
        "no": workplace.pk,
        "title": workplace.title,
        "sgk_number": workplace.sgk_number,
        "declared_at": card.declared_at,
        "ticked": workplace.pk in typed.ticked,
        "name": f"{_PLACE}{workplace.pk}",
        "place": typed.places.get(workplace.pk, place_words(workplace.district)),
        "fault": typed.faults.get(workplace.pk, ""),
    }
