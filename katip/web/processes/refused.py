"""Why an act was refused: kept across a redirect, shown once on the page that comes then.

A refusal shown in answer to a POST would meet whoever goes back to it with the browser's question whether to send
it again.
"""

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect

_KEY = "refused"


def refuse(request: Any, address: str, words: str) -> HttpResponse:
    """Lead to `address`, which may have a query, and say there why not."""
    request.session[_KEY] = {"path": address.partition("?")[0], "words": words}
    return HttpResponseRedirect(address)


def refusal_take(request: Any) -> str:
    """What was refused here a moment ago, or nothing; told once."""
    kept = request.session.get(_KEY)
    if kept is None or kept["path"] != request.path:
        return ""
    del request.session[_KEY]
    return str(kept["words"])
