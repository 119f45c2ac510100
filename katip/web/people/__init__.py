"""Pages about who serves whom: own staff, own undertakings, a provider's staff, responsible managers."""
