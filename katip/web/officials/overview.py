"""*Genel bakış*: how workplaces are served, which lack a professional, and one workplace, all to read."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from katip.contracts import overview as reads
from katip.contracts.fitness import UNDERTAKEN, WorkplaceFitness, fitness_of
from katip.contracts.models import Fitness
from katip.contracts.overview import Served, Where
from katip.contracts.services.coverage import FUNNEL_DAYS
from katip.registry.models import Province
from katip.registry.selectors import headcounts_of
from katip.rules import HazardClass, Profession
from katip.web import format as fmt
from katip.web.addresses import number_read
from katip.web.capacity.show import contract_row
from katip.web.officials.forms import LackingForm, NarrowForm
from katip.web.officials.guard import WATCHING, for_offices, read_record
from katip.web.templatetags.words import current_language
from katip.web.words import HAZARDS, PROFESSIONS, fit_words

PAGE = 50
FIRST = 10
LOW_PERCENT = 25
_NUMBERS = 2**31
_SORTS = {"eksik": "short", "bekleyen": "waiting", "etkin": "active"}


@for_offices(*WATCHING)
@require_GET
def overview(request: Any) -> HttpResponse:
    """The country, or a province: figures, tiles, where to look first, what became of offers."""
    office, form = request.chosen.office, NarrowForm(request.chosen.office, request.GET)
    where = Where(form.province(), form.hazard()).within(office)
    day = reads.counted_on(request.actor, request.at)
    context: dict[str, Any] = {"form": form, "day": day, "office": office}
    if day is None:
        return render(request, "overview.html", context)
    every = reads.coverage_by(request.actor, day, Where(hazard=where.hazard), "province_id")
    classes = reads.coverage_by(request.actor, day, Where(where.province), "hazard_class")
    chosen = classes.values() if where.hazard is None else [classes.get(where.hazard, Served())]
    total = _sum(chosen)
    provinces = Province.objects.in_bulk()
    sort = request.GET.get("sirala", "").removeprefix("-")
    sort = sort if sort in _SORTS else "eksik"
    context |= {
        "province": provinces[where.province].name if where.province in provinces else "",
        "total": total,
        "low": sum(1 for one in every.values() if one.percent is not None and one.percent < LOW_PERCENT),
        "figures": _figures(total),
        "tiles": _tiles(request, provinces, every, where) if office.province_id is None else [],
        "first": _first(request, day, where, provinces, every) if where.province is None else [],
        "whole": "hepsi" in request.GET,
        "whole_url": _address(request, hepsi="1"),
        "classes": [
            {"label": HAZARDS[hazard], **_served(classes.get(hazard, Served())), "url": _lacking_url(where, hazard)}
            for hazard in HazardClass
        ],
        "funnel": _funnel(reads.funnel_of(request.actor, where)),
        "funnel_days": FUNNEL_DAYS,
        "sort": f"-{sort}",
        "providers": [
            {"url": reverse("provider", args=[one.provider.pk]) if _reaches(office, one.provider) else "", "sums": one}
            for one in reads.providers_by(request.actor, where, sort=_SORTS[sort], limit=FIRST)
        ],
        "lacking_url": _lacking_url(where, where.hazard),
    }
    return render(request, "overview.html", context)


@for_offices(*WATCHING)
@require_GET
def lacking(request: Any) -> HttpResponse:
    """Workplaces where nobody of a profession serves though the law asks for one."""
    office, form = request.chosen.office, LackingForm(request.chosen.office, request.GET)
    asked = form.asked()
    refused = ""
    if asked.get("sgk"):
        found = reads.workplace_numbered(request.actor, asked["sgk"])
        if found is not None:
            return redirect("official_workplace", no=found.pk)
        refused = _("Bu SGK numarasıyla, görevinizin gördüğü bir işyeri yok.")
    profession = Profession(asked.get("gorev") or Profession.SAFETY_SPECIALIST)
    where = Where(form.province(), form.hazard())
    after = number_read(request.GET.get("sonra", "")) or 0
    page = reads.lacking_find(request.actor, request.at, where, profession, after=after, limit=PAGE)
    context = {
        "form": form,
        "refused": refused,
        "office": office,
        "profession_label": PROFESSIONS[profession],
        "rows": [
            {
                "url": reverse("official_workplace", args=[row.workplace.pk]),
                "title": row.workplace.title,
                "sgk_number": row.workplace.sgk_number,
                "place": f"{row.workplace.province.name}, {row.workplace.district.name}",
                "hazard_label": HAZARDS[row.fitness.hazard] if row.fitness.hazard else "",
                "employees": row.fitness.employees,
                "requirement": judged.requirement if (judged := row.fitness.judged[profession]) else None,
            }
            for row in page.rows
        ],
        "looked_at": page.looked_at,
        "more": page.after is not None,
        "shown": _("%(n)s satır gösteriliyor") % {"n": len(page.rows)} if page.after or after else "",
        "first_url": _address(request, "lacking") if after else "",
        "next_url": _address(request, "lacking", sonra=str(page.after)) if page.after is not None else "",
    }
    return render(request, "lacking.html", context)


@for_offices(*WATCHING, people=True)
@require_GET
def workplace(request: Any, no: int) -> HttpResponse:
    """One workplace: what the law asks, what serves, and its contracts."""
    found = reads.workplace_seen(request.actor, no) if no < _NUMBERS else None
    if found is None:
        raise Http404
    read_record(request, "workplace", found.pk)
    fitness = fitness_of([found.pk], request.at)[found.pk]
    serving = reads.serving_at(request.actor, request.at, found.pk)
    after = number_read(request.GET.get("sonra", ""))
    contracts = reads.contracts_at(request.actor, request.at, found.pk, after=after, limit=PAGE)
    headcounts = headcounts_of(found)
    here, more = reverse("official_workplace", args=[no]), len(contracts) > PAGE
    context = {
        "workplace": found,
        "hazard_label": HAZARDS[fitness.hazard] if fitness.hazard else _("Bilinmiyor"),
        "employees": fitness.employees,
        "headcount_month": headcounts[-1].period if headcounts else None,
        "undertaking": reads.undertaking_at(request.actor, found.pk) if fitness.undertaken else None,
        "duties": [
            {
                "label": PROFESSIONS[profession],
                "requirement": judged.requirement if judged else None,
                "minutes": serving[profession][0],
                "persons": serving[profession][1],
                "fit": _fit(fitness, profession, serving[profession]),
                "reason": fit_words(judged, undertaken=fitness.undertaken and profession in UNDERTAKEN),
            }
            for profession, judged in fitness.judged.items()
        ],
        "rows": [contract_row(contract) for contract in contracts[:PAGE]],
        "shown": _("%(n)s satır gösteriliyor") % {"n": len(contracts[:PAGE])} if more or after else "",
        "first_url": here if after else "",
        "next_url": f"{here}?{urlencode({'sonra': contracts[PAGE - 1].pk})}" if more else "",
    }
    return render(request, "official_workplace.html", context)


def _fit(fitness: WorkplaceFitness, profession: Profession, serving: tuple[int, int]) -> Fitness:
    """The verdict; what the employer serves alone is fit, for nothing runs that could stand above the minimum."""
    alone = fitness.undertaken and profession in UNDERTAKEN and not any(serving)
    return Fitness.FIT if alone else fitness.fitness(profession)


def _sum(parts: Any) -> Served:
    rows = list(parts)
    return Served(*(sum(getattr(row, name) for row in rows) for name in Served.__dataclass_fields__))


def _percent_text(percent: int | None) -> str:
    return "–" if percent is None else fmt.percent_text(percent, current_language())


def _served(one: Served) -> dict[str, Any]:
    return {"served": one, "percent": _percent_text(one.percent)}


def _figures(total: Served) -> list[dict[str, Any]]:
    language = current_language()
    employees = {"n": fmt.number_text(total.employees, language)}
    share = {"share": _percent_text(total.percent)}
    return [
        {"label": _("Açık işyeri"), "value": total.workplaces, "note": _("%(n)s çalışan") % employees},
        {"label": _("Hizmet alan"), "value": total.served, "note": _("uzman ve hekim: %(share)s") % share},
        {"label": _("Süresi eksik"), "value": total.short, "note": _("sözleşmesi yetmeyen işyeri")},
        {"label": _("Onay bekleyen"), "value": total.waiting, "note": _("teklif bekleyen işyeri")},
    ]


def _tiles(
    request: Any, provinces: dict[int, Province], every: dict[int, Served], where: Where
) -> list[dict[str, Any]]:
    return [
        {
            "plate": number,
            "name": one.name,
            "value": every[number].percent if number in every else None,
            "text": _percent_text(every[number].percent) if number in every else "–",
            "url": _address(request, il=str(number)),
            "mark": number == where.province,
        }
        for number, one in sorted(provinces.items())
    ]


def _first(
    request: Any, day: Any, where: Where, provinces: dict[int, Province], every: dict[int, Served]
) -> list[dict[str, Any]]:
    """The provinces by share, the lowest first, of equal ones the largest: ten of them, or all."""
    months = reads.coverage_months(request.actor, day, where)
    known = [item for item in every.items() if item[1].percent is not None]
    ordered = sorted(known, key=lambda item: (item[1].percent, -item[1].workplaces, item[0]))
    return [
        {
            "plate": number,
            "name": provinces[number].name,
            "url": _address(request, il=str(number)),
            "months": months.get(number, []) if len(months.get(number, [])) > 1 else [],
            **_served(served),
        }
        for number, served in (ordered if "hepsi" in request.GET else ordered[:FIRST])
    ]


def _funnel(sums: dict[str, int]) -> list[dict[str, Any]]:
    first = sums["rejected_first"] + sums["lapsed_first"] + sums["withdrawn_first"]
    second = sums["rejected_second"] + sums["lapsed_second"] + sums["withdrawn_second"]
    return [
        {"label": _("Teklif edildi"), "passed": sums["offered"], "waiting": 0, "lost": ""},
        {
            "label": _("Profesyonel kabul etti"),
            "passed": sums["accepted"],
            "waiting": max(0, sums["offered"] - sums["accepted"] - first),
            "lost": _lost(sums, "first"),
        },
        {
            "label": _("İşveren onayladı"),
            "passed": sums["approved"],
            "waiting": max(0, sums["accepted"] - sums["approved"] - second),
            "lost": _lost(sums, "second"),
        },
    ]


def _lost(sums: dict[str, int], step: str) -> str:
    language = current_language()
    words = {
        "rejected": _("%(n)s reddedildi"),
        "lapsed": _("%(n)s onaylanmadığı için düştü"),
        "withdrawn": _("%(n)s geri çekildi"),
    }
    return ", ".join(
        word % {"n": fmt.number_text(sums[f"{how}_{step}"], language)}
        for how, word in words.items()
        if sums[f"{how}_{step}"]
    )


def _reaches(office: Any, provider: Any) -> bool:
    return office.province_id in {None, provider.province_id}


def _lacking_url(where: Where, hazard: HazardClass | None) -> str:
    asked = {"il": where.province or "", "sinif": hazard or ""}
    return f"{reverse('lacking')}?{urlencode({name: value for name, value in asked.items() if value})}"


def _address(request: Any, name: str = "overview", **changed: str) -> str:
    query = request.GET.copy()
    query.pop("sonra", None)
    for key, value in changed.items():
        query[key] = value
    return f"{reverse(name)}?{query.urlencode()}" if query else reverse(name)
