"""What a program may do: what its token is for, for the provider that its maker manages, now."""

from datetime import datetime

from katip.contracts.services.offer import require_manager
from katip.core.actor import Actor
from katip.core.errors import PermissionRefusedError
from katip.programs.scopes import Scope


def require_program(actor: Actor, scope: Scope, at: datetime) -> int:
    """The id of the provider that a program acts for, its maker's mandate asked for.

    Raises `PermissionRefusedError` `scope_missing` for a token that is not for this, and for people.
    """
    if actor.program is None or scope not in actor.program.scopes:
        raise PermissionRefusedError("scope_missing")
    return require_manager(actor, at)
