"""The guide as a few lines of plain text, for whatever people write to each other with."""

from collections.abc import Callable
from datetime import date

from django.utils.translation import gettext as _

from katip.documents.guide.selectors import Guide, Offered
from katip.documents.guide.words import PROFESSIONS, day_words, minutes_words, phone_words

MOST = 1_500
"""signs; a longer text is cut or folded by some of the programs"""


def message_text(guide: Guide, *, link_url: str, step_url: Callable[[int], str], is_ministry: bool) -> str:
    """What to write to the customer: what waits and by when, the links, whom to ask. In the language now."""
    provider, rows = guide.provider, guide.waiting or guide.offers
    lines = [
        _("%(provider)s, %(workplace)s için onayınıza sözleşme gönderdi:")
        % {"provider": provider.short_title, "workplace": guide.workplace.title},
        "",
    ]
    for one in rows:
        lines.append(f"• {_row(one)}")
        if one.waits_for_employer:
            lines.append(f"  {step_url(one.process_id)}")
    dues = [one.due_on for one in rows if one.due_on is not None]
    if dues:
        lines += ["", _("Son gün: %(day)s") % {"day": day_words(min(dues))}]
    lines += ["", _("Adım adım resimli kılavuz: %(url)s") % {"url": link_url}]
    if provider.contact_phone:
        contact = f"{provider.contact_name}, {phone_words(provider.contact_phone)}".removeprefix(", ")
        lines.append(_("Sorularınız için: %(contact)s") % {"contact": contact})
    lines += ["", _("Şifrenizi ve kodunuzu kimseye söylemeyin; bunları sizden kimse istemez.")]
    if not is_ministry:
        lines.append(_("Bu kurulum Bakanlığın İSG-KATİP kaydı değildir; buradaki onay oradaki onayın yerine geçmez."))
    return "\n".join(lines)


def _row(one: Offered) -> str:
    profession = PROFESSIONS[one.profession]
    term = _("tam süreli") if one.full_time else _("ayda %(minutes)s") % {"minutes": minutes_words(one.minutes)}
    return f"{one.code} {profession}, {one.person}, {term}"


def deadline_of(guide: Guide) -> date | None:
    """The first last day of what waits; None where none has one."""
    return min((one.due_on for one in guide.offers if one.due_on is not None), default=None)
