"""Reading tokens: whose one is, what became of it, and those of a provider."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from katip.contracts.models import Contract
from katip.contracts.selectors import WAITING
from katip.core.actor import Actor, Capacity, Program
from katip.core.crypto import lookup_key
from katip.programs.models import ApiToken
from katip.programs.services.tokens import PREFIX
from katip.registry.models import Mandate, Workplace
from katip.registry.permissions import valid_on
from katip.rules import ContractState

CALLS_A_MINUTE = 300
_LONGEST = 100


class Standing(StrEnum):
    """What a token is worth at a moment."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    MAKER_GONE = "maker_gone"
    """whoever made it does not manage the provider any more"""


def tokens_of(provider_id: int, at: datetime) -> QuerySet[ApiToken]:
    """The provider's tokens, the newest first; each with `maker_holds`, and its calls and people read along."""
    return _judged(at).filter(provider_id=provider_id).select_related("made_by", "calls", "follows").order_by("-pk")


def standing_of(token: ApiToken, at: datetime) -> Standing:
    """What a token read by `tokens_of` or `token_find` is worth."""
    if token.revoked_at is not None and token.revoked_at <= at:
        return Standing.REVOKED
    if token.expires_at <= at:
        return Standing.EXPIRED
    if not token.maker_holds:  # type: ignore[attr-defined] # annotated
        return Standing.MAKER_GONE
    return Standing.VALID


def token_find(secret: str, at: datetime) -> ApiToken | None:
    """The token with this secret, whatever it is worth; one statement."""
    if not secret.startswith(PREFIX) or len(secret) > _LONGEST:
        return None
    return _judged(at).filter(secret_hash=lookup_key(secret)).select_related("provider").first()


def token_actor(token: ApiToken) -> Actor:
    """Who acts by a token: its maker for the provider, without a second step."""
    program = Program(token.pk, frozenset(token.scopes))
    return Actor(token.made_by_id, Capacity.PROVIDER, token.provider_id, program=program)


def workplaces_served(provider_id: int) -> QuerySet[Workplace]:
    """Workplaces where the provider has a contract in force or an offer that waits."""
    states = (ContractState.ACTIVE, *WAITING)
    mine = Contract.objects.filter(provider_id=provider_id, workplace=OuterRef("pk"), state__in=states)
    return Workplace.objects.filter(Exists(mine))


def _judged(at: datetime) -> QuerySet[ApiToken]:
    mandates = Mandate.objects.filter(
        valid_on(at), person=OuterRef("made_by"), person__is_active=True, provider=OuterRef("provider")
    )
    return ApiToken.objects.annotate(maker_holds=Exists(mandates))


_COUNT = """
INSERT INTO programs_tokencalls (token_id, minute, number) VALUES (%(token)s, date_trunc('minute', %(at)s), 1)
ON CONFLICT (token_id) DO UPDATE SET
    number = CASE WHEN programs_tokencalls.minute >= excluded.minute THEN programs_tokencalls.number + 1 ELSE 1 END,
    minute = greatest(programs_tokencalls.minute, excluded.minute)
RETURNING number
"""


@dataclass(frozen=True, slots=True)
class Rate:
    """Where a token stands in its minute: calls allowed, calls left, seconds until the next minute."""

    limit: int
    remaining: int
    reset: int
    exceeded: bool


def call_count(token_id: int, at: datetime) -> Rate:
    """Count one more call; one statement, its own transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"token": token_id, "at": at})
        [(number,)] = cursor.fetchall()
    reset = 60 - at.second
    return Rate(CALLS_A_MINUTE, max(0, CALLS_A_MINUTE - number), reset, number > CALLS_A_MINUTE)
