"""Form fields and the summary of what must be corrected."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, cast

from django import template
from django.forms import BaseForm, Select, Textarea
from django.forms.boundfield import BoundField
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy, ngettext

from katip.web import format as fmt
from katip.web.once import DRAWN, number_draw

register = template.Library()

SGK_GROUP_WORDS: Final = (
    gettext_lazy("mahiyet"),
    gettext_lazy("işkolu"),
    gettext_lazy("yeni ünite"),
    gettext_lazy("eski ünite"),
    gettext_lazy("sıra"),
    gettext_lazy("il"),
    gettext_lazy("ilçe"),
    gettext_lazy("kontrol"),
    gettext_lazy("aracı"),
)
"""what the nine groups of an SGK registration number are"""


@register.simple_tag
def once() -> SafeString:
    """Stand in every form that creates something, beside ``csrf_token``: by it the form is saved once."""
    return format_html('<input type="hidden" name="{}" value="{}">', DRAWN, number_draw())


@register.simple_tag
def field(
    bound: BoundField,
    *,
    label: str = "",
    hint: str = "",
    caution: str = "",
    width: str = "",
    optional: bool | None = None,
    counter: bool = False,
    autocomplete: str = "",
    inputmode: str = "",
    css: str = "",
) -> SafeString:
    """Show a form field: label, hint, error, control, in that order, tied together for screen readers.

    Arguments: the bound field; another label or hint than the form's; a caution line; the width of what is expected
    (``xs``, ``s``, ``m``, ``l``, empty for full); whether to mark it optional (None: as the form says); whether to
    count characters down (needs ``max_length``); HTML ``autocomplete`` and ``inputmode``; more classes.
    """
    return _field(
        bound,
        label=label,
        hint=hint,
        caution=caution,
        width=width,
        optional=optional,
        counter=counter,
        css=css,
        more={"autocomplete": autocomplete, "inputmode": inputmode},
    )


@register.simple_tag
def file_field(bound: BoundField, *, label: str = "", hint: str = "", accept: str = "", limit: str = "") -> SafeString:
    """Show a field that takes a file. The form around it needs ``enctype="multipart/form-data"``.

    Arguments: as for `field`; what the browser's own window offers (``.xlsx,.csv``); the greatest size in words
    (``5 MB``). Kinds and size are told in the hint.
    """
    kinds = ", ".join(part.strip() for part in accept.split(",") if part.strip())
    told = [
        hint or str(bound.help_text or ""),
        gettext("Dosya türü: %(kinds)s.") % {"kinds": kinds} if kinds else "",
        gettext("En çok %(limit)s.") % {"limit": limit} if limit else "",
    ]
    return _field(bound, label=label, hint=" ".join(filter(None, told)), more={"accept": accept})


@register.simple_tag
def sgk_field(bound: BoundField, *, label: str = "", hint: str = "", optional: bool | None = None) -> SafeString:
    """Show the field of an SGK registration number: typed or pasted as one, read back in its nine named groups.

    Arguments: as for `field`. The field keeps what was typed; spaces and
    dashes are left to the form (`katip.rules.parse_sgk_number`). Without script the groups show what the server knows.
    """
    name = bound.auto_id or bound.html_name
    digits = re.sub(r"\D", "", str(bound.value() or ""))
    cells, at = [], 0
    for length, word in zip(fmt.SGK_GROUPS, SGK_GROUP_WORDS, strict=True):
        cells.append({"word": word, "digits": digits[at : at + length] or "·" * length})
        at += length
    parts = render_to_string("components/sgk_parts.html", {"id": f"{name}_parts", "cells": cells})
    return _field(
        bound,
        label=label,
        hint=hint or str(bound.help_text or "") or gettext("26 hane. Yapıştırabilirsiniz; boşluk ve tire sayılmaz."),
        width="m",
        optional=optional,
        more={"inputmode": "numeric", "autocomplete": "off", "data-sgk": f"{name}_parts"},
        below=parts,
    )


def _field(
    bound: BoundField,
    *,
    label: str = "",
    hint: str = "",
    caution: str = "",
    width: str = "",
    optional: bool | None = None,
    counter: bool = False,
    css: str = "",
    more: Mapping[str, str],
    below: str = "",
) -> SafeString:
    hint = hint or str(bound.help_text or "")
    limit = getattr(bound.field, "max_length", None) if counter else None
    name = bound.auto_id or bound.html_name
    described = [
        f"{name}_{part}"
        for part, there in (("hint", hint), ("caution", caution), ("error", bound.errors), ("counter", limit))
        if there
    ]
    attrs: dict[str, str | bool] = {"class": f"control w-{width}" if width else "control"}
    if isinstance(bound.field.widget, Textarea):
        attrs["rows"] = "4"
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    attrs |= {key: value for key, value in more.items() if value}
    if limit:
        attrs["data-counter"] = f"{name}_counter"
    return render_to_string(
        "components/field.html",
        {
            "id": name,
            "label": label or bound.label,
            "hint": hint,
            "caution": caution,
            "errors": bound.errors,
            "optional": (not bound.field.required) if optional is None else optional,
            "limit": limit,
            "control": bound.as_widget(attrs=attrs),
            "select": isinstance(bound.field.widget, Select),
            "width": width,
            "css": css,
            "below": below,
        },
    )


@register.simple_tag
def radio_cards(
    bound: BoundField,
    *,
    legend: str = "",
    hint: str = "",
    hints: Mapping[str, str] | None = None,
    pair: bool = False,
    optional: bool | None = None,
    heading: bool = False,
) -> SafeString:
    """Show a choice field as cards of which one may be picked; nothing is picked beforehand unless the form says so.

    Arguments: the bound field; the question; its hint; a hint for each value; two short cards side by side; the
    optional mark; whether the question is the page's only words (shown for screen readers only).
    """
    name = bound.auto_id or bound.html_name
    picked = str(bound.value() if bound.value() is not None else "")
    choices = [
        {"value": str(value), "label": text, "hint": (hints or {}).get(str(value), ""), "checked": picked == str(value)}
        for value, text in cast("Iterable[tuple[Any, Any]]", getattr(bound.field, "choices", ()))
        if str(value)
    ]
    return render_to_string(
        "components/radio_cards.html",
        {
            "id": name,
            "name": bound.html_name,
            "legend": legend or bound.label,
            "legend_hidden": heading,
            "hint": hint or bound.help_text,
            "errors": bound.errors,
            "choices": choices,
            "pair": pair,
            "optional": (not bound.field.required) if optional is None else optional,
        },
    )


@register.simple_tag
def checkbox_card(bound: BoundField, *, label: str = "", hint: str = "") -> SafeString:
    """Show one box to tick as a card; the whole card is the target."""
    return render_to_string(
        "components/checkbox_card.html",
        {
            "id": bound.auto_id or bound.html_name,
            "name": bound.html_name,
            "label": label or bound.label,
            "hint": hint or bound.help_text,
            "errors": bound.errors,
            "checked": bool(bound.value()),
        },
    )


@register.simple_tag
def one_error(text: str, target: str) -> SafeString:
    """Show a summary of one problem on a page without a form class; nothing while the text is empty.

    Arguments: the sentence; the id of the control that it links to.
    """
    return _summary([{"text": text, "target": target}], kept=False) if text else SafeString("")


@register.simple_tag
def error_summary(*forms: BaseForm | None, kept: bool = True) -> SafeString:
    """List what must be corrected, each a link to its field; nothing while there is nothing.

    Arguments: one or more bound forms; whether to say that what was typed is kept (not true of passwords).
    """
    problems: list[dict[str, str]] = []
    for form in forms:
        if form is None or not form.is_bound:
            continue
        problems += [{"text": str(text), "target": ""} for text in form.non_field_errors()]
        for bound in form:
            target = f"{bound.auto_id or bound.html_name}"
            if getattr(bound.field.widget, "input_type", "") == "radio":
                target += "_0"
            problems += [{"text": str(text), "target": target} for text in bound.errors]
    return _summary(problems, kept=kept) if problems else SafeString("")


def _summary(problems: Sequence[Mapping[str, str]], *, kept: bool) -> SafeString:
    title = ngettext("Bir yanıt düzeltilmeli", "%(count)s yanıt düzeltilmeli", len(problems)) % {"count": len(problems)}
    return render_to_string("components/error_summary.html", {"title": title, "problems": problems, "kept": kept})
