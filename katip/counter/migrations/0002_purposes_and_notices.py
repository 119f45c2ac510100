from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("counter", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="application",
            name="noticed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="application",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("account", "account"),
                    ("second_step", "second_step"),
                    ("lost_factor", "lost_factor"),
                    ("both_lost", "both_lost"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(fields=["officer", "-decided_at"], name="application_of_officer"),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(fields=["national_id_key", "-id"], name="application_of_number"),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                condition=models.Q(("noticed_at__isnull", True)), fields=["id"], name="application_unnoticed"
            ),
        ),
    ]
