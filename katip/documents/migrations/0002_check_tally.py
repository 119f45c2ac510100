from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="CheckTally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hour", models.DateTimeField()),
                ("way", models.CharField(max_length=12)),
                ("outcome", models.CharField(max_length=12)),
                ("count", models.PositiveIntegerField()),
                ("recorded", models.PositiveIntegerField(db_default=0, default=0)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("count__gt", models.F("recorded"))),
                        fields=["hour"],
                        name="check_tally_open",
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("hour", "way", "outcome"), name="check_tally_once")],
            },
        ),
    ]
