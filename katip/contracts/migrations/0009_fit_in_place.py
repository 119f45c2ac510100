from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0008_bulk"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="contract",
            name="contract_short",
        ),
        migrations.RunSQL(
            "ALTER TABLE contracts_contract SET (fillfactor = 85)",  # room for a month's verdicts beside their rows
            "ALTER TABLE contracts_contract RESET (fillfactor)",
        ),
    ]
