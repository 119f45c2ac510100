"""Schemathesis asks the whole API, in-process: no role gets an answer that the description does not declare.

Every operation gets the cases that the description calls for (borders, wrong types, missing parts, other methods) and a
few drawn ones. Drawn values are the same in every run.
"""

import traceback
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.generation.hypothesis.builder import HypothesisTestConfig, HypothesisTestMode, create_test

from katip.api.v1 import guard
from katip.api.v1.description import description
from katip.programs import selectors
from katip.programs.models import ApiToken
from katip.programs.scopes import Scope
from tests.api.v1.cast import Program, other_make, program_make
from tests.cast import World

pytestmark = pytest.mark.django_db

CONFIG = {
    "checks": {
        "positive_data_acceptance": {"expected-statuses": ["2xx", 304, 401, 403, 404, 409]},
        "missing_required_header": {"expected-statuses": [400, 401, 403]},
    },
    "generation": {"allow-x00": True, "deterministic": True},
}


@pytest.fixture
def schema(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The description, asked of the product itself."""
    monkeypatch.setattr(selectors, "CALLS_A_MINUTE", 1_000_000)
    monkeypatch.setattr(guard, "WRONG_TOKENS", "100000/5m/ip")
    found = schemathesis.openapi.from_dict(description(), config=SchemathesisConfig.from_dict(CONFIG))
    handler = WSGIHandler()

    def app(environ: dict[str, Any], start: Any) -> Any:
        return handler({"REMOTE_ADDR": "127.0.0.1", **environ}, start)

    found.app = app
    for signal in (request_started, request_finished):  # as Django's own test client: the test holds the connection
        signal.disconnect(close_old_connections)
    yield found
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def asked(schema: Any, secret: str, *, drawn: int, coverage: bool) -> int:
    """Ask every operation with this token; how many calls were made. All that is found is told together."""
    calls, wrong = 0, []
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}

    def ask(case: Any) -> None:
        nonlocal calls
        calls += 1
        if case.meta.generation.mode == GenerationMode.POSITIVE and isinstance(case.query, dict):
            case.query.pop("cursor", None)  # any text by its description, and yet only those handed out are taken
        case.call_and_validate(headers=headers)

    phases = (Phase.explicit, Phase.generate) if drawn else (Phase.explicit,)
    chosen = settings(
        max_examples=drawn or 1,
        deadline=None,
        derandomize=True,
        database=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
    )
    modes = [HypothesisTestMode.FUZZING] if drawn else []
    modes += [HypothesisTestMode.COVERAGE] if coverage else []
    for found in schema.get_all_operations():
        operation = found.ok()
        config = HypothesisTestConfig(project=schema.config, modes=modes, settings=chosen)
        try:
            create_test(operation=operation, test_func=ask, config=config)()
        except BaseException as failure:  # noqa: BLE001 -- hypothesis raises groups of them
            wrong.append("".join(traceback.format_exception_only(failure)) + _nested(failure))
    assert wrong == [], "\n".join(wrong)
    return calls


def _nested(failure: BaseException) -> str:
    found = getattr(failure, "exceptions", ())
    return "".join(str(one) + _nested(one) for one in found)


def test_a_program_with_every_scope(world: World, schema: Any) -> None:
    world.active()
    world.offer(140)
    assert asked(schema, program_make(world).secret, drawn=2, coverage=True) > 500


def test_others(world: World, schema: Any) -> None:
    world.active()
    expired, reader = program_make(world), program_make(world, Scope.CONTRACTS_READ, name="Okur")
    assert expired.token is not None
    ApiToken.objects.filter(pk=expired.token.pk).update(expires_at=timezone.now() - timedelta(days=1))
    for program in (Program(""), expired, reader, other_make(world)):
        asked(schema, program.secret, drawn=2, coverage=False)
