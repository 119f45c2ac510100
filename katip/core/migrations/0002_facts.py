"""What an installation knows of itself. New, so that the version before never looks at it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0001_turkish")]

    operations = [
        migrations.CreateModel(
            name="Fact",
            fields=[
                ("name", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("value", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
            ],
        ),
    ]
