"""The calls' addresses, under `/api/`. The version stands in the address: what is promised there stays."""

from django.urls import path

from katip.api import chip
from katip.api.feed import urls as feed
from katip.api.v1 import urls as v1

urlpatterns = [
    path("chip/v1/claim", chip.claim, name="chip_claim"),
    path("chip/v1/stage", chip.stage, name="chip_stage"),
    path("chip/v1/evidence", chip.evidence, name="chip_evidence"),
    path("chip/v1/abandon", chip.abandon, name="chip_abandon"),
    *feed.paths,
    *v1.paths,
]
