"""What the first bytes of a file tell, without any decoder."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.uploads import jpeg
from accounts.uploads.headers import Kind, read_header
from accounts.uploads.refusals import PhotoRefused, Reason
from accounts.uploads.tests import corpus
from accounts.uploads.verification import HEADER_MAX_BYTES

HONEST: dict[str, tuple[Kind, Callable[[], bytes]]] = {
    "JPEG": (Kind.JPEG, corpus.jpeg),
    "progressive JPEG": (Kind.JPEG, lambda: corpus.jpeg(progressive=True)),
    "JPEG with all its notes": (Kind.JPEG, lambda: corpus.told_everything("JPEG")),
    "JPEG with padding": (Kind.JPEG, lambda: corpus.jpeg()[:2] + b"\xff\xff\xff" + corpus.jpeg()[2:]),
    "JPEG with a marker that stands alone": (Kind.JPEG, lambda: corpus.jpeg()[:20] + b"\xff\x01" + corpus.jpeg()[20:]),
    "PNG": (Kind.PNG, corpus.png),
    "PNG with all its notes": (Kind.PNG, lambda: corpus.told_everything("PNG")),
    "WebP": (Kind.WEBP, corpus.webp),
    "WebP without loss": (Kind.WEBP, lambda: corpus.webp(lossless=True)),
    "WebP with all its notes": (Kind.WEBP, lambda: corpus.told_everything("WEBP")),
    "transparent WebP": (Kind.WEBP, lambda: corpus.webp(mode="RGBA", lossless=False)),
}


@pytest.mark.parametrize("name", HONEST)
def test_the_header_tells_kind_and_size(name: str) -> None:
    kind, make = HONEST[name]

    header = read_header(make())

    assert (header.kind, header.size) == (kind, (640, 400))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@given(share=st.floats(0, 1))
def test_less_of_a_file_never_tells_something_else(kind: str, share: float) -> None:
    whole = corpus.told_everything(kind)

    try:
        header = read_header(whole[: int(share * len(whole))])
    except PhotoRefused as exc:
        assert exc.reason in {Reason.TRUNCATED, Reason.TYPE_UNKNOWN}  # noqa: PT017 - either way is right
    else:
        assert header.size in {None, (640, 400)}


def test_a_size_that_stands_behind_what_was_read_is_left_open() -> None:
    """Cameras may write a film, or a map of distances, in front of it: the worker reads on."""
    file = corpus.jpeg()
    for _ in range(5):
        file = corpus.with_segment(file, 0xE1, bytes(65_000))

    header = read_header(file[:HEADER_MAX_BYTES])

    assert (header.kind, header.size) == (Kind.JPEG, None)
    assert read_header(file).size == (640, 400)


@pytest.mark.parametrize(
    "name",
    [name for name, (_, reason) in corpus.HOSTILE.items() if reason.startswith("type_")] + ["APNG", "animated WebP"],
)
def test_what_is_none_of_the_three_kinds_is_known_from_its_beginning(name: str) -> None:
    make, reason = corpus.HOSTILE[name]

    with pytest.raises(PhotoRefused) as refusal:
        read_header(make()[:HEADER_MAX_BYTES])

    assert refusal.value.reason == reason


def test_a_size_that_is_cut_off_is_left_open() -> None:
    file = corpus.jpeg()
    frame = file.index(b"\xff\xc0")

    assert [read_header(file[: frame + more]).size for more in (4, 8, 9)] == [None, None, (640, 400)]


def test_the_parts_of_a_jpeg_end_with_its_picture() -> None:
    file = corpus.jpeg()

    found = list(jpeg.segments(file + corpus.jpeg(8, 8)))

    assert found[-1] == (jpeg.END_OF_IMAGE, len(file), len(file))


@pytest.mark.parametrize(("width", "height"), [(8000, 5000), (5000, 8000), (8000, 1), (6324, 6324)])
def test_the_largest_that_is_allowed_passes(width: int, height: int) -> None:
    assert read_header(corpus.jpeg_of_size(width, height)).size == (width, height)


@pytest.mark.parametrize(("width", "height"), [(8001, 1), (1, 8001), (8000, 5001), (6325, 6325)])
def test_one_pixel_more_does_not(width: int, height: int) -> None:
    with pytest.raises(PhotoRefused) as refusal:
        read_header(corpus.jpeg_of_size(width, height))

    assert refusal.value.reason == Reason.TOO_MANY_PIXELS
