"""The settings of the admin's process: those of all, with sessions, pages and languages. The API has none of it."""

from datetime import timedelta
from urllib.parse import urlsplit

from django.utils.csp import CSP

from caferoam.settings import *  # noqa: F403 - the point of the file
from caferoam.settings import ALLOWED_HOSTS, BASE_DIR, CAFEROAM_ENV, INSTALLED_APPS, env

# Behind a proxy Django sees http://, and would refuse every form that comes from https://.
ADMIN_URL = env.url("ADMIN_URL", ["https"], None if CAFEROAM_ENV == "production" else "")
if ADMIN_URL:
    CSRF_TRUSTED_ORIGINS = ["{0.scheme}://{0.netloc}".format(urlsplit(ADMIN_URL))]
    ALLOWED_HOSTS = [*ALLOWED_HOSTS, str(urlsplit(ADMIN_URL).hostname)]

_API_ONLY = {"rest_framework", "drf_spectacular"}
_WITH_PAGES = {"caferoam.desk.apps.AdminTablesConfig": "django.contrib.admin.apps.SimpleAdminConfig"}
INSTALLED_APPS = [_WITH_PAGES.get(app, app) for app in INSTALLED_APPS if app not in _API_ONLY]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "caferoam.desk.middleware.refuse_nul",
    "django.middleware.common.CommonMiddleware",
    "caferoam.desk.middleware.show_unseen_characters",  # after that one, which notes the length
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "caferoam.desk.middleware.end_idle_sessions",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "caferoam.admin_urls"
WSGI_APPLICATION = "caferoam.admin_wsgi.application"
APPEND_SLASH = True
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            # By name, because what stands in a folder "templatetags" is loaded by every process with a template.
            "libraries": {"desk": "caferoam.desk.display", "spending": "enrichment.spending.display"},
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# --- Who may do what with these pages -------------------------------------------------------------------------------
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}
SECURE_REFERRER_POLICY = "same-origin"  # under no-referrer, browsers send forms with "Origin: null", which is refused
_IS_HTTPS = CAFEROAM_ENV == "production"
_PREFIX = "__Host-" if _IS_HTTPS else ""  # browsers then take the cookie over https from this very host only
SESSION_COOKIE_NAME = f"{_PREFIX}caferoam_admin"
SESSION_COOKIE_AGE = int(timedelta(minutes=30).total_seconds())  # from the last thing that the operator did
CSRF_COOKIE_NAME = f"{_PREFIX}caferoam_admin_form"
LANGUAGE_COOKIE_NAME = f"{_PREFIX}caferoam_admin_language"
LANGUAGE_COOKIE_AGE = int(timedelta(days=365).total_seconds())
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _IS_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "caferoam.desk.errors.forged"
LOGIN_URL = "admin:login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]

# --- Static files: from the packages themselves, read once at start ---------------------------------------------------
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.AppDirectoriesFinder"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 300  # seconds; the names stay the same from one version to the next

# --- Languages --------------------------------------------------------------------------------------------------------
LANGUAGES = [("en", "English"), ("zh-hant", "繁體中文")]
LOCALE_PATHS = [BASE_DIR / "caferoam" / "locale"]
