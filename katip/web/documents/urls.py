"""Addresses of what is taken away. A document's number in an address says nothing; its code stands in none of these."""

from django.urls import path

from katip.web.documents import views

paths = [
    path("belgeler/<int:no>/indir/", views.document_download, name="document_download"),
    path("sozlesmeler/<int:no>/belge-iste/", views.document_want, name="document_want"),
    path("sozlesmeler/belgeler/", views.documents, name="documents"),
]
