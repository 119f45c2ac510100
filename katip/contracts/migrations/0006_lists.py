import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0005_acts_by_time"),
        ("registry", "0005_of_province"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="contract",
            index=models.Index(fields=["provider", "-id"], name="contract_provider_newest"),
        ),
        migrations.AddIndex(
            model_name="contract",
            index=models.Index(
                condition=models.Q(("end_reason", "workplace_closed"), ("state", "ended")),
                fields=["provider", "-id"],
                name="contract_renumbered",
            ),
        ),
        migrations.AlterField(
            model_name="contract",
            name="provider",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="contracts",
                to="registry.provider",
            ),
        ),
    ]
