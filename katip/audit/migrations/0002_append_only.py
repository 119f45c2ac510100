"""Second lock on the events: whoever holds the UPDATE or DELETE privilege is refused by a trigger all the same."""

from django.db import migrations

TRIGGERS = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit events are append-only' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_eventdetail_append_only BEFORE UPDATE ON audit_eventdetail
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
"""


class Migration(migrations.Migration):
    """The detail's deletion stays possible for the owner: the law asks for it."""

    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(
            TRIGGERS,
            "DROP TRIGGER audit_event_append_only ON audit_event; "
            "DROP TRIGGER audit_eventdetail_append_only ON audit_eventdetail; DROP FUNCTION audit_refuse();",
        )
    ]
