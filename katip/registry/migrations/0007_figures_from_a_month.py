import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0006_offices"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="headcount",
            name="headcount_zero",
        ),
        migrations.AddField(
            model_name="headcount",
            name="activity",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="registry.activity",
            ),
        ),
        migrations.AddField(
            model_name="headcount",
            name="feed",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="headcount",
            name="workplace",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="headcounts",
                to="registry.workplace",
            ),
        ),
        migrations.AddIndex(
            model_name="headcount",
            index=models.Index(fields=["feed", "workplace"], name="headcount_of_feed"),
        ),
    ]
