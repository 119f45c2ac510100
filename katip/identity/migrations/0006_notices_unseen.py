"""How many notices are unread is asked for with every page."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0005_provider_links")]

    operations = [
        migrations.AddIndex(
            model_name="securitynotice",
            index=models.Index(condition=models.Q(("seen_at__isnull", True)), fields=["person"], name="notice_unseen"),
        ),
    ]
