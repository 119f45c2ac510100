"""The addresses of version 1, each behind its guard, and those that describe them."""

from django.urls import path

from katip.api.access import ninja_paths, open_to_all
from katip.api.v1 import faults
from katip.api.v1.description import document
from katip.api.v1.docs import docs
from katip.api.v1.guard import guarded
from katip.api.v1.known import api

faults.register()
paths = [
    *ninja_paths(api, "v1/", guarded),
    path("v1/openapi.json", open_to_all(document), name="v1_openapi"),
    path("v1/docs", open_to_all(docs), name="v1_docs"),
]
