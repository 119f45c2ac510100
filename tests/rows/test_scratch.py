import psycopg
import pytest
from tests.rows.pooler import pooled
from django.db import connection
@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_it():
    with pooled(1) as a:
        with psycopg.connect(**a, autocommit=True) as c:
            print(c.execute("select current_user, session_user").fetchone())
