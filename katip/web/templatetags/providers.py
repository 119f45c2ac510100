"""Which providers lead in (`katip.web.oidc`), for the pages that show them as buttons."""

from typing import Any

from django import template

from katip.web.oidc.shown import Button, Linked, linked, ways_again, ways_in

register = template.Library()


@register.simple_tag(takes_context=True)
def providers_in(context: dict[str, Any]) -> list[Button]:
    """On the sign-in page: every provider."""
    return ways_in(context["request"], context.get("next", ""))


@register.simple_tag(takes_context=True)
def providers_again(context: dict[str, Any]) -> list[Button]:
    """Where the second step is asked again: the provider by which this session was opened, if it was."""
    return ways_again(context["request"], context.get("next", ""))


@register.simple_tag(takes_context=True)
def providers_linked(context: dict[str, Any]) -> list[Linked]:
    """On Hesabım: the accounts at providers that belong to this person."""
    return linked(context["request"])
