"""Reading a photo of a menu that a member took: wait for the photo, read it, merge it into the shop's menu."""

import logging
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import Upload
from accounts.models.upload import MAX_BYTES
from caferoam.jobs import JobRun, PermanentError, enqueue
from caferoam.providers.llm import AnswerUnusable, Menu, MenuReader
from caferoam.providers.storage import Storage
from enrichment import ledger
from enrichment.menu_merging import Item, merge, valid_items
from enrichment.spending import budgets
from shops.models import MenuItem, Shop

logger = logging.getLogger("enrichment")

PURPOSE: Final = "enrich_menu_photo"
LOOK_AGAIN_AFTER: Final = timedelta(seconds=30)
READY_WITHIN: Final = timedelta(days=1)
_PATIENT_FOR: Final = timedelta(minutes=10)
_AT_LEISURE: Final = timedelta(minutes=30)


class MenuUnusable(Exception):
    """The reader was paid and said nothing that can be used. Another attempt may do better, and counts."""


def read_photo(
    run: JobRun, reader: MenuReader, storage: Storage, *, shop_id: UUID, upload_id: UUID, user_id: UUID
) -> None:
    """Merge what a photo shows into the shop's menu, and complete the job.

    A photo that is gone or refused, or shows no menu, changes nothing; nor does any where nothing can read it.

    Raises:
        PermanentError: the photo was not ready within a day.
        MenuUnusable: from ``_ask``.
        LaneClosed: the budget is reached.
        ProviderUnavailable, ProviderRefused: from the storage, or the reader.
        LeaseLost: the job was taken away; nothing was written.
    """
    if reader.provider == "offline":
        logger.info("menu photo %s is not read: LLM_PROVIDER is offline", upload_id)
        return
    upload = Upload.objects.filter(id=upload_id, user_id=user_id, purpose=Upload.Purpose.MENU_PHOTO).first()
    if upload is not None and upload.status in {Upload.Status.PENDING, Upload.Status.CLAIMED}:
        _look_again(run, upload)
        return
    if upload is None or upload.status != Upload.Status.READY or not Shop.objects.live().filter(pk=shop_id).exists():
        return
    budgets.check(reader, purpose=PURPOSE)
    image = storage.read(upload.photo_bucket or "", upload.photo_path or "", max_bytes=MAX_BYTES)
    if image is None:
        logger.info("menu photo %s is not read: its file is gone", upload_id)
        return
    menu = _ask(reader, image, _content_type(upload.photo_path or ""), job_id=run.id)
    items = valid_items(menu.entries)
    if not items:
        logger.info("menu photo %s: none of %d lines is an item", upload_id, len(menu.entries))
        return
    with run.completing():
        _write(shop_id, upload, items)


def _look_again(run: JobRun, upload: Upload) -> None:
    """Queue the job anew for a little later: a photo that is being made ready is no failure, and counts as none."""
    waited = timezone.now() - (upload.claimed_at or upload.created_at)
    if waited > READY_WITHIN:
        raise PermanentError(f"The photo {upload.pk} was not ready within a day: see its process_upload job.")
    pause = LOOK_AGAIN_AFTER if waited < _PATIENT_FOR else _AT_LEISURE
    with run.completing():
        enqueue(PURPOSE, dict(run.payload), scheduled_at=timezone.now() + pause)


def _ask(reader: MenuReader, image: bytes, content_type: str, *, job_id: UUID) -> Menu:
    try:
        menu = reader.read_menu(image, content_type)
    except AnswerUnusable as exc:
        ledger.note(exc.usage, reader, purpose=PURPOSE, job_id=job_id, items=0)
        raise MenuUnusable(str(exc)) from exc
    ledger.note(menu.usage, reader, purpose=PURPOSE, job_id=job_id)
    return menu


def _write(shop_id: UUID, upload: Upload, items: list[Item]) -> None:
    """Merge, within the caller's transaction. A photo that was deleted meanwhile leaves no trace."""
    shop = Shop.objects.select_for_update(no_key=True).live().filter(pk=shop_id).first()
    ready = Upload.objects.select_for_update(no_key=True).filter(pk=upload.pk, status=Upload.Status.READY).exists()
    if shop is None or not ready:
        return
    present = list(MenuItem.objects.select_for_update().filter(shop_id=shop_id).order_by("pk"))
    sources = {row.source_upload_id for row in present if row.source_upload_id}
    later = set(Upload.objects.filter(pk__in=sources, created_at__gt=upload.created_at).values_list("pk", flat=True))
    merged = merge(items, present, seen_later=later)
    # What a curator adds at the same moment stays: such a row is passed over.
    MenuItem.objects.bulk_create(
        [
            MenuItem(
                shop_id=shop_id,
                name=item.name,
                price_twd=item.price_twd,
                category=item.category,
                source=MenuItem.Source.MENU_PHOTO,
                source_upload_id=upload.pk,
                needs_review=item.needs_review,
            )
            for item in merged.new
        ],
        ignore_conflicts=True,
    )
    for row_id, item in merged.changed.items():
        MenuItem.objects.filter(pk=row_id).update(
            price_twd=item.price_twd,
            category=item.category,
            needs_review=item.needs_review,
            source_upload_id=upload.pk,
            updated_at=Now(),
        )
    logger.info("menu photo %s: %d items, %d of them new", upload.pk, merged.shown, len(merged.new))


def _content_type(path: str) -> str:
    return {"webp": "image/webp", "png": "image/png"}.get(path.rpartition(".")[2], "image/jpeg")
