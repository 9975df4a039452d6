"""All settings, read from the environment once. `.env.example` lists every name."""

from datetime import timedelta
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP
from psycopg.conninfo import conninfo_to_dict

from caferoam.env import Environment
from caferoam.grace import LAST_STEPS
from caferoam.logs import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()

CAFEROAM_ENV = env.choice(
    "CAFEROAM_ENV",
    ["local", "test", "production"],
    "production",
)
DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.secret(
    "SECRET_KEY", minimum_length=32, hint="No stack is running here: start one with `make run`, or set it yourself."
)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ["127.0.0.1", "localhost"])
# In front of this process. Each adds the address it sees to X-Forwarded-For; what stands before is anybody's claim.
NUM_PROXIES = env.number("NUM_PROXIES", 1 if CAFEROAM_ENV == "production" else 0)
if NUM_PROXIES:  # they end TLS, and say so; nobody else is believed
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
if DEBUG and CAFEROAM_ENV == "production":
    raise ImproperlyConfigured("DEBUG must be off in production.")

INSTALLED_APPS = [
    "caferoam.desk",  # before the admin, whose templates it changes
    "caferoam.desk.apps.AdminTablesConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "django_celery_beat",
    "caferoam.database",
    "caferoam.jobs",
    "caferoam.providers",  # ensure_buckets
    "caferoam.local",  # dev_token and prepare_stack, which refuse to work in production
    "caferoam.smoke",
    "accounts",
    "shops",
    "checkins",
    "stamps",
    "lists",
    "enrichment",
    "digest",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "caferoam.api.middleware.RequestMiddleware",
    "caferoam.api.throttling.middleware.ThrottleMiddleware",
    "caferoam.api.middleware.refuse_malformed",
]
SECURE_CSP = {"default-src": [CSP.NONE], "frame-ancestors": [CSP.NONE]}
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if CAFEROAM_ENV == "production" else 0
ROOT_URLCONF = "caferoam.urls"
WSGI_APPLICATION = "caferoam.wsgi.application"
APPEND_SLASH = False
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
STATIC_URL = "/static/"

# --- Postgres -------------------------------------------------------------------------------------------------------
_DATABASE_HINT = "No stack is running here: start one with `make run`, or set it to a postgresql:// URL."
DATABASE_URL = env.url("DATABASE_URL", ["postgresql", "postgres"], hint=_DATABASE_HINT)
# LISTEN needs a session of its own, which a transaction-mode pooler does not give.
LISTEN_DATABASE_URL = env.url("LISTEN_DATABASE_URL", ["postgresql", "postgres"], DATABASE_URL)


# A server that is gone without a word, by a failover or a firewall, must not hold a process up for longer than this.
_DATABASE_PATIENCE = {
    "connect_timeout": "5",
    "keepalives": "1",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}


def _database(url: str) -> dict[str, object]:
    """Django's connection settings from a libpq URL; parameters it does not know go to the driver."""
    parts = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    return {
        "ENGINE": "caferoam.database.postgres",
        "NAME": parts.pop("dbname", ""),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "OPTIONS": _DATABASE_PATIENCE | parts,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "TEST": {"NAME": "test_caferoam"},
    }


DATABASES = {"default": _database(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Time and language ----------------------------------------------------------------------------------------------
USE_TZ = True
TIME_ZONE = "Asia/Taipei"
LANGUAGE_CODE = "en"  # of error texts, which are for developers; what members read is translated where it is shown
USE_I18N = True

# --- Logs -----------------------------------------------------------------------------------------------------------
LOGGING = logging_config(
    level=env.choice("LOG_LEVEL", ["DEBUG", "INFO", "WARNING", "ERROR"], "INFO"), json=CAFEROAM_ENV == "production"
)

# --- Metrics --------------------------------------------------------------------------------------------------------
METRICS_HOST = env.text("METRICS_HOST", "127.0.0.1")
METRICS_PORT = env.number("METRICS_PORT", 0)
METRICS_TOKEN = env.secret("METRICS_TOKEN", minimum_length=16) if env.text("METRICS_TOKEN", "") else ""
# Classes, by dotted name, of collectors whose numbers each relay tells beside its own.
METRICS_COLLECTORS = ["enrichment.spending.gauges.SpendGauges", "accounts.erasure.gauges.ErasureGauges"]
# Whether anybody can ask for them; if not, nothing is counted.
METRICS = CAFEROAM_ENV != "production" or bool(METRICS_PORT or METRICS_TOKEN)

# --- Crash reports --------------------------------------------------------------------------------------------------
SENTRY_DSN = env.url("SENTRY_DSN", ["https", "http"], "")
# Whether each entry of the schedule gets a monitor with it, which Sentry may charge for.
SENTRY_MONITORS = env.flag("SENTRY_MONITORS", default=True)
RELEASE = env.text("CAFEROAM_RELEASE", env.text("RAILWAY_GIT_COMMIT_SHA", ""))
if SENTRY_DSN:
    from caferoam import crash_reports  # not loaded where it is off

    crash_reports.start(SENTRY_DSN, environment=CAFEROAM_ENV, release=RELEASE)

# --- Supabase tokens ------------------------------------------------------------------------------------------------
SUPABASE_URL = env.url(
    "SUPABASE_URL", ["https", "http"], hint="It is the project's URL, like https://PROJECT.supabase.co."
).rstrip("/")
SUPABASE_JWKS_URL = env.url("SUPABASE_JWKS_URL", ["https", "http"], f"{SUPABASE_URL}/auth/v1/.well-known/jwks.json")
SUPABASE_JWT_ISSUER = env.text("SUPABASE_JWT_ISSUER", f"{SUPABASE_URL}/auth/v1")
SUPABASE_JWT_AUDIENCE = env.text("SUPABASE_JWT_AUDIENCE", "authenticated")
SUPABASE_JWT_SECRET = env.text("SUPABASE_JWT_SECRET", "")
# What the API speaks to Storage with, beside the member's own token; anybody may know it.
SUPABASE_PUBLISHABLE_KEY = env.prefixed(
    "SUPABASE_PUBLISHABLE_KEY", "sb_publishable_", required=CAFEROAM_ENV == "production"
)
# What workers and commands speak to Storage and Auth with: it opens everything, so the API never has it.
SUPABASE_SECRET_KEY = env.prefixed("SUPABASE_SECRET_KEY", "sb_secret_")
# For which its Storage and Auth may be silent before they count as gone.
SUPABASE_TIMEOUT = timedelta(seconds=10)
if CAFEROAM_ENV == "production" and not SUPABASE_URL.startswith("https://"):
    raise ImproperlyConfigured("SUPABASE_URL must begin with https:// in production.")

# --- API ------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["caferoam.api.authentication.SupabaseAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["caferoam.api.authentication.IsMember"],  # closed unless opened
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["caferoam.api.bodies.JsonBody"],
    "DEFAULT_SCHEMA_CLASS": "caferoam.api.schema.ProblemAutoSchema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "caferoam.api.problems.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "UNAUTHENTICATED_TOKEN": None,
    "URL_FORMAT_OVERRIDE": None,  # ?format= is an unknown parameter like any other
}
# How many times the limits of caferoam/api/throttling/scopes.py hold; 0 is no limit at all. Tests send more requests
# than people do.
THROTTLE_SCALE = env.number("THROTTLE_SCALE", {"test": 1_000, "local": 10}.get(CAFEROAM_ENV, 1))
if not THROTTLE_SCALE and CAFEROAM_ENV == "production":
    raise ImproperlyConfigured("THROTTLE_SCALE must be at least 1 in production: the API needs its limits.")
SPECTACULAR_SETTINGS = {
    "TITLE": "CafeRoam",
    "DESCRIPTION": "Find a café in Taiwan by what you want to do there. Errors are problem details (RFC 9457).",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "PREPROCESSING_HOOKS": ["caferoam.api.schema.drop_trailing_slash"],
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {"PhotoStatusEnum": ["pending", "claimed", "ready", "refused"]},  # else it is numbered
}

# --- Members ---------------------------------------------------------------------------------------------------------
# Where members write about their data; the text that they agree to names it.
PRIVACY_CONTACT = env.text("PRIVACY_CONTACT", "privacy@caferoam.example")

# --- Providers ------------------------------------------------------------------------------------------------------
LLM_PROVIDER = env.choice("LLM_PROVIDER", ["offline", "anthropic"], "offline")
ANTHROPIC_API_KEY = env.text("ANTHROPIC_API_KEY", "")  # worker and commands only
ANTHROPIC_MODEL = env.text("ANTHROPIC_MODEL", "claude-sonnet-5-5")
ANTHROPIC_MENU_MODEL = env.text("ANTHROPIC_MENU_MODEL", "claude-haiku-5-5")
ANTHROPIC_BASE_URL = env.url("ANTHROPIC_BASE_URL", ["https", "http"], "")
ANTHROPIC_TIMEOUT = timedelta(seconds=120)  # for the first byte of an answer, which comes when all of it is written
# Model: USD for a million tokens of input, output, writing to the cache (for 5 minutes) and reading from it, by the day
# from which they hold. https://platform.claude.com/docs/en/about-claude/pricing, as of 2026-11-01. All of these models
# know effort levels and structured output. Haiku costs more for prompts above 100,000 tokens, which ours never have.
ANTHROPIC_PRICES = {
    "claude-sonnet-5-5": {
        "2026-09-28": ("2", "10", "2.50", "0.20"),
        "2026-10-07": ("2", "10", "2.50", "0.10"),
    },
    "claude-sonnet-5": {"2026-06-30": ("2", "10", "2.50", "0.20")},
    "claude-haiku-5-5": {"2026-10-07": ("0.10", "0.50", "0.125", "0.01")},
}
EMBEDDINGS_PROVIDER = env.choice("EMBEDDINGS_PROVIDER", ["offline", "openai"], "offline")
OPENAI_API_KEY = env.text("OPENAI_API_KEY", "")  # worker, commands, and the API, whose searches are embedded too
OPENAI_EMBEDDING_MODEL = env.text("OPENAI_EMBEDDING_MODEL", "text-embedding-3-small")
OPENAI_BASE_URL = env.url("OPENAI_BASE_URL", ["https", "http"], "").rstrip("/")
OPENAI_TIMEOUT = timedelta(seconds=10)  # for which it may be silent; a search waits for it, then goes without meaning
# Model: USD for a million tokens, by the day from which it holds. https://developers.openai.com/api/docs/pricing, as of
# 2026-11-01. All of these models can shorten their vectors to the 1,536 dimensions that ours have.
OPENAI_PRICES = {
    "text-embedding-3-small": {"2024-01-25": ("0.02",)},
    "text-embedding-3-large": {"2024-01-25": ("0.13",)},
}
MAPS_PROVIDER = env.choice("MAPS_PROVIDER", ["offline", "mapbox"], "offline")
MAPBOX_ACCESS_TOKEN = env.text("MAPBOX_ACCESS_TOKEN", "")  # commands and the admin only
if MAPS_PROVIDER == "mapbox" and MAPBOX_ACCESS_TOKEN.partition(".")[0] not in {"", "pk", "sk", "tk"}:
    raise ImproperlyConfigured("MAPBOX_ACCESS_TOKEN must be a token that begins with pk. or sk.: is it another one's?")
MAPBOX_BASE_URL = env.url("MAPBOX_BASE_URL", ["https", "http"], "").rstrip("/")
MAPBOX_TIMEOUT = timedelta(seconds=8)  # for which it may be silent; a curator waits for it

# What search asks whether it may pay for a vector, and tells what one has cost: a module of the app with the books.
SEARCH_SPENDING = "enrichment.spending.search"

# --- Mail -----------------------------------------------------------------------------------------------------------
EMAIL_PROVIDER = env.choice("EMAIL_PROVIDER", ["offline", "resend"], "offline")
RESEND_API_KEY = env.prefixed("RESEND_API_KEY", "re_")
RESEND_BASE_URL = env.url("RESEND_BASE_URL", ["https", "http"], "").rstrip("/")
# Of the webhook; two while one takes the other's place.
RESEND_WEBHOOK_SECRETS = env.words("RESEND_WEBHOOK_SECRETS")
if not all(secret.startswith("whsec_") and len(secret) >= 16 for secret in RESEND_WEBHOOK_SECRETS):
    raise ImproperlyConfigured("RESEND_WEBHOOK_SECRETS must be signing secrets that begin with whsec_, with commas.")
MAIL_SENDER = env.text("MAIL_SENDER", "CafeRoam 啡遊 <weekly@caferoam.example>")
MAIL_POSTAL_LINE = env.text("MAIL_POSTAL_LINE", "CafeRoam 啡遊, Taipei, Taiwan")
# Where the offline mailer puts what it is given.
MAIL_FOLDER = env.text("MAIL_FOLDER", str(Path(env.text("CAFEROAM_LOCAL_DIR", str(BASE_DIR / ".local"))) / "mail"))
# What links in mail begin with: the pages of cafés, and the API, for the link that ends the mail.
WEB_URL = env.url(
    "WEB_URL", ["https", "http"], "http://127.0.0.1:3000" if CAFEROAM_ENV == "local" else "https://caferoam.example"
).rstrip("/")
API_URL = env.url(
    "API_URL", ["https", "http"], "http://127.0.0.1:8000" if CAFEROAM_ENV == "local" else "https://api.caferoam.example"
).rstrip("/")

# --- Analytics ------------------------------------------------------------------------------------------------------
ANALYTICS_PROVIDER = env.choice("ANALYTICS_PROVIDER", ["offline", "posthog"], "offline")
# Of the project; no secret, browsers have it too. A personal one (phx_) opens more, and is refused.
POSTHOG_API_KEY = env.prefixed("POSTHOG_API_KEY", "phc_", required=ANALYTICS_PROVIDER == "posthog")
POSTHOG_HOST = env.url("POSTHOG_HOST", ["https", "http"], "https://eu.i.posthog.com").rstrip("/")

# --- Members who leave ----------------------------------------------------------------------------------------------
# Tells erased members when a backup has brought them back. Kept apart from SECRET_KEY, which may be changed.
ERASURE_HMAC_KEY = env.text("ERASURE_HMAC_KEY", "" if CAFEROAM_ENV == "production" else f"erasure:{SECRET_KEY}")
# Functions, by dotted name, that take a member's id and let another service forget them.
MEMBER_RECORD_ERASERS: list[str] = []

# --- Jobs -----------------------------------------------------------------------------------------------------------
REDIS_URL = env.url("REDIS_URL", ["redis", "rediss", "unix"], hint=_DATABASE_HINT.replace("postgresql", "redis"))
JOBS_NOTIFY = env.flag("JOBS_NOTIFY", default=True)
JOBS_LEASE = timedelta(seconds=90)  # unrenewed for so long, a row is rescued; outlives a restart of Postgres
JOBS_KEEP_EVERY = timedelta(seconds=20)  # four chances to renew before the lease runs out
JOBS_RESCUE_EVERY = timedelta(seconds=15)
# From SIGTERM to SIGKILL, as the platform is configured: one number for both.
JOBS_STOP_GRACE = timedelta(seconds=env.number("JOBS_STOP_GRACE", 45, minimum=10))
JOBS_FINISH_WITHIN = JOBS_STOP_GRACE - LAST_STEPS  # what running jobs get of it; then their rows go back
# After they ended. Longer than a missed turn of the schedule is made up for.
JOBS_KEEP_COMPLETED = timedelta(days=14)
JOBS_KEEP_FAILED = timedelta(days=30)
JOBS_KEEP_DEAD_LETTERS = timedelta(days=90)
# Job type: crontab in TIME_ZONE, and what it is for. Written to the schedule once; edit it there.
JOBS_SCHEDULE = {
    "staleness_sweep": (
        "0 3 * * *",
        'Describes cafés anew whose description is over 90 days old, the oldest first; {"limit": 200} bounds a night.',
    ),
    "drift_rescue": (
        "0 4 * * *",
        "Queues what live cafés lack and no job is about to make: descriptions, search vectors. Weighs all tags anew.",
    ),
    "collect_llm_batches": (
        "*/10 * * * *",
        "Collects the answers to batches that backfill enrich --batch has handed to a vendor.",
    ),
    "prune_jobs": (
        "17 * * * *",
        "Deletes jobs that ended long ago: completed ones after 14 days, failed ones after 30, dead letters after 90.",
    ),
    "settle_deletions": (
        "41 * * * *",
        "Forgets the ids of members who were erased two days ago, and queues erasures at which nobody is.",
    ),
    "expire_exports": (
        "11 * * * *",
        "Deletes exports of members' data 24 hours after they were ready.",
    ),
    "sweep_uploads": (
        "47 * * * *",
        "Deletes uploads that nothing used within a day, and after 30 days those that were refused.",
    ),
    "weekly_email": ("0 9 * * 1", "Sends the weekly edition to the members who have asked for it."),
}
# Shops that a staleness sweep queues at most, unless its entry in the schedule says otherwise. It must neither bury the
# day's new shops nor spend a month's budget at once.
STALENESS_DAILY_LIMIT = 500

CELERY_BROKER_URL = REDIS_URL
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # No copy in Redis of what a worker has fetched, and so no second delivery of a long job: a dead worker's rows come
    # back by their lease, long before that copy would. It took a quarter of the time of a worker's main process.
    "ack_emulation": False,
    "socket_timeout": 10,  # the default waits for ever on a half-open socket
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 25,  # lets a worker notice that it has gone deaf
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True  # Redis may come up after us
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # … or much later
CELERY_TASK_IGNORE_RESULT = True  # the row is the result
CELERY_TASK_ACKS_LATE = True  # only then do running jobs count as fetched: two are fetched for two processes, not four
CELERY_TASK_REJECT_ON_WORKER_LOST = False  # the lease keeper puts the row back; a reject would hide it
CELERY_TASK_RETRY_ON_WORKER_LOST = False  # one system of retries is enough
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False  # a job does not need Redis to finish
CELERY_WORKER_PREFETCH_MULTIPLIER = 1  # what one worker hoards, another cannot start; fetching takes 0.2 ms
CELERY_WORKER_DISABLE_PREFETCH = True  # the same after a reconnection, when what still runs is no longer counted
CELERY_WORKER_ETA_TASK_LIMIT = 100  # a fuse: nothing here waits in a worker's memory, scheduled_at does that
CELERY_WORKER_DETECT_QUORUM_QUEUES = False  # RabbitMQ only; saves a round trip
CELERY_WORKER_ENABLE_REMOTE_CONTROL = True  # `celery inspect`
CELERY_WORKER_SEND_TASK_EVENTS = False  # the table tells more than events would
CELERY_DB_REUSE_MAX = 1_000_000  # jobs look after the connection themselves; a new one for every job costs milliseconds
CELERY_BEAT_SCHEDULER = "caferoam.jobs.schedule:JobScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5  # seconds until an edited schedule counts
CELERY_BEAT_ENABLE_REMOTE_CONTROL = True  # `celery inspect ping -d celerybeat@HOST` answers only while beat ticks
