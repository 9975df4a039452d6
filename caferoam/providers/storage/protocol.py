"""What CafeRoam asks of the place where files are kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO, Protocol


@dataclass(frozen=True)
class StoredObject:
    """One file. ``content_type`` is what whoever stored it said it was."""

    path: str
    bytes: int
    content_type: str


class Storage(Protocol):
    """Files by bucket and path, with the rights of one member or of our own workers. Safe to share between threads.

    Paths have no slash at either end. Every method raises only these two:

    Raises:
        ProviderUnavailable: try later.
        ProviderRefused: this will never be done, whatever the number of tries; lacking the right is one reason.
    """

    def sign_upload(self, bucket: str, path: str) -> str:
        """A URL to which one PUT within two hours may write the object. It never overwrites one that is there."""

    def sign_reads(self, bucket: str, paths: Sequence[str], *, ttl: timedelta) -> dict[str, str]:
        """A URL for each path, good for ``ttl``, in one call. Paths that are absent or not to be seen are left out."""

    def info(self, bucket: str, path: str) -> StoredObject | None:
        """What is kept there; None where nothing is, or nothing that may be seen."""

    def read(self, bucket: str, path: str, *, max_bytes: int, start_only: bool = False) -> bytes | None:
        """The object's bytes, or None as in ``info``.

        One of more than ``max_bytes`` is refused; with ``start_only`` its first ``max_bytes`` are returned instead, and
        no more than these are fetched.
        """

    def write(self, bucket: str, path: str, data: bytes, content_type: str) -> None:
        """Store the object, in place of the one that may be there. For workers only."""

    def write_file(self, bucket: str, path: str, file: BinaryIO, content_type: str) -> None:
        """The same with what an open file holds, from its beginning, which is sent bit by bit and costs no memory."""

    def list(self, bucket: str, prefix: str) -> Iterator[StoredObject]:
        """Every object in the folder ``prefix`` ('' is the whole bucket) and in the folders below it, by path."""

    def delete(self, bucket: str, paths: Sequence[str]) -> int:
        """Delete the objects, and say how many there were. Absent ones do not matter."""

    def public_url(self, bucket: str, path: str) -> str:
        """Where anybody may read an object of a public bucket. Asks nobody."""
