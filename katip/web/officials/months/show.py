"""What the pages of a month show, made ready for the templates: figures, tiles, tables, lists."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from katip.contracts.models import MonthChange
from katip.contracts.overview import Where
from katip.core.turkish import sort_key
from katip.registry.models import Province
from katip.rules import HazardClass, MonthOutcome, MonthReason, Profession
from katip.updates.models import Feed, FeedState, RunState
from katip.updates.official import COUNTED_TO, ProviderRow, RunRow, Sums, sums_of
from katip.updates.selectors import Progress
from katip.web import drawing
from katip.web import format as fmt
from katip.web.months.sentence import OUTCOMES, change_sentence
from katip.web.officials.guard import WATCHING
from katip.web.templatetags.words import current_language
from katip.web.words import HAZARDS, PROFESSIONS

FIRST = 10
_MINUTE = 60
MEASURES: Mapping[str, tuple[str, Any]] = {
    "guncellenen": ("amended", gettext_lazy("Güncellenen")),
    "sorulan": ("asked", gettext_lazy("Onaya sunulan")),
    "uyusmazlik": ("conflicts", gettext_lazy("Uyuşmazlık")),
    "biten": ("ended", gettext_lazy("Sona eren")),
    "eksik": ("missing", gettext_lazy("Yeni eksik")),
}
"""what the map and the tables tell: by the word of the address, the field of `Sums` and its word on the page"""
STATES: Mapping[str, tuple[str, Any]] = {
    RunState.PLANNING: ("hourglass", gettext_lazy("Planlanıyor")),
    RunState.PLANNED: ("draft", gettext_lazy("Plan, uygulanmadı")),
    RunState.APPLYING: ("waiting", gettext_lazy("Uygulanıyor")),
    RunState.CLOSING: ("waiting", gettext_lazy("Sayılıyor")),
    RunState.DONE: ("completed", gettext_lazy("Uygulandı")),
    RunState.DROPPED: ("withdrawn", gettext_lazy("Vazgeçildi")),
}
FEED_STATES: Mapping[str, tuple[str, Any]] = {
    FeedState.OPEN: ("waiting", gettext_lazy("Geliyor")),
    FeedState.TAKEN: ("completed", gettext_lazy("Alındı")),
    FeedState.REFUSED: ("rejected", gettext_lazy("Alınmadı")),
}
KINDS: Mapping[str, tuple[tuple[MonthOutcome, ...], MonthReason | None, Any]] = {
    "guncellenen": ((MonthOutcome.AMENDED,), None, gettext_lazy("Kendiliğinden güncellenen")),
    "sorulan": ((MonthOutcome.ASKED,), None, gettext_lazy("İşverenin onayına sunulan")),
    "uyusmazlik": ((MonthOutcome.PROVIDER, MonthOutcome.PERSON), None, gettext_lazy("Uyuşmazlıklar")),
    "kapasite": (
        (MonthOutcome.PROVIDER,),
        MonthReason.CAPACITY_SHORT,
        gettext_lazy("Profesyonelin boş süresi yetmeyen"),
    ),
    "belge-sinifi": (
        (MonthOutcome.PERSON,),
        MonthReason.CERTIFICATE_UNFIT,
        gettext_lazy("Belgesi yeni sınıfa yetmeyen"),
    ),
    "belge-suresi": (
        (MonthOutcome.PERSON,),
        MonthReason.CERTIFICATE_EXPIRED,
        gettext_lazy("Belgesinin süresi geçmiş olan"),
    ),
    "tam-sureli": (
        (MonthOutcome.PERSON,),
        MonthReason.FULL_TIME_THRESHOLD,
        gettext_lazy("Gereken tam süreli kişi sayısı değişen"),
    ),
    "kismi-sureli": (
        (MonthOutcome.PERSON,),
        MonthReason.NO_PART_TIME,
        gettext_lazy("Ek süreyi alacak kısmi süreli sözleşmesi olmayan"),
    ),
    "biten": ((MonthOutcome.ENDED,), None, gettext_lazy("Çalışanı kalmadığı için sona eren")),
}
"""kinds of changes that a list can be narrowed to: the word of the address, outcomes, reason, the word on the page"""
OUTCOME_TAGS = {
    MonthOutcome.AMENDED: "completed",
    MonthOutcome.ASKED: "awaiting_employer",
    MonthOutcome.PROVIDER: "awaiting_provider",
    MonthOutcome.PERSON: "awaiting_provider",
    MonthOutcome.ENDED: "ended",
}

Address = Callable[..., str]


def number(value: int) -> str:
    """A count in the page's language."""
    return fmt.number_text(value, current_language())


def state_of(state: str) -> dict[str, Any]:
    """A run's state as tag and word."""
    tag, word = STATES[state]
    return {"tag": tag, "word": word}


def run_row(row: RunRow) -> dict[str, Any]:
    """A line of the list of months."""
    run = row.run
    return {
        "url": reverse("official_month", args=[run.pk]),
        "period": run.period,
        **state_of(run.state),
        "sums": row.sums,
        "measures": measured(row.sums) if row.sums is not None else None,
        "at": run.finished_at or run.at or run.planned_at,
        "who": run.begun_by.name if run.begun_by else _("işletmecinin komutuyla"),
    }


def measured(sums: Sums) -> list[dict[str, Any]]:
    """The measures in the order of the columns."""
    return [{"key": key, "word": word, "value": getattr(sums, field)} for key, (field, word) in MEASURES.items()]


def figures(sums: Sums) -> list[dict[str, Any]]:
    """The strip of figures."""
    notes = {
        "guncellenen": _("otomatik güncelleme onayıyla"),
        "sorulan": _("işveren karar verir"),
        "uyusmazlik": _("hizmet veren çözer"),
        "biten": _("çalışan kalmadı"),
        "eksik": _("görevi üstlenen yok"),
    }
    strip = [{"label": one["word"], "value": one["value"], "note": notes[one["key"]]} for one in measured(sums)]
    moved = sums.minutes_after - sums.minutes_before
    words = _("ayda toplam %(n)s dakika") % {"n": number(sums.minutes_after)}
    sign = "+" if moved > 0 else "−" if moved < 0 else ""
    return [*strip, {"label": _("Süre farkı"), "value": f"{sign}{number(abs(moved))}", "note": words}]


Counted = Mapping[tuple[int, HazardClass], Sums]


def bar(part: int, whole: int, title: str) -> SafeString:
    """A part of a whole as a bar; `title` says the same in words."""
    return SafeString(drawing.meter_svg(active=part, free=whole - part, title=title))


def progress_row(progress: Progress) -> dict[str, Any]:
    """How far the chunks are, in words and for a bar."""
    language = current_language()
    left, share = progress.seconds_left, fmt.percent_text(int(100 * progress.share), language)
    words = _("%(lines)s sözleşmenin %(done)s tanesi yazıldı (%(chunks_done)s / %(chunks)s parça)") % {
        "lines": number(progress.lines),
        "done": number(progress.lines_done),
        "chunks_done": number(progress.done),
        "chunks": number(progress.chunks),
    }
    if progress.rate:
        words += ", " + _("saniyede %(n)s") % {"n": number(round(progress.rate))}
    return {
        "bar": bar(progress.lines_done, progress.lines, _("İlerleme: %(share)s") % {"share": share}),
        "words": words,
        "left": left_words(left) if left else "",
    }


def left_words(seconds: float) -> str:
    """About how long it still takes."""
    if seconds < _MINUTE:
        return _("yaklaşık %(n)s saniye kaldı") % {"n": max(1, round(seconds))}
    return _("yaklaşık %(n)s dakika kaldı") % {"n": number(round(seconds / _MINUTE))}


def by_province(every: Counted, hazard: HazardClass | None) -> dict[int, Sums]:
    """Sums of the class asked for, or of all, by plate code."""
    parts: dict[int, list[Sums]] = {}
    for (province, found), sums in every.items():
        if hazard in {None, found}:
            parts.setdefault(province, []).append(sums)
    return {province: sums_of(rows) for province, rows in parts.items()}


def by_class(every: Counted, province: int | None) -> dict[HazardClass, Sums]:
    """Sums of the province asked for, or of all, by class; every class is there."""
    return {
        hazard: sums_of(sums for (place, found), sums in every.items() if found == hazard and province in {None, place})
        for hazard in HazardClass
    }


def tiles(
    provinces: Mapping[int, Province], sums: Mapping[int, Sums], measure: str, chosen: int | None, address: Address
) -> list[dict[str, Any]]:
    """The map of one measure; a province that the month did not touch counts nought."""
    field = MEASURES[measure][0]
    drawn = []
    for plate, province in sorted(provinces.items()):
        value = getattr(sums.get(plate, Sums()), field)
        drawn.append(
            {
                "plate": plate,
                "name": province.name,
                "value": value,
                "text": short_number(value),
                "url": address(il=str(plate)),
                "mark": plate == chosen,
            }
        )
    return drawn


def short_number(value: int) -> str:
    """A count that fits on a tile: from ten thousand up in thousands."""
    if value < 10_000:  # noqa: PLR2004 -- the widest that a tile holds
        return number(value)
    return _("%(n)s bin") % {"n": number(value // 1000)}


def province_rows(
    provinces: Mapping[int, Province], sums: Mapping[int, Sums], sort: str, address: Address
) -> list[dict[str, Any]]:
    """The provinces that the month touched, sorted by `il` or a measure; a minus in front sorts downwards."""
    key = sort.removeprefix("-")
    found = sorted(sums, key=lambda plate: sort_key(provinces[plate].name))
    if key in MEASURES:
        field = MEASURES[key][0]
        found.sort(key=lambda plate: getattr(sums[plate], field), reverse=sort.startswith("-"))
    elif sort.startswith("-"):
        found.reverse()
    return [
        {
            "plate": plate,
            "name": provinces[plate].name,
            "url": address(il=str(plate)),
            "measures": measured(sums[plate]),
            "sums": sums[plate],
        }
        for plate in found
    ]


def kind_rows(run_id: int, sums: Sums, reasons: Mapping[str, int], query: str) -> list[dict[str, Any]]:
    """What was written by outcome and reason, with the ways into the lists. Without `reasons` they are not counted."""
    here = reverse("official_month_changes", args=[run_id])
    rows = _kinds(sums, reasons or None)
    for row in rows:
        row["url"] = "" if row["count"] == 0 else f"{here}?sonuc={row['key']}{'&' if query else ''}{query}"
    return rows


def planned_rows(sums: Sums, reasons: Mapping[str, int]) -> list[dict[str, Any]]:
    """What a plan says by outcome and reason: nothing is written yet that could be listed."""
    return _kinds(sums, reasons)


def _kinds(sums: Sums, reasons: Mapping[str, int] | None) -> list[dict[str, Any]]:
    """A row for each outcome and each reason that is there; `reasons` None: not counted."""
    rows = []
    for key, (_outcomes, reason, word) in KINDS.items():
        count: int | None = getattr(sums, MEASURES[key][0]) if reason is None else None
        if reason is not None and reasons is not None:
            count = int(reasons.get(reason.value) or 0)
        if reason is None or (sums.conflicts and count != 0):
            rows.append(
                {
                    "key": key,
                    "word": word,
                    "count": count,
                    "bar": bar(count, sums.changes, f"{word}: {number(count)}") if count else "",
                    "inner": reason is not None,
                }
            )
    return rows


def provider_rows(rows: Iterable[ProviderRow], run_id: int, office: Any) -> list[dict[str, Any]]:
    """Providers with the ways to their changes, and to their own page for those who open it."""
    here = reverse("official_month_changes", args=[run_id])
    return [
        {
            "url": f"{here}?kurum={row.provider.pk}",
            "page": reverse("provider", args=[row.provider.pk]) if _opens(office, row.provider.province_id) else "",
            "provider": row.provider,
            "sums": row.sums,
            "open": f"{number(COUNTED_TO)}+" if row.open >= COUNTED_TO else number(row.open),
        }
        for row in rows
    ]


def change_row(change: MonthChange, office: Any) -> dict[str, Any]:
    """A line of the list of changes."""
    outcome = MonthOutcome(change.outcome)
    return {
        "url": reverse("official_workplace", args=[change.workplace_id]) if office.role in WATCHING else "",
        "title": change.workplace.title,
        "sgk_number": change.workplace.sgk_number,
        "place": change.workplace.province.name,
        "profession": PROFESSIONS[Profession(change.profession)],
        "provider": change.provider.short_title if change.provider else _("İşyerinin kendi personeli"),
        "tag": OUTCOME_TAGS.get(outcome, ""),
        "outcome": OUTCOMES[outcome],
        "before": change.minutes_before,
        "after": change.minutes_after,
        "moved": change.minutes_before != change.minutes_after,
        "sentence": change_sentence(change),
    }


def feed_row(feed: Feed, office: Any) -> dict[str, Any]:
    """A delivery; its faults are told to those who see the whole country."""
    tag, word = FEED_STATES[feed.state]
    first, last = feed.first_period, feed.last_period
    language = current_language()
    months = fmt.month_text(last, language) if last else ""
    if first and last and first != last:
        months = f"{fmt.month_text(first, language)} – {months}"
    opens = feed.bad and office.province_id is None
    return {
        "name": feed.name or _("adsız bildirim"),
        "source": _("dosya") if feed.source == "file" else _("API"),
        "months": months,
        "tag": tag,
        "word": word,
        "rows": feed.rows,
        "bad": feed.bad,
        "changed": feed.changed,
        "at": feed.taken_at or feed.begun_at,
        "faults_url": reverse("official_month_faults", args=[feed.pk]) if opens else "",
    }


def class_rows(sums: Mapping[HazardClass, Sums]) -> list[dict[str, Any]]:
    """The table by hazard class."""
    return [{"label": HAZARDS[hazard], "measures": measured(one), "sums": one} for hazard, one in sums.items()]


def narrowed_query(where: Where) -> str:
    """The place and class asked for, as they stand in an address."""
    asked = {"il": where.province, "sinif": where.hazard}
    return "&".join(f"{name}={value}" for name, value in asked.items() if value)


def _opens(office: Any, province_id: int) -> bool:
    return office.role in WATCHING and office.province_id in {None, province_id}
