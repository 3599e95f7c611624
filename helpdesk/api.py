"""The routes of the API: each app brings its viewsets, here they get their addresses."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from access.doors import public

router = SimpleRouter(use_regex_path=False)

urlpatterns = [
    path("v1/", include(router.urls)),
    path("schema/", public()(SpectacularAPIView.as_view()), name="schema"),
    path("docs/", public()(SpectacularSwaggerSplitView.as_view(url_name="api:schema")), name="docs"),
]
