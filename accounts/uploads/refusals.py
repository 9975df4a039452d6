"""Why a file is not taken. The codes are stable: they stand in rows, answers and metrics."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from caferoam.errors import CafeRoamError


class Reason(StrEnum):
    """What is wrong with an upload, or with the file behind it."""

    UNKNOWN_UPLOAD = "unknown_upload"
    WRONG_PURPOSE = "wrong_purpose"
    ALREADY_USED = "already_used"
    EXPIRED = "expired"
    MISSING = "missing"
    TOO_LARGE = "too_large"
    SIZE_DIFFERS = "size_differs"
    TYPE_HEIC = "type_heic"
    TYPE_AVIF = "type_avif"
    TYPE_GIF = "type_gif"
    TYPE_SVG = "type_svg"
    TYPE_HTML = "type_html"
    TYPE_PDF = "type_pdf"
    TYPE_ZIP = "type_zip"
    TYPE_UNKNOWN = "type_unknown"
    ANIMATED = "animated"
    TOO_MANY_PIXELS = "too_many_pixels"
    DAMAGED = "damaged"
    TRUNCATED = "truncated"
    TRAILING_DATA = "trailing_data"
    EMBEDDED_CONTENT = "embedded_content"
    TOO_SLOW = "too_slow"

    @property
    def message(self) -> str:
        """The sentence for the member."""
        return _MESSAGES[self]


_WANTED: Final = "Send a JPEG, PNG or WebP."

_MESSAGES: Final[Mapping[Reason, str]] = {
    Reason.UNKNOWN_UPLOAD: "There is no such upload of yours.",
    Reason.WRONG_PURPOSE: "This upload was asked for with another purpose.",
    Reason.ALREADY_USED: "This upload has been used already. Ask for a new one.",
    Reason.EXPIRED: "This upload has expired. Ask for a new one.",
    Reason.MISSING: "The file has not arrived. PUT it to the upload URL first.",
    Reason.TOO_LARGE: "The file is larger than 5 MB.",
    Reason.SIZE_DIFFERS: "The file does not have the size that was announced. Ask for a new upload and send it again.",
    Reason.TYPE_HEIC: f"This is a HEIC picture. {_WANTED}",
    Reason.TYPE_AVIF: f"This is an AVIF picture. {_WANTED}",
    Reason.TYPE_GIF: f"This is a GIF. {_WANTED}",
    Reason.TYPE_SVG: f"This is an SVG drawing. {_WANTED}",
    Reason.TYPE_HTML: f"This is a web page. {_WANTED}",
    Reason.TYPE_PDF: f"This is a PDF document. {_WANTED}",
    Reason.TYPE_ZIP: f"This is a ZIP archive. {_WANTED}",
    Reason.TYPE_UNKNOWN: f"This is no picture that we can read. {_WANTED}",
    Reason.ANIMATED: f"This picture is animated. {_WANTED}",
    Reason.TOO_MANY_PIXELS: "The picture has more than 8,000 pixels on a side, or more than 40 million in all.",
    Reason.DAMAGED: "The picture is damaged and cannot be read.",
    Reason.TRUNCATED: "The picture ends too early. Ask for a new upload and send it again.",
    Reason.TRAILING_DATA: "Something else is hidden behind the picture's end.",
    Reason.EMBEDDED_CONTENT: "The picture carries an archive, a document or a script.",
    Reason.TOO_SLOW: "The picture takes too long to be read.",
}


class PhotoRefused(Exception):
    """The bytes are not a photo that we take."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class UploadRefused(CafeRoamError):
    """Uploads that cannot be used. ``reasons`` has one for each field to blame; the answer carries their codes too."""

    code = "upload_refused"

    def __init__(self, reasons: Mapping[str, Reason]) -> None:
        super().__init__(
            " ".join(f"{field}: {reason.message}" for field, reason in reasons.items()),
            errors={field: [reason.message] for field, reason in reasons.items()},
            extensions={"reasons": {field: reason.value for field, reason in reasons.items()}},
        )
        self.reasons = dict(reasons)
