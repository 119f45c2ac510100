import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0009_fit_in_place"),
    ]

    operations = [
        migrations.AlterField(
            model_name="contractact",
            name="contract",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="acts",
                to="contracts.contract",
            ),
        ),
    ]
