"""Photos made anew from what members send: what a viewer sees, and nothing else of the file.

The picture is decoded, turned as its EXIF says, brought to sRGB, made no larger than needed and written as WebP,
without any metadata; transparent parts become white. The same bytes give the same photo. Memory and time are bounded by
what was checked before anything is decoded: some 300 MB and a few seconds for the worst that passes.

This loads Pillow: import it where a photo is at hand, not when a process starts.
"""

import io
import struct
import warnings
import zlib
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageCms
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from accounts.uploads.headers import Kind, read_header
from accounts.uploads.refusals import PhotoRefused, Reason
from accounts.uploads.structure import check_structure

PHOTO_MAX_SIDE: Final = 2_048
THUMBNAIL_MAX_SIDE: Final = 480
CONTENT_TYPE: Final = "image/webp"
MAX_PIXELS_WHOLE: Final = 20_000_000
"""Of a PNG or WebP: those are decoded as a whole, while a large JPEG is read at a half or a quarter of its size."""

_QUALITY: Final = 82
_THUMBNAIL_QUALITY: Final = 75

# The one that the first bytes name, and no other: Pillow's own search would try what it knows of forty formats.
_DECODERS: Final[dict[Kind, type[ImageFile]]] = {
    Kind.JPEG: JpegImageFile,
    Kind.PNG: PngImageFile,
    Kind.WEBP: WebPImageFile,
}
# All that Pillow was seen to raise for damaged files. A time limit or a lack of memory is not among them.
_DAMAGED: Final = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    EOFError,
    struct.error,
    zlib.error,
)
_ORIENTATION_TAG: Final = 0x0112
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True)
class Photo:
    """A clean photo and its thumbnail, both of ``CONTENT_TYPE``. Sizes are the photo's, in pixels."""

    data: bytes
    thumbnail: bytes
    width: int
    height: int


def make_photo(data: bytes) -> Photo:
    """A photo from a file of whatever content.

    Raises:
        PhotoRefused: it is none that we take.
    """
    header = read_header(data)
    if header.size is None:
        raise PhotoRefused(Reason.TRUNCATED)
    check_structure(header.kind, data)
    if header.kind is not Kind.JPEG and header.size[0] * header.size[1] > MAX_PIXELS_WHOLE:
        raise PhotoRefused(Reason.TOO_MANY_PIXELS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's remarks on the state of a file
        try:
            picture = _decode(header.kind, data, header.size)
        except _DAMAGED as exc:
            raise PhotoRefused(Reason.DAMAGED) from exc
    thumbnail = _fitted(picture, THUMBNAIL_MAX_SIDE)
    return Photo(_written(picture, _QUALITY), _written(thumbnail, _THUMBNAIL_QUALITY), *picture.size)


def _decode(kind: Kind, data: bytes, size: tuple[int, int]) -> Image.Image:
    source = _DECODERS[kind](io.BytesIO(data))
    if source.size != size:  # the decoder goes by something else than what was checked
        raise PhotoRefused(Reason.DAMAGED)
    source.draft(None, _fit(size, PHOTO_MAX_SIDE))
    source.load()
    turn = _TURNS.get(_orientation(source))
    profile = source.info.get("icc_profile")
    picture = _fitted(_with_smooth_colours(source), PHOTO_MAX_SIDE)
    if turn is not None:
        picture = picture.transpose(turn)
    return _on_white(picture, profile if isinstance(profile, bytes) else None)


def _orientation(source: ImageFile) -> int:
    try:
        value = source.getexif().get(_ORIENTATION_TAG)
    except _DAMAGED:
        return 1
    return value if isinstance(value, int) else 1


def _with_smooth_colours(source: Image.Image) -> Image.Image:
    """In a mode in which colours can be averaged: none of a palette, and none of 16 bits."""
    if source.mode.startswith("I"):
        return source.point(lambda value: value / 256).convert("L")  # convert alone would cut off all that is bright
    if source.has_transparency_data:
        return source.convert("RGBA")
    return source if source.mode in {"L", "RGB", "CMYK"} else source.convert("RGB")


def _fit(size: tuple[int, int], side: int) -> tuple[int, int]:
    scale = min(1.0, side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _fitted(picture: Image.Image, side: int) -> Image.Image:
    # Reduced by a whole number first, then smoothly: as good to the eye, and much faster.
    return picture.resize(_fit(picture.size, side), Image.Resampling.LANCZOS, reducing_gap=2.0)


def _on_white(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """In sRGB, opaque, and with nothing attached."""
    alpha = picture.getchannel("A") if picture.mode == "RGBA" else None
    colours = picture.convert("RGB") if alpha else picture
    clean = Image.new("RGB", picture.size, "white")
    clean.paste(_in_srgb(colours, profile), mask=alpha)
    return clean


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours as the picture's profile means them; one that makes no sense is passed over."""
    if profile is not None:
        try:
            meant = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(picture, meant, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None
        if converted is not None:
            return converted
    return picture.convert("RGB")


def _written(picture: Image.Image, quality: int) -> bytes:
    file = io.BytesIO()
    picture.save(file, "WEBP", quality=quality, method=4)
    return file.getvalue()
