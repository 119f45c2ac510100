"""The words of what goes out: one notice by itself, or many as one list; held against the register as they leave."""

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from katip.notices.kinds import (
    ABOUT_A_STEP,
    GROUPS,
    KINDS,
    NAMED_YOU,
    REJECTED,
    capacity_words,
    day_words,
    notice_text,
    notice_title,
    what,
)
from katip.notices.leaving import leave_headers, leave_line
from katip.notices.letters import Item, Letter
from katip.notices.links import notice_path, path_to
from katip.notices.models import Channel
from katip.notices.preferences import Owner
from katip.processes.models import Process, ProcessState

LISTED = 20
"""lines of one message, if these are all of them"""
SAMPLE = 5
"""lines of a longer one; the rest is counted, and stands on the page it leads to"""


class NoticeWriter:
    """The words of `katip.notices.kinds`."""

    def write(self, items: Sequence[Item], channel: Channel) -> Letter | None:
        """The message; None once nothing of it is true any more: every step it speaks of was decided."""
        left = _still_true(items)
        if not left:
            return None
        if channel == Channel.SMS:
            return _short(left)
        groups = sorted({KINDS[item.kind].group for item in left if GROUPS[KINDS[item.kind].group].optional})
        letter = _single(left[0]) if len(left) == 1 else _many(left)
        if not groups or channel != Channel.EMAIL:
            return letter
        owner = _owner(left[0])
        text = f"{letter.text}\n\n{leave_line(owner, groups)}"
        return Letter(letter.subject, text, leave_headers(owner, groups), letter.link)


def _still_true(items: Sequence[Item]) -> list[Item]:
    """Those that are not about a step, and those whose step still waits; of one step the newest alone."""
    ids = {item.process_id for item in items if item.kind in ABOUT_A_STEP and item.process_id is not None}
    steps: Mapping[int, int] = {}
    if ids:
        waiting = Process.objects.filter(pk__in=ids, state=ProcessState.OPEN)
        steps = dict(waiting.values_list("pk", "current_step"))
    left: dict[object, Item] = {}
    for item in items:
        if item.kind not in ABOUT_A_STEP:
            left[item.notice_id or id(item)] = item
        elif item.process_id is not None and steps.get(item.process_id) == item.detail.get("step"):
            left["step", item.process_id] = item
    return list(left.values())


def _owner(item: Item) -> Owner:
    if item.person_id is not None:
        return Owner(item.person_id)
    return Owner(None, str(item.detail.get("to", "")))


def _link(item: Item) -> str:
    return f"{settings.KATIP.origin}{notice_path(item.kind, item.process_id, item.detail)}"


def _single(item: Item) -> Letter:
    title = notice_title(item.kind, item.detail)
    lines = [notice_text(item.kind, item.detail)]
    if item.person_id is None:
        lines.append(_("Bu ileti, işyeri kartında beyan edilen adrese gönderildi; onayı e-Bildirge kullanıcısı verir."))
    elif item.kind in ABOUT_A_STEP and capacity_words(item.capacity):
        lines.append(_("Sizden %(capacity)s yanıt bekleniyor.") % {"capacity": capacity_words(item.capacity)})
    if item.kind == REJECTED:
        lines.append(_("Nedeni, girişten sonra sürecin sayfasında yazar."))
    if item.kind == NAMED_YOU:
        lines.append(_("Bu kurumu tanımıyorsanız: %(url)s") % {"url": _disown(item)})
    where = _("Girişten sonra doğrudan ilgili sayfa açılır: %(url)s") if item.process_id else _("Ayrıntılar: %(url)s")
    lines.append(where % {"url": _link(item)})
    return Letter(f"Katip: {title}", "\n\n".join([title, *lines, _closing()]))


def _disown(item: Item) -> str:
    return f"{settings.KATIP.origin}{path_to('disown', item.process_id)}"


def _many(items: Sequence[Item]) -> Letter:
    """How many and until when, the page where all of it stands, and then single ones, what waits first."""
    asked = [item for item in items if item.kind in ABOUT_A_STEP]
    asked.sort(key=lambda item: str(item.detail.get("due_on") or "9999"))
    others = [item for item in items if item.kind not in ABOUT_A_STEP]
    subject = _subject(len(asked), len(others))
    page = path_to("inbox") if asked else path_to("notices")
    words = _("Sizden yanıt bekleyenlerin tümü: %(url)s") if asked else _("Bildirimlerin tümü: %(url)s")
    blocks = [*_soonest(asked), words % {"url": f"{settings.KATIP.origin}{page}"}]
    shown = [*asked, *others][: LISTED if len(items) <= LISTED else SAMPLE]
    blocks += [_line(item) for item in shown]
    rest = len(items) - len(shown)
    if rest:
        blocks.append(ngettext("… ve %(n)s bildirim daha.", "… ve %(n)s bildirim daha.", rest) % {"n": rest})
    return Letter(f"Katip: {subject}", "\n\n".join([subject, *blocks, _closing()]))


def _soonest(asked: Sequence[Item]) -> list[str]:
    """How many of what waits have the last day that comes first; nothing where none has one."""
    days = [str(item.detail["due_on"]) for item in asked if item.detail.get("due_on")]
    if not days:
        return []
    n = days.count(min(days))
    words = ngettext("%(n)s onayın son günü: %(day)s.", "%(n)s onayın son günü: %(day)s.", n)
    return [words % {"n": n, "day": day_words(min(days))}]


def _subject(asked: int, others: int) -> str:
    waits = ngettext("%(n)s onayınız bekleniyor", "%(n)s onayınız bekleniyor", asked) % {"n": asked}
    if asked and others:
        more = ngettext("%(n)s başka bildirim var", "%(n)s başka bildirim var", others) % {"n": others}
        return f"{waits}, {more}"
    if asked:
        return waits
    return ngettext("%(n)s bildiriminiz var", "%(n)s bildiriminiz var", others) % {"n": others}


def _line(item: Item) -> str:
    return f"• {notice_title(item.kind, item.detail)}\n  {notice_text(item.kind, item.detail)}\n  {_link(item)}"


def _closing() -> str:
    return _(
        "Bu ileti kendiliğinden gönderilir ve sizden bilgi istemez; bağlantıdan sonra yine iki aşamalı giriş yapılır."
    )


def _short(items: Sequence[Item]) -> Letter:
    """An SMS: what waits and until when; nothing of anybody's name."""
    asked = [item for item in items if item.kind in ABOUT_A_STEP]
    if len(items) == 1 and asked:
        (item,) = asked
        text = _("Katip: %(what)s onayınızı bekliyor.") % {"what": what(item.detail)}
        if item.detail.get("due_on"):
            text += " " + _("Son gün %(day)s.") % {"day": day_words(str(item.detail["due_on"]))}
        return Letter("", text, link=_link(item))
    if len(items) == 1:
        return Letter("", f"Katip: {notice_title(items[0].kind, items[0].detail)}", link=_link(items[0]))
    page = path_to("inbox") if asked else path_to("notices")
    return Letter("", f"Katip: {_subject(len(asked), len(items) - len(asked))}.", link=f"{settings.KATIP.origin}{page}")
