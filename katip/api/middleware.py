"""What any part of the product answers under the API's address is told as the API tells it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from katip.api.access import language_of
from katip.api.v1.problems import BY_STATUS, CONTENT_TYPE, Problem, problem_response

PREFIX = "/api/v1/"
_FAILED = 400
_KEPT = ("Allow", "Retry-After")


class ProblemMiddleware:
    """Turns pages that tell of an error (unknown addresses, bodies too large, faults) into problems for programs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look at the answer; a problem stays as it is."""
        response = self.get_response(request)
        failed = request.path.startswith(PREFIX) and response.status_code >= _FAILED
        if not failed or response.headers.get("Content-Type", "").startswith(CONTENT_TYPE):
            return response
        language = language_of(request.headers.get("Accept-Language", ""))
        headers = {name: response.headers[name] for name in _KEPT if name in response.headers}
        with translation.override(language):
            told = problem_response(Problem(BY_STATUS.get(response.status_code, "internal"), headers=headers))
        told.headers["Content-Language"] = language
        told.headers["Cache-Control"] = "no-store"
        return told
