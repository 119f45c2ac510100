from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("processes", "0002_life"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="process",
            index=models.Index(
                condition=models.Q(("code", 9001), ("state", "open")),
                fields=["provider"],
                name="update_of_provider",
            ),
        ),
    ]
