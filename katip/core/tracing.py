"""Traces for OpenTelemetry, where an operator wants them: a span for a request or a job, one for each statement in it.

Off, nothing of OpenTelemetry is loaded. On, a span holds the route's name, the statement with its places left open, and
figures: no path, no value, no person. What is sampled, and how long sending may take, is set by OpenTelemetry's own
variables (`OTEL_TRACES_SAMPLER`, `OTEL_BSP_…`).
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

_WORDS = 400
"""of a statement; its beginning tells which it is"""

_tracer: Any = None
_trusts_headers = False


class Span:
    """What is told of a request while it is answered; says nothing where tracing is off."""

    def __init__(self, span: Any = None) -> None:
        self._span = span

    @property
    def is_told(self) -> bool:
        """Whether anybody will read it."""
        return self._span is not None and bool(self._span.is_recording())

    def tell(self, route: str, status: int, statements: int) -> None:
        """How the request ended."""
        if not self.is_told:
            return
        self._span.update_name(f"{self._span.attributes['http.request.method']} {route}")
        self._span.set_attributes(
            {"http.route": route, "http.response.status_code": status, "katip.statements": statements}
        )
        if status >= 500:  # noqa: PLR2004 -- the server's own fault
            from opentelemetry.trace import Status, StatusCode  # noqa: PLC0415 -- loaded where it is wanted

            self._span.set_status(Status(StatusCode.ERROR))


_OFF = Span()


def tracing_start(endpoint: str, role: str, *, version: str, behind_proxy: bool = False) -> None:
    """Send this process's traces to `endpoint` (OTLP over HTTP, its `/v1/traces`); an empty one sends none.

    `behind_proxy`: the caller's trace is gone on with, as the proxies are ours. Raises `ImportError` without the extra
    `otel`.
    """
    global _tracer, _trusts_headers
    if not endpoint:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 -- loaded where it is wanted
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 -- loaded where it is wanted
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 -- loaded where it is wanted
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 -- loaded where it is wanted

    about = {"service.name": "katip", "service.version": version, "service.instance.role": role}
    provider = TracerProvider(resource=Resource.create(about))
    address = f"{endpoint.rstrip('/')}/v1/traces"
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=address)))
    _tracer, _trusts_headers = provider.get_tracer("katip"), behind_proxy


@contextmanager
def request_span(request: Any) -> Iterator[Span]:
    """Trace a request, in the trace of whoever sent it where that is our own proxy."""
    if _tracer is None:
        yield _OFF
        return
    from opentelemetry.propagate import extract  # noqa: PLC0415 -- loaded where it is wanted
    from opentelemetry.trace import SpanKind  # noqa: PLC0415 -- loaded where it is wanted

    context = extract({name.lower(): value for name, value in request.headers.items()}) if _trusts_headers else None
    about = {"http.request.method": request.method or ""}
    # What is raised would be told with its words, which may quote somebody: the log has it, masked.
    with _tracer.start_as_current_span(
        request.method, context, SpanKind.SERVER, about, record_exception=False, set_status_on_exception=False
    ) as span:
        yield Span(span)


@contextmanager
def job_span(name: str) -> Iterator[None]:
    """Trace a job."""
    if _tracer is None:
        yield
        return
    with _tracer.start_as_current_span(f"job {name}", record_exception=False):
        yield


def statement_span(span: Span, sql: Any) -> AbstractContextManager[Any]:
    """Trace one statement of a request that is traced."""
    if not span.is_told:
        return nullcontext()
    words = str(sql)
    about = {"db.system.name": "postgresql", "db.query.text": words[:_WORDS]}
    return _tracer.start_as_current_span(words.split(None, 1)[0][:20], attributes=about, record_exception=False)  # type: ignore[no-any-return] # typed by an extra that need not be there
