"""Parts with a body: notice, row of a list of terms, fold, page path."""

from typing import Final

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from katip.web.icons import icon_svg
from katip.web.templatetags.words import nobr

register = template.Library()


NOTICE_ICONS: Final = {"ok": "ring-tick", "info": "info", "warn": "warn", "bad": "bang", "calm": "info"}


@register.simple_block_tag
def notice(content: str, kind: str = "calm", role: str = "") -> SafeString:
    """Frame a few words: ``ok``, ``info``, ``warn``, ``bad`` or ``calm`` (lasting, quiet).

    Arguments: the kind; an ARIA role (``status`` for news after an act).
    """
    return format_html(
        '<div class="notice {}"{}>{}<div>{}</div></div>',
        kind,
        format_html(' role="{}"', role) if role else "",
        SafeString(icon_svg(NOTICE_ICONS[kind])),
        content,
    )


@register.simple_block_tag
def row(content: str, label: str, change_url: str = "", change_label: str = "") -> SafeString:
    """Add one line to a ``<dl class="rows">``: its label, the body as its value, and a link to change it, if any."""
    change: SafeString | str = ""
    if change_url:
        change = format_html(
            '<dd class="act"><a href="{}">{}<span class="vh"> {}</span></a></dd>',
            change_url,
            change_label or gettext("Değiştir"),
            label,
        )
    return format_html("<div><dt>{}</dt><dd>{}</dd>{}</div>", nobr(label), content, change)


@register.simple_block_tag
def fold(content: str, title: str, *, opened: bool = False) -> SafeString:
    """Fold the body under a line that opens and closes it without script."""
    return format_html(
        '<details class="fold"{}><summary>{}<span>{}</span></summary><div>{}</div></details>',
        SafeString(" open") if opened else "",
        SafeString(icon_svg("next")),
        nobr(title),
        content,
    )


@register.simple_block_tag
def crumbs(content: str) -> SafeString:
    """Frame the page path: ``{% crumb %}`` tags, the last one without address."""
    return format_html('<nav class="crumbs" aria-label="{}"><ol>{}</ol></nav>', gettext("Sayfa yolu"), content)


@register.simple_tag
def crumb(text: str, url: str = "") -> SafeString:
    """Add one step to the page path inside ``{% block crumbs %}``; without address it is plain text."""
    if url:
        return format_html('<li><a href="{}">{}</a></li>', url, nobr(text))
    return format_html("<li>{}</li>", nobr(text))
