"""Shapes and state tags: each state as shape, word and colour."""

from typing import Any, Final

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from katip.web.icons import icon_svg

register = template.Library()


@register.simple_tag
def icon(name: str, css: str = "icon") -> SafeString:
    """Draw a shape of `katip.web.icons`; a word must stand beside it."""
    return SafeString(icon_svg(name, css))


# By name: the word, the shape and the look of each state.
TAGS: Final[dict[str, tuple[Any, str, str]]] = {
    # contract and process states
    "draft": (gettext_lazy("Taslak"), "ring-dash", "calm dash"),
    "awaiting_professional": (gettext_lazy("Profesyonel onayı bekliyor"), "ring", "bad line"),
    "awaiting_employer": (gettext_lazy("İşveren onayı bekliyor"), "ring-half", "ok line"),
    "active": (gettext_lazy("Sözleşme devam ediyor"), "ring-full", "ok"),
    "rejected": (gettext_lazy("Reddedildi"), "cross", "bad"),
    "withdrawn": (gettext_lazy("Geri çekildi"), "back", "calm"),
    "lapsed": (gettext_lazy("Onaylanmadığı için düştü"), "hourglass", "calm"),
    "ended": (gettext_lazy("Sonlandırıldı"), "square", "calm"),
    "deleted": (gettext_lazy("Silindi"), "cross", "calm"),
    "update_needed": (gettext_lazy("Güncellenmesi gerekiyor"), "warn", "warn"),
    "update_waits": (gettext_lazy("Süre güncellemesi bekliyor"), "swap", "ok line"),
    "ending": (gettext_lazy("Sonlanacak"), "hourglass", "warn line"),
    "carried": (gettext_lazy("Aktarıldı, onayı burada kanıtlanmadı"), "download", "calm dash"),
    "carried_over": (gettext_lazy("Aktarıldı, onayı burada kanıtlanmadı"), "download", "calm dash"),
    "open": (gettext_lazy("Onay bekliyor"), "ring", "info line"),
    "awaiting_provider": (gettext_lazy("Hizmet veren bekleniyor"), "ring", "info line"),
    "awaiting_person": (gettext_lazy("Kişinin onayı bekliyor"), "ring", "bad line"),
    "completed": (gettext_lazy("Tamamlandı"), "ring-full", "ok"),
    "yours": (gettext_lazy("Onayınızı bekliyor"), "ring-half", "ok line"),
    "yours_professional": (gettext_lazy("Onayınızı bekliyor"), "ring", "bad line"),
    # duties
    "fit": (gettext_lazy("Uygun"), "ring-full", "ok"),
    "short": (gettext_lazy("Eksik"), "warn", "warn"),
    "blocked": (gettext_lazy("Bloke"), "lock", "calm"),
    "waiting": (gettext_lazy("Bekliyor"), "ring-half", "ok line"),
    "not_required": (gettext_lazy("Gerekmez"), "dash", "calm"),
    # verdicts: does the contract, or the workplace, satisfy the law
    "above": (gettext_lazy("Asgari sürenin üzerinde"), "ring-full", "info"),
    "unfit": (gettext_lazy("Uygun değil"), "warn", "warn"),
    "unknown": (gettext_lazy("Henüz bilinmiyor"), "dash", "calm"),
    # standing of a provider or professional
    "authorised": (gettext_lazy("Yetkili"), "ring-full", "ok"),
    "suspended": (gettext_lazy("Askıya alındı"), "lock", "bad"),
    # a sheet beside the register
    "same": (gettext_lazy("Aynı"), "ring-full", "ok"),
    "differs": (gettext_lazy("Farklı"), "swap", "warn"),
    "missing_here": (gettext_lazy("Bu kayıtta yok"), "ring-dash", "calm dash"),
    "missing_there": (gettext_lazy("Dosyada yok"), "dash", "calm"),
    # tasks
    "todo": (gettext_lazy("Yapılacak"), "dot", "info"),
    "optional": (gettext_lazy("İsteğe bağlı"), "ring-dash", "calm dash"),
    "done": (gettext_lazy("Tamamlandı"), "ring-full", "ok"),
    "not_yet": (gettext_lazy("Henüz yapılamaz"), "dash", "calm"),
    "first": (gettext_lazy("Önce bunu deneyin"), "dot", "info"),
    "fallback": (gettext_lazy("Yedek yol"), "dash", "calm"),
    # money
    "paid": (gettext_lazy("Ödendi"), "ring-full", "ok"),
    "refunded": (gettext_lazy("İade edildi"), "back", "calm"),
}


@register.simple_tag
def tag(name: str, label: str = "") -> SafeString:
    """Show a state as shape, word and colour.

    Arguments: its name in `TAGS` (any other name is shown as a plain calm tag); another word for it, if need be.
    """
    word, shape, look = TAGS.get(name, (name, "dash", "calm"))
    return format_html('<span class="tag {}">{}{}</span>', look, SafeString(icon_svg(shape)), label or word)


@register.simple_tag
def state_tag(state: object, label: str = "") -> SafeString:
    """Show a contract's or process's state; takes the name or an enumeration member whose value is the name."""
    return tag(str(getattr(state, "value", state)), label)


VERDICTS: Final = {"fit": "fit", "above": "above", "short": "unfit", "unknown": "unknown"}


@register.simple_tag
def verdict_tag(fit: object, reason: str = "") -> SafeString:
    """Say whether minutes satisfy the law: uygun, asgari sürenin üzerinde, uygun değil, or not known yet.

    Arguments: ``fit``, ``above``, ``short`` or ``unknown``, or an enumeration member of that value; why, in a sentence.
    """
    shown = tag(VERDICTS.get(str(getattr(fit, "value", fit)), "unknown"))
    return format_html("{} <small>{}</small>", shown, reason) if reason else shown


@register.simple_tag
def logo() -> SafeString:
    """Draw the product's mark: a register's lines and a tick."""
    return SafeString(
        '<svg viewBox="0 0 28 28" aria-hidden="true" focusable="false"><rect width="28" height="28" rx="6" '
        'class="logo-ground"/><path class="logo-line" d="M7 8h14M7 13.5h6"/>'
        '<path class="logo-tick" d="m10.5 18 3.5 3.5 7.5-8"/></svg>'
    )
