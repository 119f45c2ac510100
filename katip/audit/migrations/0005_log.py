"""The log's tables: events queue by themselves, and what has a position stays."""

import django.db.models.functions.datetime
from django.db import migrations, models

QUEUE = """
CREATE FUNCTION audit_queue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_logqueue (event_id) SELECT id FROM added;
    RETURN NULL;
END
$$;
CREATE TRIGGER audit_event_queue AFTER INSERT ON audit_event REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION audit_queue();
INSERT INTO audit_logqueue (event_id) SELECT id FROM audit_event ORDER BY id;
ALTER TABLE audit_logqueue SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
ALTER TABLE audit_logtile ALTER COLUMN hashes SET STORAGE EXTERNAL;
"""
"""The events are locked against inserts from the trigger's making on: none falls between it and the copy."""

TABLES = ("audit_logentry", "audit_logtile", "audit_checkpoint")
LOCKS = "".join(
    f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
    f"FOR EACH ROW EXECUTE FUNCTION audit_refuse(); "
    f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
    f"FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse(); "
    for table in TABLES
)


class Migration(migrations.Migration):
    """What was recorded before the log existed is given its position like everything else."""

    dependencies = [("audit", "0004_looks")]

    operations = [
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("size", models.BigIntegerField(primary_key=True, serialize=False)),
                ("root", models.BinaryField(max_length=32)),
                ("note", models.TextField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="LogEntry",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("event_id", models.BigIntegerField(unique=True)),
                ("entry", models.BinaryField(max_length=32)),
            ],
            options={"db_table": "audit_logentry"},
        ),
        migrations.CreateModel(
            name="LogQueue",
            fields=[
                ("event_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("since", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={"db_table": "audit_logqueue"},
        ),
        migrations.CreateModel(
            name="LogTile",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "level", "no", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("level", models.SmallIntegerField()),
                ("no", models.BigIntegerField()),
                ("hashes", models.BinaryField(max_length=8192)),
                ("root", models.BinaryField(max_length=32)),
            ],
            options={"db_table": "audit_logtile"},
        ),
        migrations.RunSQL(
            QUEUE + LOCKS,
            "DROP TRIGGER audit_event_queue ON audit_event; DROP FUNCTION audit_queue();",
        ),
    ]
