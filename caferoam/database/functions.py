"""Database functions that several apps' models use."""

from django.db.models import Func, UUIDField


class GenRandomUUID(Func):
    """``gen_random_uuid()``, for ``db_default``: rows that triggers and COPY insert get a key as well."""

    function = "gen_random_uuid"
    output_field = UUIDField()


class NormalizedName(Func):
    """A name as search compares it: ``caferoam.text.normalize.normalize`` in SQL. A test holds the two together."""

    _INVISIBLE = (
        r"[\u0001-\u0008\u000e-\u001b\u007f-\u0084\u0086-\u009f\u00ad"
        r"\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]"
    )
    # What Python's str.split folds; Postgres' \s alone knows fewer.
    _BLANK = r"[\s\u001c-\u001f\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
    template = (
        "btrim(regexp_replace(translate(lower(normalize(translate("
        f"regexp_replace(%(expressions)s, '{_INVISIBLE}', '', 'g'), '´', ''''), NFKC)), "
        f"'臺‘’ʼ‐', '台''''''-'), '{_BLANK}+', ' ', 'g'))"
    )
