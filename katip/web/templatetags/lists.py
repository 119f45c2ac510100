"""Lists: tabs, time line."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django import template
from django.forms import BaseForm
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from katip.web.icons import icon_svg
from katip.web.search import PAGE
from katip.web.templatetags.fields import field

register = template.Library()


@register.inclusion_tag("components/tabs.html")
def tabs(items: Sequence[Mapping[str, Any]], label: str) -> dict[str, object]:
    """Show links to sibling lists; they fold on a phone.

    Arguments: items of ``label``, ``url``, ``current``, ``count`` (None: no figure), the first ones on the left; the
    name of the whole for screen readers.
    """
    current = next((item for item in items if item["current"]), items[0] if items else None)
    return {"items": items, "current": current, "label": label}


TIMELINE_ICONS: Final = {
    "done": ("ring-full", "ok"),
    "current": ("ring-half", "current"),
    "todo": ("ring", ""),
    "warn": ("warn", "warn"),
    "bad": ("cross", "bad"),
    "event": ("dot", "event"),
}


@register.inclusion_tag("components/timeline.html")
def timeline(items: Iterable[Mapping[str, Any]]) -> dict[str, object]:
    """Show what happened and what follows, in order.

    Arguments: items of ``title``, ``lines`` (may lack), ``at`` (a moment; may lack) and ``mark``: ``done``,
    ``current``, ``todo``, ``warn``, ``bad`` or ``event``.
    """
    drawn = []
    for item in items:
        shape, css = TIMELINE_ICONS[item.get("mark", "event")]
        drawn.append(
            {
                "title": item["title"],
                "lines": item.get("lines", ()),
                "at": item.get("at"),
                "icon": SafeString(icon_svg(shape)),
                "css": css,
            }
        )
    return {"items": drawn}


@register.inclusion_tag("components/act_timeline.html")
def act_timeline(acts: Iterable[Mapping[str, Any]]) -> dict[str, object]:
    """Show the story of a contract, newest first: what was done, by whom, in which role, when, with which version.

    Arguments: acts of ``title`` and, each of which may lack, ``at`` (a moment), ``who``, ``role``, ``text``, ``tag``
    (a state's name), ``version`` (a number), ``links`` (of ``url`` and ``label``), ``button`` (the same: what the
    reader can do about it) and ``mark``, as for `timeline`.
    """
    drawn = []
    for act in acts:
        shape, css = TIMELINE_ICONS[act.get("mark", "event")]
        drawn.append({**act, "icon": SafeString(icon_svg(shape)), "css": css})
    return {"acts": drawn}


CURSOR: Final = "sonra"
"""the query parameter of the keyset pager: a list that is filtered or sorted anew begins at its head"""
SORT: Final = "sirala"


@register.simple_tag(takes_context=True)
def sort_head(context: Mapping[str, Any], words: str, key: str, sort: str = "", *, num: bool = False) -> SafeString:
    """Show a column's head as a link that sorts by it, the other way round where it is sorted by already.

    Arguments: its words; its key in the address (``?sirala=key``, ``-key`` for descending); the sort now; whether the
    column holds figures. The address keeps what else was asked for, but for the place in the list.
    """
    request = context.get("request")
    query = request.GET.copy() if request is not None else QueryDict(mutable=True)
    query.pop(CURSOR, None)
    query[SORT] = f"-{key}" if sort == key else key
    order = {key: "ascending", f"-{key}": "descending"}.get(sort, "")
    shape = {"ascending": "up", "descending": "down"}.get(order)
    return format_html(
        '<th role="columnheader" scope="col"{}{}><a class="sort" href="?{}">{}{}</a></th>',
        SafeString(' class="num"') if num else "",
        format_html(' aria-sort="{}"', order) if order else "",
        query.urlencode(),
        words,
        SafeString(icon_svg(shape)) if shape else "",
    )


@register.simple_tag(takes_context=True)
def searched(context: Mapping[str, Any], page: str = "") -> SafeString:
    """Show what a form bears that goes by `katip.web.search`: the list's path, `page` or this page's own."""
    token = str(context.get("csrf_token", ""))
    return format_html(
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}"><input type="hidden" name="{}" value="{}">',
        token,
        PAGE,
        page or _path(context),
    )


def _path(context: Mapping[str, Any]) -> str:
    request = context.get("request")
    return str(request.path) if request is not None else ""


@register.simple_tag(takes_context=True)
def filters(
    context: Mapping[str, Any], form: BaseForm, *, label: str, button: str = "", keep: str = "", action: str = ""
) -> SafeString:
    """Show a form that narrows a list: search, selects and sort in a row; folded on a phone.

    Arguments: a form filled from the address, of which no field is required; what it does, in words; its button's word;
    names of other query parameters to carry along; its address, if not the page's own. What is in force stands beneath,
    each a link that takes it off. What is typed gets into the address by way of `katip.web.search`.
    """
    data = form.data if form.is_bound else {}
    kept = [(name, data[name]) for name in keep.split() if data.get(name) and name not in form.fields]
    asked = [(bound.html_name, data[bound.html_name]) for bound in form if data.get(bound.html_name)]
    chips = []
    for bound in form:
        value = data.get(bound.html_name, "")
        choices = {str(key): str(word) for key, word in getattr(bound.field, "choices", ())}
        word = choices.get(value, "") if choices else value
        if value and word and not bound.errors and not bound.is_hidden and bound.html_name != SORT:
            rest = QueryDict(mutable=True)
            for name, other in kept + asked:
                if name != bound.html_name:
                    rest[name] = other
            chips.append({"label": bound.label, "word": word, "url": f"{action}?{rest.urlencode()}"})
    hidden = [*kept, *((bound.html_name, bound.value() or "") for bound in form.hidden_fields())]
    return render_to_string(
        "components/filters.html",
        {
            "csrf_token": context.get("csrf_token", ""),
            "page": action or _path(context),
            "label": label,
            "button": button,
            "hidden": hidden,
            "fields": [field(bound, optional=False) for bound in form.visible_fields()],
            "chips": chips,
            "opened": bool(form.is_bound and form.errors),
        },
    )


@register.inclusion_tag("components/figures.html")
def figures(items: Iterable[Mapping[str, Any]]) -> dict[str, object]:
    """Show a few figures that matter, large, in a row.

    Arguments: items of ``label``, ``value`` (a whole number, or a text already written) and ``note`` (may lack).
    """
    return {"items": list(items)}
