"""Bodies that come without their length, in chunks or over HTTP/2: Django would take them for empty."""

from collections.abc import Iterable
from io import BytesIO
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from caferoam.api.middleware import BODY_MAX_BYTES


def measured(application: WSGIApplication) -> WSGIApplication:
    """The same application, which finds a length with every body. One that is too long is cut, and its length says so.

    The server must end the body itself, and say that in ``wsgi.input_terminated``; granian does.
    """

    def respond(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        reads = environ["REQUEST_METHOD"] not in {"GET", "HEAD"}
        if reads and not environ.get("CONTENT_LENGTH") and environ.get("wsgi.input_terminated"):
            body = environ["wsgi.input"].read(BODY_MAX_BYTES + 1)
            environ["CONTENT_LENGTH"] = str(len(body))
            environ["wsgi.input"] = BytesIO(body)
        return application(environ, start_response)

    return respond
