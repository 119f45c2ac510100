"""The declaration beside every operation: its scope, on what occasion it shows people, whether it writes.

An operation that is not declared here has no address (`katip.api.access.ninja_paths`).
"""

from collections.abc import Callable
from typing import Any

from ninja import NinjaAPI
from ninja.renderers import JSONRenderer

from katip.api.access import Declared
from katip.api.v1.parsing import StrictParser
from katip.audit.looks import Occasion
from katip.programs.scopes import Scope

View = Callable[..., Any]

TEXT = """\
What a provider's own software needs of the register: workplaces, free minutes, required minutes, offers, states,
documents, the sheet. Call it with a token that a responsible manager makes at /programlar/: `Authorization: Bearer
katip-api-…`. A token is good for the scopes it names and for one provider; rows of others are 404. It never decides:
approving, rejecting and ending take a person and a second step. Lists come in pages: `items`, and `next_cursor` to be
sent back as `cursor`; null at the end. Times are UTC, days are days in Türkiye, minutes are minutes a month. Fields may
be added; nothing that is told here is taken away."""


class _Renderer(JSONRenderer):
    """Turkish letters as they are."""

    json_dumps_params = {"ensure_ascii": False, "separators": (",", ":")}


api = NinjaAPI(
    title="Katip API",
    version="1.0.0",
    description=" ".join(TEXT.split()),
    openapi_url=None,
    docs_url=None,
    urls_namespace="v1",
    parser=StrictParser(),
    renderer=_Renderer(),
)


def operation(
    method: str,
    path: str,
    *,
    scope: Scope | None,
    tag: str,
    response: Any,
    occasion: Occasion = Occasion.LIST,
    problems: tuple[str, ...] = (),
    needs_key: bool = False,
    own_transaction: bool = False,
    media_type: str = "application/json",
    location: bool = False,
) -> Callable[[View], View]:
    """Declare an operation of the API.

    `scope` None takes any valid token. `problems` are codes beyond those of every call. `needs_key`: an
    `Idempotency-Key` must come with it. `own_transaction`: its use case is one; else the read is one transaction.
    `media_type` is that of an answer that went well; `location` says that it names where what was made is found.
    """

    def declare(view: View) -> View:
        summary, _, description = (view.__doc__ or "").partition("\n\n")
        view.declared = Declared(  # type: ignore[attr-defined] # read by ninja_paths
            scope=scope,
            occasion=occasion,
            problems=problems,
            needs_key=needs_key,
            own_transaction=own_transaction or method != "GET",
            media_type=media_type,
            location=location,
        )
        return api.api_operation(
            [method],
            path,
            response=response,
            operation_id=view.__name__,
            url_name=f"v1_{view.__name__}",
            summary=" ".join(summary.split()).rstrip("."),
            description=" ".join(description.split()),
            tags=[tag],
        )(view)

    return declare
