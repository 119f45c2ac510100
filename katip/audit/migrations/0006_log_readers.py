"""How far each reader of the log has read."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Small rows that change often: room is left beside them."""

    dependencies = [("audit", "0005_log")]

    operations = [
        migrations.CreateModel(
            name="LogReader",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("position", models.BigIntegerField()),
            ],
            options={"db_table": "audit_logreader"},
        ),
        migrations.RunSQL("ALTER TABLE audit_logreader SET (fillfactor = 50)", migrations.RunSQL.noop),
    ]
