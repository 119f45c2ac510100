"""What is counted and logged of requests, and that nobody is named by it."""

import io
import json
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from prometheus_client import REGISTRY

from katip.audit.services.record import Happening, record
from katip.core import tracing
from katip.core.actor import OPERATOR
from katip.core.logs import MaskedJson
from katip.identity.models import Person
from katip.web.access import Access
from tests.cast import World, entered
from tests.routes import routes

pytestmark = pytest.mark.django_db


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the server would write where as much is wanted as can be had."""
    told = io.StringIO()
    handler = logging.StreamHandler(told)
    handler.setFormatter(MaskedJson())
    logging.getLogger().addHandler(handler)
    own = logging.getLogger("katip")
    level = own.level
    own.setLevel(logging.DEBUG)  # as KATIP_LOG_LEVEL=debug does
    yield told
    logging.getLogger().removeHandler(handler)
    own.setLevel(level)


def test_a_request_is_counted_by_its_routes_name_with_its_statements(world: World) -> None:
    client = entered(world, "owner")
    asked = {"route": "inbox", "method": "GET", "status": "2xx"}
    before = counted("katip_request_seconds_count", **asked), counted("katip_request_statements_sum", route="inbox")
    assert client.get(reverse("inbox")).status_code == 200
    assert counted("katip_request_seconds_count", **asked) == before[0] + 1
    assert counted("katip_request_statements_sum", route="inbox") >= before[1] + 3
    assert counted("katip_requests_in_progress") == 0


def test_what_has_no_route_and_what_is_refused_is_counted_too() -> None:
    client = Client()
    for address, route, status in (("/yok/10000000146/", "none", "4xx"), ("/static/yok.css", "static", "4xx")):
        asked = {"route": route, "method": "GET", "status": status}
        before = counted("katip_request_seconds_count", **asked)
        client.get(address)
        assert counted("katip_request_seconds_count", **asked) == before + 1


def test_what_is_rolled_back_is_not_counted(django_capture_on_commit_callbacks: Any) -> None:
    tag = {"tag": "trial:act:done"}
    before = counted("katip_events_total", **tag)

    def broken() -> None:
        with transaction.atomic():
            record(OPERATOR, datetime.now(UTC), Happening(tag["tag"]))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    assert counted("katip_events_total", **tag) == before
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        record(OPERATOR, datetime.now(UTC), Happening(tag["tag"]))
    assert counted("katip_events_total", **tag) == before + 1


def test_a_request_has_a_number_and_a_strangers_is_not_taken_over(settings: Any) -> None:
    given = {"X-Request-ID": "of-the-proxy-1"}
    own = Client().get(reverse("health"), headers=given).headers["X-Request-ID"]
    assert re.fullmatch(r"[a-z]{16}", own)
    settings.KATIP = settings.KATIP.model_copy(update={"trusted_proxies": 1})
    assert Client().get(reverse("health"), headers=given).headers["X-Request-ID"] == "of-the-proxy-1"
    forged = {"X-Request-ID": "x\" onload='"}
    assert re.fullmatch(r"[a-z]{16}", Client().get(reverse("health"), headers=forged).headers["X-Request-ID"])


def test_a_line_for_each_request_says_what_it_cost(log: io.StringIO, world: World) -> None:
    answer = entered(world, "owner").get(reverse("inbox"))
    (told,) = [line for line in map(json.loads, log.getvalue().splitlines()) if line.get("route") == "inbox"]
    assert (told["method"], told["status"], told["request"]) == ("GET", 200, answer.headers["X-Request-ID"])
    assert told["statements"] > 2
    assert 0 < told["database_milliseconds"] <= told["milliseconds"]
    assert told["cpu_milliseconds"] > 0


def test_nobody_can_be_found_in_the_log_of_a_walk_through_every_page(log: io.StringIO, world: World) -> None:
    contract = world.accepted(140, at=datetime.now(UTC))
    people = [world.owner, world.stranger, world.newcomer, *Person.objects.all()[:20]]
    ids = {one.national_id for one in people}
    phone, email = "05551234567", "ayse.gizli@ornek.com.tr"
    typed = {
        "ara": world.owner.national_id,
        "login": world.owner.national_id,
        "phone": phone,
        "email": email,
        "firma": "x",
    }
    inside, outside = entered(world, "owner"), Client()
    inside.raise_request_exception = outside.raise_request_exception = False
    for drawn, pattern in routes():
        if str(pattern.name) not in {"account_logout", "session_keep", "guide_pdf"}:
            address = drawn.replace("<int:no>", str(contract.process_id or 1)).replace("<int:part>", "1")
            inside.get(address, typed)
            if getattr(pattern.callback, "access", None) == Access.PUBLIC:
                outside.post(address, {**typed, "password": "not-the-right-one"})
    inside.get(f"/yok/{world.owner.national_id}/?e-posta={email}")
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO core_fact (name, at, value) SELECT %s, now(), '' FROM generate_series(1, 2)", [email]
            )
    except IntegrityError:
        logging.getLogger("katip.trial").exception("%s could not be kept for %s", phone, world.owner.national_id)
    told = log.getvalue()
    assert told.count("\n") > 250
    found = {one for one in (*ids, phone, phone[1:], email, "ayse.gizli") if one in told}
    assert found == set()
    assert world.owner.family_name not in told
    assert "could not be kept" in told
    assert "IntegrityError" in told


def test_nothing_of_tracing_is_loaded_where_it_is_off() -> None:
    tracing.tracing_start("", "web", version="1")
    assert tracing._tracer is None


def test_a_trace_names_route_and_statement_and_nobody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    sdk = pytest.importorskip("opentelemetry.sdk.trace")
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    kept = InMemorySpanExporter()
    provider = sdk.TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    client = entered(world, "owner")
    monkeypatch.setattr(tracing, "_tracer", provider.get_tracer("trial"))
    client.get(reverse("companies"), {"ara": world.owner.national_id})
    spans = kept.get_finished_spans()
    (request,) = [span for span in spans if span.name == "GET companies"]
    statements = [span for span in spans if span.parent and span.parent.span_id == request.context.span_id]
    assert request.attributes is not None
    assert request.attributes["katip.statements"] == len(statements) > 2
    told = "".join(span.to_json() for span in spans)
    assert world.owner.national_id not in told
    assert "/firmalar/" not in told
