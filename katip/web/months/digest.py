"""*Ayın özeti*: what a month did, told to one person in every capacity that it touched."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from katip.contracts.models import MonthChange
from katip.core.actor import Actor, Capacity
from katip.core.usecase import acting_as
from katip.processes.models import PartyKind
from katip.rules import MonthOutcome, Profession
from katip.updates.digests import Told, told_of
from katip.updates.models import Digest
from katip.updates.own_digests import Part, digest_newest, digest_own, digest_parts, digests_own
from katip.updates.services.digest_seen import digest_seen
from katip.web import format as fmt
from katip.web.access import Access, access
from katip.web.addresses import number_read
from katip.web.months.sentence import change_sentence
from katip.web.months.standing import standing
from katip.web.templatetags.words import current_language
from katip.web.words import PROFESSIONS

PAGE = 24
_PARTIES = {"employer": PartyKind.EMPLOYER, "provider": PartyKind.PROVIDER}
_CAPACITIES = {
    "employer": Capacity.WORKPLACE,
    "provider": Capacity.PROVIDER,
    "professional": Capacity.INDIVIDUAL,
}
_TITLES = {
    "employer": gettext_lazy("e-Bildirge kullanıcısı olduğunuz işyerleri"),
    "provider": gettext_lazy("Sorumlu müdürü olduğunuz hizmet veren"),
    "professional": gettext_lazy("Kendi görevlendirmeleriniz"),
}


@access(Access.TWO_STEP)
@require_GET
def month_digests(request: Any) -> HttpResponse:
    """One's own digests, newest first."""
    before = number_read(request.GET.get("sonra", ""))
    found = digests_own(request.actor, before=before, most=PAGE + 1)
    rows, here = found[:PAGE], reverse("month_digests")
    context = {
        "rows": [_digest_row(digest) for digest in rows],
        "shown": _("%(n)s satır gösteriliyor") % {"n": len(rows)} if before or len(found) > PAGE else "",
        "first_url": here if before else "",
        "next_url": f"{here}?{urlencode({'sonra': rows[-1].run_id})}" if len(found) > PAGE else "",
    }
    return render(request, "month_digests.html", context)


@access(Access.TWO_STEP, writes=True)
@require_GET
def month_digest(request: Any, no: int) -> HttpResponse:
    """One digest, capacity by capacity; what is opened here counts as seen from then on."""
    with acting_as(request.actor):
        digest = digest_own(request.actor, no) if number_read(str(no)) else None
        if digest is None:
            raise Http404
        parts = digest_parts(request.actor, digest, request.at)
        context = {
            "month": digest.run.period,
            "at": digest.run.at or digest.made_at,
            "parts": [_part(request, part) for part in parts],
        }
        response = render(request, "month_digest.html", context)
    if digest.seen_at is None and request.method == "GET":
        digest_seen(actor=request.actor, at=request.at, digest_id=digest.pk)
    return response


def digest_link(actor: Actor) -> dict[str, Any] | None:
    """The newest digest as the main screens link to it: month, url, whether it is unread; None before the first."""
    digest = digest_newest(actor)
    return _digest_row(digest) if digest else None


def _digest_row(digest: Digest) -> dict[str, Any]:
    return {
        "month": digest.run.period,
        "url": reverse("month_digest", args=[digest.pk]),
        "new": digest.seen_at is None,
        "at": digest.made_at,
        "summary": " ".join(line for told in told_of(digest.body) for line in [*_contracts(told), *_missing(told)]),
    }


def _contracts(told: Told) -> list[str]:
    if not told.contracts:
        return []
    words = {
        "employer": ngettext(
            "İşyerlerinizdeki %(n)s sözleşmeyi ilgilendiriyor.",
            "İşyerlerinizdeki %(n)s sözleşmeyi ilgilendiriyor.",
            told.contracts,
        ),
        "provider": ngettext(
            "Kurumunuzun %(n)s sözleşmesini ilgilendiriyor.",
            "Kurumunuzun %(n)s sözleşmesini ilgilendiriyor.",
            told.contracts,
        ),
        "professional": ngettext(
            "%(n)s görevlendirmenizi ilgilendiriyor.", "%(n)s görevlendirmenizi ilgilendiriyor.", told.contracts
        ),
    }
    return [words[told.capacity] % {"n": _number(told.contracts)}]


def _part(request: Any, part: Part) -> dict[str, Any]:
    """A capacity's heading, its counts in words, a few contracts, and where all of them are."""
    told = part.told
    return {
        "title": part.provider.short_title if part.provider else str(_TITLES[told.capacity]),
        "lines": [*(_counted(outcome, count) for outcome, count in told.counts.items()), *_missing(told)],
        "rows": [_change(request, told, change) for change in part.changes],
        "more": told.contracts - len(part.changes) - part.hidden,
        "hidden": part.hidden,
        "all_url": _all_url(request, told),
        "all_label": _("Firmalarınızı açın") if told.capacity == "employer" else _("Hepsini aç"),
    }


def _counted(outcome: MonthOutcome, count: int) -> str:
    words = {
        MonthOutcome.ASKED: ngettext(
            "%(n)s sözleşmenin yeni süresi işverene soruldu.",
            "%(n)s sözleşmenin yeni süresi işverene soruldu.",
            count,
        ),
        MonthOutcome.PROVIDER: ngettext(
            "%(n)s sözleşmenin yeni süresi hizmet verene soruldu.",
            "%(n)s sözleşmenin yeni süresi hizmet verene soruldu.",
            count,
        ),
        MonthOutcome.PERSON: ngettext(
            "%(n)s sözleşme için hizmet verenin kişi bulması gerekiyor.",
            "%(n)s sözleşme için hizmet verenin kişi bulması gerekiyor.",
            count,
        ),
        MonthOutcome.AMENDED: ngettext(
            "%(n)s sözleşmenin süresi kendiliğinden güncellendi.",
            "%(n)s sözleşmenin süresi kendiliğinden güncellendi.",
            count,
        ),
        MonthOutcome.ENDED: ngettext(
            "%(n)s sözleşme, çalışan kalmadığı için sona erdi.",
            "%(n)s sözleşme, çalışan kalmadığı için sona erdi.",
            count,
        ),
    }
    return words[outcome] % {"n": _number(count)}


def _missing(told: Told) -> list[str]:
    """Duties that nobody serves since this month."""
    if not told.missing:
        return []
    words = ngettext(
        "%(n)s zorunlu görevi bu aydan beri kimse yürütmüyor.",
        "%(n)s zorunlu görevi bu aydan beri kimse yürütmüyor.",
        told.missing,
    )
    return [words % {"n": _number(told.missing)}]


def _change(request: Any, told: Told, change: MonthChange) -> dict[str, Any]:
    acting = _acts(request, told, change)
    where = standing(change, _PARTIES.get(told.capacity))
    return {
        "workplace": change.workplace.title,
        "place": change.workplace.province.name,
        "profession": PROFESSIONS[Profession(change.profession)],
        "person": "" if told.capacity == "professional" else change.professional.person.name,
        "provider": change.provider.short_title if change.provider and told.capacity != "provider" else "",
        "sentence": change_sentence(change),
        "standing": where,
        "url": reverse("contract", args=[change.contract_id]) if acting else "",
        "step_url": where.url,  # a step asks in whose name it waits by itself
    }


def _acts(request: Any, told: Told, change: MonthChange) -> bool:
    """Whether the person acts right now for the organisation of this change: then its pages open."""
    chosen = request.chosen
    if chosen is None or chosen.capacity != _CAPACITIES[told.capacity]:
        return False
    if told.capacity == "employer":
        return bool(chosen.workplace.pk == change.workplace_id)
    return told.capacity == "professional" or bool(chosen.provider.pk == change.provider_id)


def _all_url(request: Any, told: Told) -> str:
    """Where everything of this capacity is listed, for whoever acts in it now."""
    chosen = request.chosen
    if chosen is None or chosen.capacity != _CAPACITIES[told.capacity]:
        return ""
    if told.capacity == "provider":
        return reverse("provider_month") if chosen.provider.pk == told.provider_id else ""
    return reverse("companies") if told.capacity == "employer" else reverse("assignments")


def _number(value: int) -> str:
    return fmt.number_text(value, current_language())
