"""Address of the inbox."""

from django.urls import path

from katip.web.inbox import views

paths = [path("bekleyenler/", views.inbox, name="inbox")]
