"""Emptying a table at once passes by the triggers of rows: it is refused as well."""

from django.db import migrations

TRIGGERS = """
CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_eventdetail_no_truncate BEFORE TRUNCATE ON audit_eventdetail
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""


class Migration(migrations.Migration):
    """No model changes."""

    dependencies = [("audit", "0002_append_only")]

    operations = [
        migrations.RunSQL(
            TRIGGERS,
            "DROP TRIGGER audit_event_no_truncate ON audit_event; "
            "DROP TRIGGER audit_eventdetail_no_truncate ON audit_eventdetail;",
        )
    ]
