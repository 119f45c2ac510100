"""No table can be forgotten: each is named by a rule of retention."""

import pytest
from django.db import connections

from katip.rules.retention_kept import RULES
from tests.conftest import owner_connect


@pytest.mark.django_db(databases=["default", "owner"])
def test_every_table_has_its_rule() -> None:
    with owner_connect() as owner:
        rows = owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    connections["owner"].close()
    named = {table.partition(".")[0] for rule in RULES for table in rule.tables}
    assert {table for (table,) in rows} - named == set()
    assert named - {table for (table,) in rows} == set()
