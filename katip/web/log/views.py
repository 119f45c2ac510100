"""The log's files and its page."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from katip.audit.log.keys import log_keys
from katip.audit.log.tiles import checkpoint_read, entries_read, parted, size_read, tile_read, width_at
from katip.documents.seal.keys import certificates_pem
from katip.identity.limits import attempt_count
from katip.web.access import Access, access
from katip.web.log.numbers import Place

_LIMIT = "1200/m/ip"
"""A monitor that reads the log of 10 million events anew takes about an hour; nobody needs it faster."""
_FOR_EVER = "public, max-age=31536000, immutable"
_FOR_SECONDS = "public, max-age=2"

View = Callable[..., HttpResponse]


def _file(view: View) -> View:
    """Make `view` a file of the log: read by programs of any origin, counted by network."""

    @wraps(view)
    def counted(request: HttpRequest, **arguments: Place) -> HttpResponse:
        if attempt_count(request, "log", _LIMIT, gets=True) is None:
            return _plain("too many requests\n", 429, {"Retry-After": "60"})
        response = view(request, **arguments)
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    return require_safe(counted)


@access(Access.PUBLIC)
@_file
def log_checkpoint(request: HttpRequest) -> HttpResponse:
    """The newest signed head; 404 before the first one."""
    del request
    newest = checkpoint_read()
    if newest is None:
        return _absent()
    return _plain(newest[2], 200, {"Cache-Control": _FOR_SECONDS})


@access(Access.PUBLIC)
@_file
def log_tile(request: HttpRequest, *, tile: Place) -> HttpResponse:
    """Hashes of the tree, as many as the address names; 404 where no checkpoint covers them."""
    del request
    if not _covered(tile):
        return _absent()
    return _lasting(tile_read(tile.level, tile.no, tile.width))


@access(Access.PUBLIC)
@_file
def log_entries(request: HttpRequest, *, bundle: Place) -> HttpResponse:
    """Entries, each after its length in two bytes; 404 where no checkpoint covers them."""
    del request
    if not _covered(bundle):
        return _absent()
    start = bundle.no << 8
    entries = parted(entries_read(start, start + bundle.width))
    return _lasting(b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries))


@access(Access.PUBLIC)
@_file
def log_seal(request: HttpRequest) -> HttpResponse:
    """The certificates by which documents and statements are checked, PEM; 404 before the first seal."""
    del request
    certificates = certificates_pem()
    if not certificates:
        return _absent()
    return _plain(certificates, 200, {"Cache-Control": _FOR_SECONDS})


@access(Access.PUBLIC)
@require_safe
def log_page(request: HttpRequest) -> HttpResponse:
    """What the log is, how large it is now, and what is needed to check it."""
    newest = checkpoint_read()
    return render(
        request,
        "log.html",
        {"size": newest[0] if newest else 0, "checkpoint": newest[2] if newest else "", "keys": log_keys()},
    )


def _covered(place: Place) -> bool:
    return 0 < place.width <= width_at(place.level, place.no, size_read())


def _lasting(content: bytes) -> HttpResponse:
    """What never changes: a tile of a given width is the same in every tree that has it."""
    return HttpResponse(content, content_type="application/octet-stream", headers={"Cache-Control": _FOR_EVER})


def _absent() -> HttpResponse:
    return _plain("not found\n", 404, {"Cache-Control": _FOR_SECONDS})


def _plain(text: str, status: int, headers: dict[str, str]) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8", headers=headers)
