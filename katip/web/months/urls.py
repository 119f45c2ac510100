"""Addresses of the pages that tell what a month did."""

from django.urls import URLPattern

paths: list[URLPattern] = []
