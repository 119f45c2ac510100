"""Tokens are made, rotated and revoked by a responsible manager whose second step is fresh. The secret is told once."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from katip.audit.services.record import Happening, record
from katip.contracts.services.offer import require_manager
from katip.core.actor import Actor
from katip.core.crypto import lookup_key
from katip.core.errors import KatipError, PermissionRefusedError
from katip.core.usecase import use_case
from katip.identity.step_up import require_fresh
from katip.programs.models import ApiToken
from katip.programs.scopes import Scope

PREFIX = "katip-api-"
"""by which a token that leaked is recognised"""
_BYTES = 32
_SHOWN = 5
"""characters of the secret that lists show: 30 bits of 256"""
LONGEST_NAME = 60
MOST_DAYS = 365
MOST_TOKENS = 20
"""valid ones of a provider at a time"""
MOST_OVERLAP_DAYS = 30


class TokenError(KatipError):
    """A token cannot be made so. `code`: `name_empty`, `name_long`, `no_scope`, `days`, `too_many`, `over`, `rotated`.

    `over`: it is not valid any more. `rotated`: another one came in its place already.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Made:
    """A new token and its secret, which nobody can show again."""

    token: ApiToken
    secret: str


@use_case
def token_make(*, actor: Actor, at: datetime, name: str, scopes: Collection[Scope], days: int) -> Made:
    """Make a token for a program of the actor's provider, valid for `days` days.

    Raises `PermissionRefusedError` unless the actor manages the provider and has a fresh second step; `TokenError`.
    """
    provider_id = _require_may(actor, at)
    plain = " ".join(name.split())
    if not plain:
        raise TokenError("name_empty")
    if len(plain) > LONGEST_NAME:
        raise TokenError("name_long")
    if not scopes:
        raise TokenError("no_scope")
    if not 1 <= days <= MOST_DAYS:
        raise TokenError("days")
    if ApiToken.objects.filter(provider_id=provider_id, revoked_at=None, expires_at__gt=at).count() >= MOST_TOKENS:
        raise TokenError("too_many")
    made = _insert(actor, at, provider_id, plain, sorted(set(scopes)), expires_at=at + timedelta(days=days))
    detail = {"name": plain, "scopes": made.token.scopes, "days": days}
    record(actor, at, Happening("programs:token:made", made.token.pk, detail))
    return made


@use_case
def token_rotate(*, actor: Actor, at: datetime, token_id: int, days: int, overlap_days: int) -> Made:
    """Make another token of the same name and scopes; the old one stays valid for `overlap_days` days at most.

    Raises as `token_make`; `TokenError` `over`, `rotated`.
    """
    provider_id = _require_may(actor, at)
    if not 1 <= days <= MOST_DAYS or not 0 <= overlap_days <= MOST_OVERLAP_DAYS:
        raise TokenError("days")
    old = _locked(provider_id, token_id)
    if old.revoked_at is not None or old.expires_at <= at:
        raise TokenError("over")
    if ApiToken.objects.filter(follows=old).exists():
        raise TokenError("rotated")
    made = _insert(actor, at, provider_id, old.name, old.scopes, expires_at=at + timedelta(days=days), follows=old)
    old.expires_at = min(old.expires_at, at + timedelta(days=overlap_days))
    old.save(update_fields=["expires_at"])
    detail = {"old": old.pk, "days": days, "overlap_days": overlap_days}
    record(actor, at, Happening("programs:token:rotated", made.token.pk, detail))
    return made


@use_case
def token_revoke(*, actor: Actor, at: datetime, token_id: int) -> ApiToken:
    """Withdraw a token at once; what it did stays. Any manager of the provider may, a fresh second step is not asked.

    Raises `PermissionRefusedError`; `TokenError` `over` where it is not valid any more.
    """
    provider_id = require_manager(actor, at)
    if actor.program is not None:
        raise PermissionRefusedError("no_second_step")
    token = _locked(provider_id, token_id)
    if token.revoked_at is not None or token.expires_at <= at:
        raise TokenError("over")
    token.revoked_at, token.revoked_by_id = at, actor.person
    token.save(update_fields=["revoked_at", "revoked_by"])
    record(actor, at, Happening("programs:token:revoked", token.pk, {"name": token.name}))
    return token


def _require_may(actor: Actor, at: datetime) -> int:
    if actor.program is not None:
        raise PermissionRefusedError("no_second_step")
    require_fresh(actor, at)
    return require_manager(actor, at)


def _insert(
    actor: Actor,
    at: datetime,
    provider_id: int,
    name: str,
    scopes: Sequence[str],
    *,
    expires_at: datetime,
    follows: ApiToken | None = None,
) -> Made:
    secret = PREFIX + secrets.token_urlsafe(_BYTES)
    token = ApiToken.objects.create(
        provider_id=provider_id,
        name=name,
        prefix=secret[: len(PREFIX) + _SHOWN],
        secret_hash=lookup_key(secret),
        scopes=[str(scope) for scope in scopes],
        made_by_id=actor.person,
        made_at=at,
        expires_at=expires_at,
        follows=follows,
    )
    return Made(token, secret)


def _locked(provider_id: int, token_id: int) -> ApiToken:
    token = ApiToken.objects.select_for_update(of=("self",)).filter(pk=token_id, provider_id=provider_id).first()
    if token is None:
        raise PermissionRefusedError("not_yours")
    return token
