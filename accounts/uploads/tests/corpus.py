"""Files as members send them, honest and hostile ones, all made here by code."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from functools import cache
from typing import Final

from PIL import Image, ImageCms, ImageDraw
from PIL.PngImagePlugin import PngInfo

RED, BLUE = (220, 30, 30), (20, 60, 200)
GPS_LATITUDE: Final = ((25, 1), (2, 1), (1234, 100))
SECRET: Final = b"Xyzzy-the-camera-owner"


def picture(width: int = 640, height: int = 400, mode: str = "RGB") -> Image.Image:
    """The left half red, the right half blue, with a line across, so that there is something to compress."""
    image = Image.new("RGB", (width, height), BLUE)
    draw = ImageDraw.Draw(image)
    draw.rectangle([0, 0, max(0, width // 2 - 1), height], fill=RED)
    draw.line([0, 0, width, height], fill="white", width=3)
    return image.quantize(64) if mode == "P" else image.convert(mode)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    """As a file of this kind, in Pillow's words: JPEG, PNG, WEBP, GIF, AVIF, PDF."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def jpeg(width: int = 640, height: int = 400, **options: object) -> bytes:
    """An honest one."""
    return saved(picture(width, height), "JPEG", **options)


def png(width: int = 640, height: int = 400, mode: str = "RGB", **options: object) -> bytes:
    """An honest one."""
    return saved(picture(width, height, mode), "PNG", **options)


def webp(width: int = 640, height: int = 400, mode: str = "RGB", **options: object) -> bytes:
    """An honest one."""
    return saved(picture(width, height, mode), "WEBP", **options)


def exif(orientation: int = 1) -> Image.Exif:
    """What a telephone notes: which way up, where on earth, and whose it is."""
    notes = Image.Exif()
    notes[0x0112] = orientation
    notes[0x010F] = SECRET.decode()
    notes[0x8825] = {1: "N", 2: tuple(a / b for a, b in GPS_LATITUDE), 3: "E", 4: (121.0, 31.0, 5.0)}
    return notes


@cache  # a profile holds the time at which it was made
def told_everything(kind: str) -> bytes:
    """A file with EXIF, GPS, XMP, a comment and a colour profile; ``SECRET`` stands in each that can hold it."""
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF>' + SECRET + b"</rdf:RDF></x:xmpmeta>"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    options: dict[str, object] = {"exif": exif().tobytes(), "icc_profile": profile}
    if kind == "PNG":
        notes = PngInfo()
        notes.add_text("Comment", SECRET.decode())
        notes.add_itxt("XML:com.adobe.xmp", xmp.decode())
        options["pnginfo"] = notes
    else:
        options["xmp"] = xmp
    if kind == "JPEG":
        options["comment"] = SECRET
    return saved(picture(), kind, **options)


def archive() -> bytes:
    """A ZIP with a class in it, as a JAR is."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("Evil.class", b"\xca\xfe\xba\xbe")
    return file.getvalue()


def frames(count: int = 3) -> Sequence[Image.Image]:
    """Different enough that no encoder drops one."""
    return [picture().rotate(30 * turn) for turn in range(count)]


def animated(kind: str) -> bytes:
    """An APNG or an animated WebP."""
    first, *others = frames()
    return saved(first, kind, save_all=True, append_images=others, duration=100)


def chunk(name: bytes, data: bytes) -> bytes:
    """Of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_of_nothing(width: int, height: int) -> bytes:
    """A PNG of so many black pixels in as few bytes as can be."""
    row = b"\0" + bytes(-(-width // 8))
    packer = zlib.compressobj(9)
    pixels = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def with_chunk(file: bytes, name: bytes, data: bytes) -> bytes:
    """The PNG with another chunk behind its first one."""
    return file[:33] + chunk(name, data) + file[33:]


def with_segment(file: bytes, marker: int, data: bytes) -> bytes:
    """The JPEG with another segment at its beginning."""
    return file[:2] + bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data + file[2:]


def jpeg_of_size(width: int, height: int) -> bytes:
    """A JPEG that only claims to be so large."""
    file = jpeg(16, 16)
    frame = file.index(b"\xff\xc0")
    return file[: frame + 5] + struct.pack(">HH", height, width) + file[frame + 9 :]


def many_scans(count: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again: some bytes each, and a whole picture's work."""
    file = jpeg(64, 64, progressive=True)
    last_scan = file.rindex(b"\xff\xda")
    return file[:last_scan] + file[last_scan:-2] * count + file[-2:]


def isobmff(brand: bytes) -> bytes:
    """The beginning of a HEIC, AVIF or MP4, by its brand."""
    return struct.pack(">I", 24) + b"ftyp" + brand + bytes(4) + b"mif1" + brand + bytes(100)


def behind_a_camera_photo() -> dict[str, bytes]:
    """What cameras leave behind the end of a JPEG."""
    film = struct.pack(">I", 24) + b"ftypmp42" + bytes(4) + b"mp42isom" + bytes(range(256)) * 8
    return {
        "padding": bytes(64),
        "a map of brightness": jpeg(32, 20),
        "two more pictures": jpeg(32, 20) + bytes(3) + jpeg(16, 10),
        "a film": film,
        "a map of brightness and a film": jpeg(32, 20) + film,
        "notes of Samsung": bytes([0, 0, 1, 10]) + b"Image_UTC_Data1700000000000SEFH" + bytes(20) + b"SEFT",
    }


HOSTILE: Final[dict[str, tuple[Callable[[], bytes], str]]] = {
    "nothing": (lambda: b"", "type_unknown"),
    "one byte": (lambda: b"\xff", "type_unknown"),
    "text": (lambda: b"hello, this is a photo", "type_unknown"),
    "noise": (lambda: bytes(range(1, 256)) * 40, "type_unknown"),
    "an MP4": (lambda: struct.pack(">I", 24) + b"ftypisom" + bytes(4) + b"isomavc1" + bytes(100), "type_unknown"),
    "a RIFF that is sound": (lambda: b"RIFF\x24\0\0\0WAVEfmt " + bytes(60), "type_unknown"),
    "HEIC": (lambda: isobmff(b"heic"), "type_heic"),
    "HEIC of ten bits": (lambda: isobmff(b"heix"), "type_heic"),
    "AVIF": (lambda: isobmff(b"avif"), "type_avif"),
    "AVIF as Pillow writes it": (lambda: saved(picture(64, 64), "AVIF"), "type_avif"),
    "GIF": (lambda: saved(picture(), "GIF"), "type_gif"),
    "GIFAR": (lambda: saved(picture(), "GIF") + archive(), "type_gif"),
    "SVG": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', "type_svg"),
    "SVG with a prologue": (lambda: b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- x --><SVG></SVG>', "type_svg"),
    "HTML": (lambda: b"\n <!DOCTYPE html><html><body><svg></svg></body></html>", "type_html"),
    "HTML without a head": (lambda: b"<script>alert(1)</script>", "type_html"),
    "PDF": (lambda: saved(picture(), "PDF"), "type_pdf"),
    "PDF behind some bytes": (lambda: b"x" * 500 + b"%PDF-1.7", "type_pdf"),
    "ZIP": (archive, "type_zip"),
    "JPEG of no pixels": (lambda: jpeg_of_size(0, 10), "damaged"),
    "JPEG whose height comes later": (lambda: jpeg_of_size(10, 0), "damaged"),
    "JPEG too wide": (lambda: jpeg_of_size(8001, 10), "too_many_pixels"),
    "JPEG too high": (lambda: jpeg_of_size(10, 8001), "too_many_pixels"),
    "JPEG too large": (lambda: jpeg_of_size(8000, 5001), "too_many_pixels"),
    "JPEG of 65,535 by 65,535": (lambda: jpeg_of_size(65535, 65535), "too_many_pixels"),
    "JPEG that is larger than it has data for": (lambda: jpeg_of_size(2000, 2000)[:-2], "truncated"),
    "JPEG with two frames": (lambda: _with_second_frame(jpeg(), jpeg_of_size(9, 9)), "damaged"),
    "JPEG of only a beginning": (lambda: b"\xff\xd8\xff", "truncated"),
    "JPEG of only two ends": (lambda: b"\xff\xd8\xff\xd9", "damaged"),
    "JPEG that begins with a scan": (lambda: b"\xff\xd8\xff\xda\0\x04\0\0" + jpeg()[2:], "damaged"),
    "JPEG with junk between its parts": (lambda: jpeg()[:2] + b"junk" + jpeg()[2:], "type_unknown"),
    "JPEG with junk later": (lambda: jpeg()[:20] + b"junk" + jpeg()[20:], "damaged"),
    "JPEG with a segment of no length": (lambda: b"\xff\xd8\xff\xe0\0\0" + jpeg()[2:], "damaged"),
    "JPEG with endless scans": (lambda: many_scans(101), "damaged"),
    "JPEG with its tables gone": (lambda: jpeg().replace(b"\xff\xdb", b"\xff\xef"), "damaged"),
    "JPEG and ZIP": (lambda: jpeg() + archive(), "embedded_content"),
    "JPEG with a ZIP in its comment": (lambda: with_segment(jpeg(), 0xFE, archive()), "embedded_content"),
    "JPEG with a ZIP in its film": (
        lambda: jpeg() + behind_a_camera_photo()["a film"] + archive(),
        "embedded_content",
    ),
    "JPEG with a script in its comment": (
        lambda: with_segment(jpeg(), 0xFE, b"*/=1/*<ScRipt>alert(1)</script>"),
        "embedded_content",
    ),
    "JPEG with PHP in its comment": (lambda: with_segment(jpeg(), 0xFE, b"<?php system('id');"), "embedded_content"),
    "JPEG that is a PDF too": (lambda: with_segment(jpeg(), 0xFE, b"%PDF-1.7\n1 0 obj"), "embedded_content"),
    "JPEG and RAR": (lambda: jpeg() + b"Rar!\x1a\x07\x01\0" + bytes(50), "embedded_content"),
    "JPEG and a page": (lambda: jpeg() + b"<html><body>", "embedded_content"),
    "JPEG and text": (lambda: jpeg() + b"#!/bin/sh\nrm -rf /\n", "trailing_data"),
    "JPEG and half a JPEG": (lambda: jpeg() + jpeg()[:900], "trailing_data"),
    "JPEG and a PNG": (lambda: jpeg() + png(8, 8), "trailing_data"),
    "PNG and JPEG": (lambda: png() + jpeg(), "trailing_data"),
    "PNG and a film": (lambda: png() + behind_a_camera_photo()["a film"], "trailing_data"),
    "PNG and ZIP": (lambda: png() + archive(), "embedded_content"),
    "PNG with PHP in a text": (
        lambda: with_chunk(png(), b"tEXt", b"Comment\0<?php eval($_GET[0]);"),
        "embedded_content",
    ),
    "PNG that announces other data first": (
        lambda: png()[:8] + chunk(b"tEXt", b"a\0" + b"b" * 40) + png()[8:],
        "damaged",
    ),
    "PNG of only a signature": (lambda: png()[:8], "truncated"),
    "PNG of no width": (lambda: png()[:16] + bytes(4) + png()[20:], "damaged"),
    "PNG too large by far": (lambda: png()[:16] + b"\x7f\xff\xff\xff" * 2 + png()[24:], "too_many_pixels"),
    "PNG bomb of 64 million pixels": (lambda: png_of_nothing(8000, 8000), "too_many_pixels"),
    "PNG bomb of 24 million pixels": (lambda: png_of_nothing(6000, 4000), "too_many_pixels"),
    "PNG whose pixels are broken": (lambda: png().replace(b"IDAT", b"IDAT\xff", 1)[:-1], "truncated"),
    "PNG with a wrong checksum": (lambda: png()[:45] + bytes([png()[45] ^ 1]) + png()[46:], "damaged"),
    "PNG without pixels": (lambda: png()[:33] + chunk(b"IEND", b""), "damaged"),
    "PNG with a text that is a bomb": (
        lambda: with_chunk(png(), b"zTXt", b"Comment\0\0" + zlib.compress(bytes(100_000_000))),
        "damaged",
    ),
    "APNG": (lambda: animated("PNG"), "animated"),
    "animated WebP": (lambda: animated("WEBP"), "animated"),
    "WebP animated behind its back": (lambda: _webp_with_chunk(b"ANMF"), "animated"),
    "WebP and ZIP": (lambda: webp() + archive(), "embedded_content"),
    "WebP and text": (lambda: webp() + b"and more", "trailing_data"),
    "WebP of only a beginning": (lambda: webp()[:20], "truncated"),
    "WebP of an unknown kind": (lambda: webp()[:12] + b"VP9 " + webp()[16:], "damaged"),
    "WebP without its start code": (lambda: webp()[:23] + bytes(3) + webp()[26:], "damaged"),
    "WebP without its signature": (lambda: webp(lossless=True)[:20] + b"\0" + webp(lossless=True)[21:], "damaged"),
    "WebP too wide": (lambda: webp()[:26] + struct.pack("<HH", 8001, 8) + webp()[30:], "too_many_pixels"),
    "WebP of 24 million pixels": (
        lambda: webp()[:26] + struct.pack("<HH", 6000, 4000) + webp()[30:],
        "too_many_pixels",
    ),
    "WebP whose canvas is not its picture": (
        lambda: webp(mode="RGBA")[:24] + b"\xff\x0f\0\xff\x0f\0" + webp(mode="RGBA")[30:],
        "damaged",
    ),
}
"""Each hostile file by what it is, with the reason that it is refused for."""


def _with_second_frame(file: bytes, other: bytes) -> bytes:
    """The first says what is checked; a decoder may go by the second."""
    frame = other[other.index(b"\xff\xc0") : other.index(b"\xff\xc4")]
    return file.replace(b"\xff\xda", frame + b"\xff\xda", 1)


def _webp_with_chunk(name: bytes) -> bytes:
    file = webp() + name + struct.pack("<I", 4) + bytes(4)
    return file[:4] + struct.pack("<I", len(file) - 8) + file[8:]
