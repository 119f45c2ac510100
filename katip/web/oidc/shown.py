"""What the sign-in pages and Hesabım show of providers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.authentication import get_authentication_records
from django.urls import reverse
from django.utils.http import urlencode

from katip.identity.models import ProviderLink
from katip.identity.oidc.providers import Provider, provider_find, providers
from katip.identity.second_step import OIDC


@dataclass(frozen=True, slots=True)
class Button:
    """One provider to go to: its name, and the address that leads there."""

    label: str
    url: str


def ways_in(request: Any, onward: str) -> list[Button]:
    """Every provider, for the sign-in page. `onward` is where to go afterwards, or empty."""
    return [_button(request, provider, "oidc_start", onward) for provider in providers()]


def ways_again(request: Any, onward: str) -> list[Button]:
    """The provider by which this session was opened with two steps, for the page that asks for the second one again."""
    came_by = came_by_provider(request)
    provider = provider_find(came_by["provider"]) if came_by else None
    return [_button(request, provider, "oidc_again", onward)] if provider is not None else []


@dataclass(frozen=True, slots=True)
class Linked:
    """An account at a provider that belongs to a person: the provider's name, and since when."""

    name: str
    made_at: datetime


def linked(request: Any) -> list[Linked]:
    """The person's accounts at the providers that are set up, oldest first; asks nothing where there are none."""
    names = {provider.issuer: provider.name_in(request.LANGUAGE_CODE) for provider in providers()}
    if not names:
        return []
    rows = ProviderLink.objects.filter(person_id=request.user.pk, ended_at=None, issuer__in=names).order_by("pk")
    return [Linked(names[row.issuer], row.made_at) for row in rows]


def came_by_provider(request: Any) -> dict[str, Any] | None:
    """The newest record of two steps at a provider in this session; None for whoever came in another way."""
    records = get_authentication_records(request, request.user)
    taken = [entry for entry in records if entry.get("method") == OIDC and entry.get("two_steps")]
    return taken[-1] if taken else None


def _button(request: Any, provider: Provider, route: str, onward: str) -> Button:
    query = f"?{urlencode({'next': onward})}" if onward else ""
    return Button(provider.name_in(request.LANGUAGE_CODE), reverse(route, args=[provider.number]) + query)
