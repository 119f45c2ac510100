from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("updates", "0004_shares"),
    ]

    operations = [
        migrations.AddField(
            model_name="monthchunk",
            name="written_by",
            field=models.BigIntegerField(null=True),
        ),
    ]
