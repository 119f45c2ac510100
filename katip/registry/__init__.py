"""Who and what exists: workplaces, providers, professionals, mandates, places, activities, the workplace card."""
