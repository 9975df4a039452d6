"""What members send becomes a clean photo, or is refused with a reason."""

import io
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings as django_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from accounts.uploads.photos import Photo, make_photo
from accounts.uploads.refusals import PhotoRefused, Reason
from accounts.uploads.tests import corpus

GENEROUS = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def colour_at(image: Image.Image, x: float, y: float) -> tuple[int, ...]:
    value = image.convert("RGB").getpixel((int(x * (image.width - 1)), int(y * (image.height - 1))))
    assert isinstance(value, tuple)
    return tuple(int(channel) for channel in value)


def is_close(colour: tuple[int, ...], wanted: tuple[int, ...], by: int = 12) -> bool:
    return all(abs(a - b) <= by for a, b in zip(colour, wanted, strict=True))


def chunks(webp: bytes) -> Iterator[bytes]:
    """The names of a WebP's parts."""
    position = 12
    while position < len(webp):
        yield webp[position : position + 4]
        length = struct.unpack("<I", webp[position + 4 : position + 8])[0]
        position += 8 + length + length % 2


def copies(photo: Photo) -> tuple[bytes, bytes]:
    return photo.data, photo.thumbnail


@pytest.mark.parametrize("name", corpus.HOSTILE)
def test_a_hostile_file_is_refused_with_its_reason(name: str) -> None:
    make, reason = corpus.HOSTILE[name]

    with pytest.raises(PhotoRefused) as refusal:
        make_photo(make())

    assert refusal.value.reason == reason


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_that_a_file_tells_but_the_picture_is_in_any_copy(kind: str) -> None:
    sent = corpus.told_everything(kind)
    assert sent.count(corpus.SECRET) >= 2
    assert Image.open(io.BytesIO(sent)).getexif().get_ifd(0x8825), "the original tells where it was taken"

    photo = make_photo(sent)

    for copy in copies(photo):
        assert list(chunks(copy)) == [b"VP8 "], "pixels and nothing else"
        assert corpus.SECRET not in copy
        image = opened(copy)
        assert not image.getexif()
        assert not {"exif", "xmp", "icc_profile"} & image.info.keys()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_turned_the_way_its_camera_was_held(kind: str, orientation: int) -> None:
    upright = corpus.picture(600, 300)
    turned_back = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    as_held = upright.transpose(turned_back) if turned_back is not None else upright

    photo = make_photo(corpus.saved(as_held, kind, exif=corpus.exif(orientation).tobytes()))

    assert (photo.width, photo.height) == (600, 300)
    for copy in copies(photo):
        image = opened(copy)
        assert image.width == 2 * image.height
        assert is_close(colour_at(image, 0.1, 0.9), corpus.RED, by=20)
        assert is_close(colour_at(image, 0.9, 0.1), corpus.BLUE, by=20)


@pytest.mark.parametrize("orientation", [0, 9, 255])
def test_an_orientation_that_makes_no_sense_turns_nothing(orientation: int) -> None:
    photo = make_photo(corpus.saved(corpus.picture(600, 300), "JPEG", exif=corpus.exif(orientation).tobytes()))

    assert (photo.width, photo.height) == (600, 300)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    "notes", [b"", b"no TIFF at all", b"MM\0*", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\xff\xff"]
)
def test_broken_exif_does_not_cost_the_photo(kind: str, notes: bytes) -> None:
    sent = corpus.saved(corpus.picture(), kind, exif=b"Exif\0\0" + notes)

    assert make_photo(sent).width == 640


@pytest.mark.parametrize(
    ("size", "photo_size", "thumbnail_size"),
    [
        ((1, 1), (1, 1), (1, 1)),
        ((480, 480), (480, 480), (480, 480)),
        ((481, 200), (481, 200), (480, 200)),
        ((2048, 1000), (2048, 1000), (480, 234)),
        ((2049, 1000), (2048, 1000), (480, 234)),
        ((4032, 3024), (2048, 1536), (480, 360)),
        ((3024, 4032), (1536, 2048), (360, 480)),
        ((8000, 1), (2048, 1), (480, 1)),
        ((1, 8000), (1, 2048), (1, 480)),
        ((8000, 5000), (2048, 1280), (480, 300)),
    ],
)
@pytest.mark.slow
def test_a_photo_is_made_no_larger_than_needed_and_never_larger_than_it_was(
    size: tuple[int, int], photo_size: tuple[int, int], thumbnail_size: tuple[int, int]
) -> None:
    photo = make_photo(corpus.jpeg(*size))

    assert (photo.width, photo.height) == opened(photo.data).size == photo_size
    assert opened(photo.thumbnail).size == thumbnail_size


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_every_kind_of_jpeg_keeps_its_colours(mode: str, progressive: bool) -> None:
    sent = corpus.saved(corpus.picture(mode=mode), "JPEG", progressive=progressive, quality=90)

    image = opened(make_photo(sent).data)

    wanted = opened(sent).convert("RGB")
    for x in (0.1, 0.9):
        assert is_close(colour_at(image, x, 0.5), colour_at(wanted, x, 0.5))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA"])
def test_every_kind_of_png_keeps_its_colours(mode: str) -> None:
    sent = corpus.png(mode=mode)

    image = opened(make_photo(sent).data)

    wanted = opened(sent).convert("RGB")
    for x in (0.1, 0.9):
        assert is_close(colour_at(image, x, 0.5), colour_at(wanted, x, 0.5))


@pytest.mark.parametrize("level", [0, 100, 128, 200, 255])
def test_a_grey_of_sixteen_bits_keeps_its_brightness(level: int) -> None:
    sent = corpus.saved(Image.new("I;16", (64, 64), level * 257), "PNG")
    assert sent[24] == 16, "bits of a sample"

    assert is_close(colour_at(opened(make_photo(sent).data), 0.5, 0.5), (level, level, level), by=3)


def test_colours_of_sixteen_bits_keep_theirs() -> None:
    row = b"\0" + struct.pack(">HHH", 220 * 257, 30 * 257, 30 * 257) * 8
    head = corpus.chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 16, 2, 0, 0, 0))
    pixels = corpus.chunk(b"IDAT", zlib.compress(row * 8))
    sent = b"\x89PNG\r\n\x1a\n" + head + pixels + corpus.chunk(b"IEND", b"")

    assert is_close(colour_at(opened(make_photo(sent).data), 0.5, 0.5), corpus.RED)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_is_transparent_becomes_white(kind: str) -> None:
    image = corpus.picture(mode="RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 320, 400))

    made = opened(make_photo(corpus.saved(image, kind)).data)

    assert made.mode == "RGB"
    assert is_close(colour_at(made, 0.1, 0.5), (255, 255, 255))
    assert is_close(colour_at(made, 0.9, 0.5), corpus.BLUE)


@pytest.mark.parametrize(("mode", "transparent"), [("P", 0), ("L", 0), ("RGB", (0, 0, 0))])
def test_a_colour_that_is_declared_transparent_becomes_white(mode: str, transparent: object) -> None:
    sent = corpus.saved(Image.new(mode, (64, 64), 0), "PNG", transparency=transparent)

    assert is_close(colour_at(opened(make_photo(sent).data), 0.5, 0.5), (255, 255, 255))


def test_colours_are_brought_to_srgb() -> None:
    """In a profile with a gamma of 1, a middle value is much brighter than the same in sRGB."""
    sent = corpus.saved(Image.new("RGB", (64, 64), (128, 128, 128)), "PNG", icc_profile=linear_profile())

    red, green, blue = colour_at(opened(make_photo(sent).data), 0.5, 0.5)

    assert min(red, green, blue) > 175


@pytest.mark.parametrize("profile", [b"junk", bytes(200), b""])
def test_a_profile_that_makes_no_sense_is_passed_over(profile: bytes) -> None:
    sent = corpus.saved(corpus.picture(), "PNG", icc_profile=profile)

    assert is_close(colour_at(opened(make_photo(sent).data), 0.1, 0.5), corpus.RED)


def test_a_profile_of_another_kind_of_picture_is_passed_over() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    sent = corpus.saved(corpus.picture(), "PNG", icc_profile=lab)

    assert is_close(colour_at(opened(make_photo(sent).data), 0.1, 0.5), corpus.RED)


@pytest.mark.parametrize("name", corpus.behind_a_camera_photo())
def test_what_cameras_leave_behind_a_photo_is_no_reason_to_refuse_it(name: str) -> None:
    photo = make_photo(corpus.jpeg() + corpus.behind_a_camera_photo()[name])

    assert (photo.width, photo.height) == (640, 400)


def test_a_hundred_scans_are_not_too_many() -> None:
    assert make_photo(corpus.many_scans(90)).width == 64


def test_the_same_file_gives_the_same_photo() -> None:
    assert make_photo(corpus.told_everything("JPEG")) == make_photo(corpus.told_everything("JPEG"))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@given(share=st.floats(0, 1, exclude_max=True))
@GENEROUS
def test_a_file_that_was_cut_off_anywhere_is_refused(kind: str, share: float) -> None:
    whole = corpus.told_everything(kind)

    with pytest.raises(PhotoRefused) as refusal:
        make_photo(whole[: int(share * len(whole))])

    assert refusal.value.reason in {Reason.TRUNCATED, Reason.TYPE_UNKNOWN}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@given(data=st.data())
@GENEROUS
def test_no_damage_makes_anything_else_than_a_photo_or_a_refusal(kind: str, data: st.DataObject) -> None:
    broken = bytearray(corpus.told_everything(kind))
    for place in data.draw(st.lists(st.integers(0, len(broken) - 1), min_size=1, max_size=20)):
        broken[place] = data.draw(st.integers(0, 255))

    try:
        photo = make_photo(bytes(broken))
    except PhotoRefused as exc:
        assert exc.reason in Reason  # noqa: PT017 - either way is right
    else:
        assert opened(photo.data).size == (photo.width, photo.height)
        assert list(chunks(photo.data)) == [b"VP8 "]


LARGEST: dict[str, tuple[Callable[[], bytes], int]] = {
    "JPEG": (lambda: corpus.jpeg(8000, 5000), 120),
    "progressive JPEG": (lambda: corpus.jpeg(8000, 5000, progressive=True, subsampling=0), 330),
    "PNG": (lambda: corpus.png(5000, 4000, "RGBA"), 330),
    "WebP": (lambda: corpus.webp(5000, 4000, method=0), 350),
    "PNG of one bit": (lambda: corpus.png_of_nothing(5000, 4000), 200),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", LARGEST)
def test_the_largest_that_pass_take_no_more_memory_than_this(name: str) -> None:
    """In a process of its own, whose peak is its own."""
    make, limit_mb = LARGEST[name]
    script = r"""
import re, sys
from pathlib import Path
from accounts.uploads.photos import make_photo

def peak_mb():
    return int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) // 1024

data = sys.stdin.buffer.read()
before = peak_mb()
make_photo(data)
print(peak_mb() - before)
"""
    run = subprocess.run(
        [sys.executable, "-c", script], input=make(), capture_output=True, check=True, cwd=django_settings.BASE_DIR
    )

    assert 10 < int(run.stdout) < limit_mb


def linear_profile() -> bytes:
    """An RGB profile with sRGB's colours and a gamma of 1, which is built from sRGB's own by changing its curves."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack(">I", profile[128:132])[0]
    for entry in range(132, 132 + 12 * count, 12):
        name, offset, _ = struct.unpack(">4sII", profile[entry : entry + 12])
        if name in {b"rTRC", b"gTRC", b"bTRC"}:
            profile[offset : offset + 12] = b"curv" + bytes(8)  # no points: the identity
    return bytes(profile)
