from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0005_of_province"),
    ]

    operations = [
        migrations.AddField(
            model_name="official",
            name="ended_on",
            field=models.DateField(null=True),
        ),
        migrations.AlterField(
            model_name="official",
            name="role",
            field=models.CharField(
                choices=[
                    ("inspector", "müfettiş"),
                    ("directorate", "yetkilendirme görevlisi"),
                    ("counter", "gişe görevlisi"),
                    ("supervisor", "gişe denetmeni"),
                    ("operator", "işletmeci"),
                ],
                max_length=12,
            ),
        ),
    ]
