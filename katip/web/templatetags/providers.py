"""Buttons that lead to the providers by which one may sign in (`katip.web.oidc`)."""

from typing import Any

from django import template

from katip.web.oidc.shown import ways_again, ways_in

register = template.Library()


@register.inclusion_tag("components/providers.html", takes_context=True)
def providers_in(context: dict[str, Any]) -> dict[str, Any]:
    """On the sign-in page: every provider, or nothing."""
    return {"ways": ways_in(context["request"], context.get("next", ""))}


@register.inclusion_tag("components/providers.html", takes_context=True)
def providers_again(context: dict[str, Any]) -> dict[str, Any]:
    """Where the second step is asked again: the provider that this session was opened by, or nothing."""
    return {"ways": ways_again(context["request"], context.get("next", "")), "again": True}
