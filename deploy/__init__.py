"""How Katip is put on machines: a reference cluster, templates, units, faults to try."""
