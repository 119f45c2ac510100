"""Provinces, districts and the hazard class of every NACE code, from the facts that ship with the program."""

import csv
from pathlib import Path
from typing import Any

from django.db import migrations

PLACES = Path(__file__).parents[1] / "data" / "places.csv"
HAZARDS = Path(__file__).parents[2] / "rules" / "data" / "nace_hazard.csv"


def load(apps: Any, schema_editor: Any) -> None:
    """Insert what a new database needs to know."""
    using = schema_editor.connection.alias

    def model(name: str) -> Any:
        return apps.get_model("registry", name).objects.using(using)

    with PLACES.open(encoding="utf-8", newline="") as file:
        places = [(int(row["plate_code"]), row["province"], row["district"]) for row in csv.DictReader(file)]
    with HAZARDS.open(encoding="utf-8", newline="") as file:
        hazards = list(csv.DictReader(file))
    provinces, activities = model("Province"), model("Activity")
    provinces.bulk_create(provinces.model(code=code, name=name) for code, name in sorted({p[:2] for p in places}))
    model("District").bulk_create(
        apps.get_model("registry", "District")(province_id=code, name=district) for code, _, district in places
    )
    activities.bulk_create(activities.model(code=code) for code in sorted({row["code"] for row in hazards}))
    model("ActivityHazard").bulk_create(
        apps.get_model("registry", "ActivityHazard")(
            activity_id=row["code"],
            hazard_class=row["class"],
            valid_from=row["valid_from"],
            valid_to=row["valid_to"] or None,
            source=row["source"],
        )
        for row in hazards
    )


class Migration(migrations.Migration):
    """Facts, not sample data."""

    dependencies = [("registry", "0001_initial")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
