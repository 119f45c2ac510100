"""Addresses of those who keep the service running."""

from django.urls import path

from katip.web.watch import health, views

paths = [
    path("isletim/", views.operation, name="operation"),
    path("saglik/hazir/", health.ready, name="ready"),
]
