"""The files of a member, in every bucket."""

from collections.abc import Iterator
from itertools import islice
from typing import Final
from uuid import UUID

from caferoam.providers.errors import ProviderUnavailable
from caferoam.providers.storage import Storage
from caferoam.providers.storage.buckets import MEMBER_BUCKETS

_AT_ONCE: Final = 1_000


def delete_objects(member: UUID, storage: Storage) -> Iterator[tuple[str, int]]:
    """Delete all of them, some at a time; tells the bucket and how many of it went.

    Raises:
        ProviderUnavailable: the storage does not answer, or still lists what it says it has deleted.
    """
    for bucket in MEMBER_BUCKETS:
        before: list[str] = []
        # From the beginning each time: what is deleted moves what follows forward in the list.
        while paths := [found.path for found in islice(storage.list(bucket, str(member)), _AT_ONCE)]:
            if paths == before:
                raise ProviderUnavailable(f"{bucket}: what was deleted is still listed.")
            yield bucket, storage.delete(bucket, paths)
            before = paths


def buckets_left(member: UUID, storage: Storage) -> list[str]:
    """The buckets in which something of the member's is listed."""
    return [bucket for bucket in MEMBER_BUCKETS if any(True for _ in storage.list(bucket, str(member)))]
