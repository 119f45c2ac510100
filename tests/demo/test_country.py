"""A small country in the tests' own transaction: lawful, believable, the same for the same seed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from katip.contracts.fitness import fitness_of
from katip.contracts.models import Contract
from katip.demo.country.load import Country, country_load
from katip.registry.models import Workplace
from katip.rules import Profession

AT = datetime(2026, 10, 1, 6, tzinfo=UTC)


def made(folder: Path | None = None, *, workplaces: int = 300, seed: int = 7) -> Country:
    connection.ensure_connection()
    return country_load(connection.connection, workplaces=workplaces, seed=seed, folder=folder)


@pytest.mark.django_db
def test_every_contract_is_what_the_law_asks(tmp_path: Path) -> None:
    made(tmp_path)
    judged = fitness_of(Workplace.objects.values_list("pk", flat=True), AT)
    wrong = [
        contract.pk
        for contract in Contract.objects.all()
        if judged[contract.workplace_id].fitness(Profession(contract.profession)) != contract.fit
    ]
    assert wrong == []
