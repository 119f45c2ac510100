"""The addresses of version 1, each behind its guard, and those that describe them."""

from katip.api.access import ninja_paths
from katip.api.v1 import (
    compliance,
    contracts,
    documents,
    faults,
    offers,
    processes,
    professionals,
    sheet,
    token,
    workplaces,
)
from katip.api.v1.guard import guarded
from katip.api.v1.operations import api

OPERATIONS = (token, workplaces, compliance, professionals, offers, contracts, processes, documents, sheet)
"""the modules whose operations are the API; imported so that they are declared"""

faults.register()
paths = ninja_paths(api, "v1/", guarded)
