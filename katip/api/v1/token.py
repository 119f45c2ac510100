"""The token itself."""

from typing import Any

from katip.api.v1.operations import operation
from katip.api.v1.schemas import ProviderOut, TokenOut
from katip.programs.selectors import CALLS_A_MINUTE


@operation("GET", "/token", scope=None, tag="Token", response=TokenOut)
def token(request: Any) -> TokenOut:
    """The token that this call is made with."""
    found = request.caller.token
    provider = found.provider
    return TokenOut(
        token_id=found.pk,
        name=found.name,
        prefix=found.prefix,
        scopes=found.scopes,
        made_at=found.made_at,
        expires_at=found.expires_at,
        calls_a_minute=CALLS_A_MINUTE,
        provider=ProviderOut(provider_id=provider.pk, title=provider.title, authorisation_no=provider.authorisation_no),
    )
