import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0007_figures_from_a_month"),
    ]

    operations = [
        migrations.AlterField(
            model_name="workplace",
            name="activity",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="registry.activity"
            ),
        ),
        migrations.RunSQL(
            "ALTER TABLE registry_workplace SET (fillfactor = 90)",  # room for other activities beside their rows
            "ALTER TABLE registry_workplace RESET (fillfactor)",
        ),
    ]
