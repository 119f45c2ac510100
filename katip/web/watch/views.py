"""The operator's page: what is wrong, what waits, and how the installation is. Nobody's data stand on it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

import katip
from katip.registry.models import OfficialRole
from katip.watch.findings import Finding, Installation, findings, installation_read
from katip.watch.queues import ChannelState, FailingJob, Waiting, jobs_failing
from katip.web.format import month_text, number_text
from katip.web.officials.guard import for_offices
from katip.web.templatetags.words import current_language
from katip.web.watch.words import FINDINGS, JOBS, WAITING, count_words, place_words, size_words, span_words

_OF_ONE = {"jobs-old", "jobs-failing", "messages-old", "channel-failing", "log-reader-behind", "replica-behind"}
"""findings whose title does not say what they are about"""
_ANCHORS = {
    **dict.fromkeys(("no-hands", "jobs-old"), "kuyruklar"),
    "jobs-failing": "hatalar",
    **dict.fromkeys(("documents-old", "receipts-old", "run-still", "webhooks-old", "timestamps-old"), "bekleyenler"),
    **dict.fromkeys(("messages-old", "channel-failing"), "yollar"),
    **dict.fromkeys(("month-still", "feed-refused"), "ay"),
    **dict.fromkeys(("log-waits", "log-reader-behind"), "kayit"),
    **dict.fromkeys(("sweep-missed", "backup-old", "replica-behind", "connections-full"), "kurulum"),
}
"""finding → the part of the page that shows what it is about"""


@for_offices(OfficialRole.OPERATOR)
@require_GET
def operation(request: Any) -> HttpResponse:
    """The installation at this moment."""
    found = installation_read(request.at)
    jobs = jobs_failing()
    context = {
        "at": request.at,
        "findings": [_finding(one, found) for one in findings(found)],
        "figures": _figures(found),
        "queues": [_queue(one, found) for one in found.queues],
        "failing": [_failing(one, found) for one in jobs],
        "places": [_place(one, found) for one in found.places if one.count],
        "idle_places": [str(WAITING[one.name]) for one in found.places if not one.count],
        "channels": [_channel(one, found) for one in found.channels],
        "log": {"facts": _log(found), "readers": [_reader(one, found) for one in found.log.readers]},
        "month": _month(found),
        "machine": _machine(found),
    }
    return render(request, "operation.html", context)


def _finding(one: Finding, found: Installation) -> dict[str, Any]:
    title, mend = FINDINGS[one.code]
    said = [place_words(one.place)] if one.place and one.code in _OF_ONE else []
    if one.count:
        said.append(_("%(n)s bekliyor") % {"n": count_words(one.count)} if one.since else count_words(one.count))
    if one.since:
        said.append(_("%(span)s oldu") % {"span": span_words(one.since, found.at)})
    return {
        "kind": "bad" if one.urgent else "warn",
        "title": title,
        "said": " · ".join(said),
        "mend": mend,
        "page": f"docs/runbooks/{one.code}.md",
        "anchor": _ANCHORS[one.code],
    }


def _figures(found: Installation) -> list[dict[str, Any]]:
    due = sum(one.count for one in found.queues)
    backup = span_words(found.backup.at, found.at) if found.backup else _("yok")
    return [
        {"label": _("Bekleyen iş"), "value": count_words(due), "note": ""},
        {"label": _("İş yapan süreç"), "value": found.hands, "note": _("bütün makinelerde")},
        {"label": _("Son yedekten beri"), "value": backup, "note": ""},
        {"label": _("Veritabanı"), "value": size_words(found.database.size), "note": ""},
    ]


def _tag(*, bad: bool, warn: bool, idle: bool = False) -> tuple[str, str]:
    if bad:
        return "rejected", _("Gecikiyor")
    if warn:
        return "update_needed", _("Hata var")
    return ("not_required", _("Bekleyen yok")) if idle else ("active", _("Yürüyor"))


def _queue(one: Waiting, found: Installation) -> dict[str, Any]:
    late = _is_late(found, "jobs-old", one.name)
    tag, word = _tag(bad=late, warn=one.failing > 0, idle=not one.count and not one.running)
    return _row(one, found, place_words(one.name), tag, word)


def _place(one: Waiting, found: Installation) -> dict[str, Any]:
    late = any(finding.place == one.name and not finding.code.startswith("jobs-") for finding in findings(found))
    tag, word = _tag(bad=late, warn=one.failing > 0)
    return _row(one, found, str(WAITING[one.name]), tag, word)


def _row(one: Waiting, found: Installation, label: str, tag: str, word: str) -> dict[str, Any]:
    return {
        "label": label,
        "tag": tag,
        "word": word,
        "count": count_words(one.count),
        "running": one.running,
        "failing": one.failing,
        "span": span_words(one.since, found.at),
    }


def _is_late(found: Installation, code: str, place: str) -> bool:
    return any(one.code == code and one.place == place for one in findings(found))


def _channel(one: ChannelState, found: Installation) -> dict[str, Any]:
    if not one.is_open:
        tag, word = "not_required", _("Kapalı")
    elif one.failing_since:
        tag, word = "rejected", _("Çalışmıyor")
    else:
        tag, word = ("active", _("Çalışıyor"))
    return {
        "label": place_words(one.waiting.name),
        "tag": tag,
        "word": word,
        "code": one.code,
        "count": count_words(one.waiting.count),
        "span": span_words(one.waiting.since, found.at),
        "last": one.last_sent,
    }


def _failing(one: FailingJob, found: Installation) -> dict[str, Any]:
    return {
        "number": one.number,
        "label": str(JOBS.get(one.name, one.name)),
        "attempts": one.attempts,
        "span": span_words(one.since, found.at),
        "again": one.again,
        "dead": one.dead,
    }


def _log(found: Installation) -> list[tuple[str, Any]]:
    language = current_language()
    return [
        (_("Kayıtlı olay"), number_text(found.log.size, language)),
        (_("Sıra bekleyen"), count_words(found.log.waiting)),
        (_("Son imzalanan baş"), found.log.checkpoint_at),
    ]


def _reader(one: Any, found: Installation) -> dict[str, Any]:
    return {"label": place_words(one.name), "behind": count_words(one.behind), "span": span_words(one.since, found.at)}


def _month(found: Installation) -> dict[str, Any]:
    language = current_language()
    feed, month = found.feed.last, found.month
    progress = month.progress if month else None
    return {
        "told": found.feed.told_until,
        "feed": feed,
        "feed_at": (feed.taken_at or feed.begun_at) if feed else None,
        "refused": found.feed.refused,
        "period": month_text(month.run.period, language) if month else "",
        "under_way": bool(month and month.under_way),
        "state": month.run.state if month else "",
        "share": int(progress.share * 100) if progress else None,
        "url": reverse("official_month", args=[month.run.pk]) if month else "",
    }


def _machine(found: Installation) -> list[tuple[str, Any]]:
    database = found.database
    language = current_language()
    lines: list[tuple[str, Any]] = [
        ("Katip", katip.__version__),
        ("PostgreSQL", database.version),
        (
            _("Veritabanı bağlantısı"),
            _("%(n)s / en çok %(most)s") % {"n": database.connections, "most": database.most_connections},
        ),
        (_("Günü gelen işler"), found.swept or _("hiç yapılmadı")),
        (_("Son yedek"), found.backup.at if found.backup else _("katip backup ile hiç alınmadı")),
    ]
    for one in database.replicas:
        lag = "" if one.lag is None else _("%(n)s saniye geride") % {"n": number_text(one.lag, language, 1)}
        lines.append((_("Yedek sunucu %(name)s") % {"name": one.name}, " · ".join(filter(None, (one.sync, lag)))))
    return lines
