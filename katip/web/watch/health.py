"""What proxies ask before they send anybody here. `/saglik/`, which asks nothing, is `katip.web.entrance`'s."""

import http

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from katip.core.ready import Ready, draining_file, readiness
from katip.web.access import Access


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Whether requests may come: 200, or 503 with the reason in one word. No session is looked at, no pool used."""
    del request
    answer = readiness.now(draining_file(settings.KATIP.data, settings.KATIP.port))
    status = http.HTTPStatus.OK if answer is Ready.READY else http.HTTPStatus.SERVICE_UNAVAILABLE
    return HttpResponse(answer.value, content_type="text/plain", status=status)


ready.access = Access.PUBLIC  # type: ignore[attr-defined] # not by `access`, which may ask who is there
ready.sessionless = True  # type: ignore[attr-defined] # read by AccessMiddleware
