"""The modules whose operations are the API: imported here, so that whoever describes or serves them has them all."""

from katip.api.v1 import (
    compliance,
    contracts,
    documents,
    offers,
    processes,
    professionals,
    sheet,
    token,
    workplaces,
)
from katip.api.v1.operations import api

__all__ = ["OPERATIONS", "api"]

OPERATIONS = (token, workplaces, compliance, professionals, offers, contracts, processes, documents, sheet)
