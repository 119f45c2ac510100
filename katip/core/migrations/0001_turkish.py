"""The SQL functions behind Turkish searching and sorting.

The file is part of this migration, and frozen with it: a change comes as a new file and a new migration.
"""

from pathlib import Path

from django.db import migrations

FUNCTIONS = Path(__file__).parents[1] / "sql" / "turkish.sql"


class Migration(migrations.Migration):
    """Runs `sql/turkish.sql`."""

    dependencies = []

    operations = [
        migrations.RunSQL(
            sql=FUNCTIONS.read_text(encoding="utf-8"),
            reverse_sql=(
                "DROP FUNCTION katip_sort_key(text); DROP FUNCTION katip_search_key(text); DROP FUNCTION katip_latin(text);"
            ),
        )
    ]
