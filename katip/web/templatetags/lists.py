"""Lists: tabs, time line."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django import template
from django.utils.safestring import SafeString

from katip.web.icons import icon_svg

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
