"""Who looked at whom; a row is never changed. What has been kept long enough is deleted by the owner."""

import django.contrib.postgres.indexes
from django.db import migrations, models

TRIGGER = """
CREATE TRIGGER audit_look_no_update BEFORE UPDATE ON audit_look FOR EACH ROW EXECUTE FUNCTION audit_refuse();
"""


class Migration(migrations.Migration):
    """A table of its own beside the events: a person finds the looks at them by one index."""

    dependencies = [("audit", "0003_no_truncate")]

    operations = [
        migrations.CreateModel(
            name="Look",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("person_id", models.BigIntegerField()),
                ("event_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("actor_id", models.BigIntegerField(null=True)),
                ("capacity", models.CharField(max_length=20)),
                ("organisation_id", models.BigIntegerField(null=True)),
                ("occasion", models.CharField(max_length=20)),
                ("reason", models.CharField(blank=True, default="", max_length=20)),
            ],
        ),
        migrations.AddIndex(
            model_name="look",
            index=models.Index(fields=["person_id", "-at", "-event_id"], name="look_by_person"),
        ),
        migrations.AddIndex(
            model_name="look",
            index=django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=["at"], name="look_at"),
        ),
        migrations.RunSQL(TRIGGER, "DROP TRIGGER audit_look_no_update ON audit_look;"),
    ]
