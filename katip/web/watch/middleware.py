"""Around every answer: its number, what it cost, and one line of the log where those are wanted."""

import logging
import re
import secrets
import time
from collections.abc import Callable
from string import ascii_lowercase
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse

from katip.core.logs import REQUEST_ID
from katip.core.metrics import (
    REQUEST_CPU,
    REQUEST_DATABASE,
    REQUEST_STATEMENTS,
    REQUESTS,
    REQUESTS_NOW,
    pool_measure,
)
from katip.core.tracing import Span, request_span, statement_span

Respond = Callable[[HttpRequest], HttpResponse]

HEADER = "X-Request-ID"
_GIVEN = re.compile(r"[A-Za-z0-9_-]{8,64}")
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_POOL_SECONDS = 1.0

log = logging.getLogger("katip.request")


class Cost:
    """What a request costs: seconds, of them of the processor and of waiting for the database, and its statements."""

    def __init__(self, span: Span) -> None:
        self.statements = 0
        self.waited = 0.0
        self._span = span
        self._begun, self._cpu = time.perf_counter(), time.thread_time()

    @property
    def seconds(self) -> float:
        """Since its beginning."""
        return time.perf_counter() - self._begun

    @property
    def cpu(self) -> float:
        """Of this thread, since its beginning."""
        return time.thread_time() - self._cpu

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 -- Django's signature
        """Run one statement."""
        begun = time.perf_counter()
        try:
            with statement_span(self._span, sql):
                return execute(sql, params, many, context)
        finally:
            self.statements += 1
            self.waited += time.perf_counter() - begun


class WatchMiddleware:
    """The outermost: gives a request its number and counts it. Names routes, never paths or people."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response
        self._pool_at = 0.0

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and tell afterwards what it cost."""
        number = number_of(request)
        token = REQUEST_ID.set(number)
        REQUESTS_NOW.inc()
        try:
            with request_span(request) as span:
                cost = Cost(span)
                with connection.execute_wrapper(cost):
                    response = self.get_response(request)
                route = route_of(request)
                span.tell(route, response.status_code, cost.statements)
            response.headers[HEADER] = number
            self._count(request.method or "", route, response.status_code, cost)
            return response
        finally:
            REQUESTS_NOW.dec()
            REQUEST_ID.reset(token)

    def _count(self, method: str, route: str, status: int, cost: Cost) -> None:
        method = method if method in _METHODS else "other"
        seconds, cpu = cost.seconds, cost.cpu
        REQUESTS.labels(route, method, f"{status // 100}xx").observe(seconds)
        REQUEST_STATEMENTS.labels(route).observe(cost.statements)
        REQUEST_DATABASE.labels(route).inc(cost.waited)
        REQUEST_CPU.labels(route).inc(cpu)
        now = time.monotonic()
        if now - self._pool_at > _POOL_SECONDS:
            self._pool_at = now
            pool_measure()
        if log.isEnabledFor(logging.INFO):
            told = {
                "route": route,
                "method": method,
                "status": status,
                "milliseconds": round(seconds * 1000, 1),
                "database_milliseconds": round(cost.waited * 1000, 1),
                "cpu_milliseconds": round(cpu * 1000, 1),
                "statements": cost.statements,
            }
            words = "%(method)s %(route)s %(status)s: %(milliseconds)s ms, %(statements)s statements"
            log.info(words, told, extra=told)


def number_of(request: HttpRequest) -> str:
    """The number that our own proxy gave the request, else a new one: what strangers send is not taken over."""
    given = request.headers.get(HEADER, "")
    if settings.KATIP.trusted_proxies and _GIVEN.fullmatch(given):
        return given
    return "".join(secrets.choice(ascii_lowercase) for _ in range(16))  # figures in a row are masked as a number is


def route_of(request: HttpRequest) -> str:
    """The name of the route that answered; `static` for files, `none` where there is no such address."""
    match = request.resolver_match
    if match is not None:
        return match.view_name or "unnamed"
    return "static" if request.path_info.startswith(settings.STATIC_URL) else "none"
