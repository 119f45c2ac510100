from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("counter", "0002_purposes_and_notices"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="review",
            index=models.Index(condition=models.Q(("outcome", "objected")), fields=["-at"], name="review_objected"),
        ),
    ]
