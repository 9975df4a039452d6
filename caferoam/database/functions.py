"""Database functions that several apps' models use."""

from django.db.models import Func, UUIDField


class GenRandomUUID(Func):
    """``gen_random_uuid()``, for ``db_default``: rows that triggers and COPY insert get a key as well."""

    function = "gen_random_uuid"
    output_field = UUIDField()


class NormalizedName(Func):
    """A name as search compares it. The SQL twin of ``caferoam.text.normalize.normalize``; a test holds the two together."""

    _INVISIBLE = r"[\u0001-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]"
    template = (
        "btrim(regexp_replace(translate(lower(normalize(translate("
        f"regexp_replace(%(expressions)s, '{_INVISIBLE}', '', 'g'), '´', ''''), NFKC)), "
        "'臺‘’ʼ‐', '台''''''-'), '\\s+', ' ', 'g'))"
    )
