"""The API's page for people: Swagger UI over /schema, every asset served by us, so that it works offline."""

from importlib.resources import files

from django.http import Http404, HttpResponse
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override
from drf_spectacular.renderers import OpenApiJsonRenderer2, OpenApiYamlRenderer, OpenApiYamlRenderer2
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from caferoam.api.health import AcceptAnything
from caferoam.api.params import QueryParams, parse_query
from caferoam.api.schema import document
from caferoam.api.views import PublicAPIView

_BUNDLE = files("drf_spectacular_sidecar") / "static" / "drf_spectacular_sidecar" / "swagger-ui-dist"
_TYPES = {
    "swagger-ui.css": "text/css; charset=utf-8",
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "favicon-32x32.png": "image/png",
}
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>CafeRoam API</title>
<link rel="icon" href="/docs/assets/favicon-32x32.png">
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
</head>
<body>
<div id="page"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/assets/start.js"></script>
</body>
</html>
"""
_START = 'SwaggerUIBundle({url: "/schema", dom_id: "#page", deepLinking: true, validatorUrl: null});\n'

# Swagger UI sets style attributes and draws its icons from data: URLs; scripts come from here alone.
relaxed_policy = csp_override(
    {
        "default-src": [CSP.NONE],
        "script-src": [CSP.SELF],
        "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
        "img-src": [CSP.SELF, "data:"],
        "connect-src": [CSP.SELF],
        "base-uri": [CSP.NONE],
        "form-action": [CSP.NONE],
        "frame-ancestors": [CSP.NONE],
    }
)


class Schema(PublicAPIView):
    """The OpenAPI document."""

    authentication_classes = ()
    renderer_classes = (OpenApiJsonRenderer2, OpenApiYamlRenderer2, OpenApiYamlRenderer)

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        """As JSON, or as YAML to those who accept only that."""
        parse_query(QueryParams, request)
        return Response(document())


@extend_schema(exclude=True)
class Docs(PublicAPIView):
    """The page."""

    authentication_classes = ()
    content_negotiation_class = AcceptAnything

    def get(self, request: Request) -> HttpResponse:
        """The page itself; it loads what follows."""
        parse_query(QueryParams, request)
        return HttpResponse(_PAGE)


@extend_schema(exclude=True)
class DocsAsset(PublicAPIView):
    """A file of the page."""

    authentication_classes = ()
    content_negotiation_class = AcceptAnything

    def get(self, request: Request, name: str) -> HttpResponse:
        """One of the few files that the page names."""
        parse_query(QueryParams, request)
        if name == "start.js":
            return HttpResponse(_START, content_type=_TYPES["swagger-ui-bundle.js"])
        if name not in _TYPES:
            raise Http404
        return HttpResponse(
            (_BUNDLE / name).read_bytes(),
            content_type=_TYPES[name],
            headers={"Cache-Control": "public, max-age=3600"},
        )
