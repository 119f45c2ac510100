"""Pages for those who build: every component on one page. Mounted in development only."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from katip.web.access import Access, access
from katip.web.sample import sample_context


@access(Access.PUBLIC)
@require_GET
def components(request: HttpRequest) -> HttpResponse:
    """Every component with sample values, beside its name."""
    return render(request, "components_page.html", sample_context())
