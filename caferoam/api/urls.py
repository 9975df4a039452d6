"""The routes that belong to no domain."""

from django.urls import path

from caferoam.api.docs import Docs, DocsAsset, Schema, relaxed_policy
from caferoam.api.health import Healthz, Readyz
from caferoam.api.metrics import Metrics
from caferoam.api.routing import route

urlpatterns = [
    *route("healthz", Healthz.as_view(), name="healthz"),
    *route("readyz", Readyz.as_view(), name="readyz"),
    *route("metrics", Metrics.as_view(), name="metrics"),
    *route("schema", Schema.as_view(), name="schema"),
    *route("docs", relaxed_policy(Docs.as_view()), name="docs"),
    path("docs/assets/<str:name>", DocsAsset.as_view(), name="docs-asset"),
]
