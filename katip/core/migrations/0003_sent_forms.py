"""Which forms were taken in. New, so that the version before never looks at it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0002_facts")]

    operations = [
        migrations.CreateModel(
            name="SentForm",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
            ],
            options={"indexes": [models.Index(fields=["at"], name="sent_form_old")]},
        ),
    ]
