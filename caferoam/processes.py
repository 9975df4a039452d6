"""What CafeRoam consists of when it runs: one table of its processes, wherever they run.

``make run`` starts them from it, and docker-compose.yml, the files for Railway and the docs are held to it by a test.
It is plain data on the standard library alone, so that reading it needs neither settings nor a database:

    from caferoam.processes import PROCESSES, process

    for each in PROCESSES:          # in the order in which they start; `migrate` ends before the others begin
        each.name, each.image       # the service, and which of the two images it runs in
        each.command(port=8000)     # its argv, on all interfaces; `python` and `node` are found on the PATH
        each.login                  # whose DATABASE_URL it gets; None for one that speaks to no database
        each.health                 # HttpHealth(path) or CommandHealth(argv); None for one that runs once
        each.stop_signal, each.grace_s
        each.variables              # set for it wherever it runs
        each.needs, each.takes      # names of variables that it must have, and that it may have
        each.is_public, each.port   # whether people or vendors reach it from outside, and where it listens

A grace is what the platform leaves between its stop signal, which goes to the main process alone, and its kill:
``stop_grace_period`` for Docker, ``RAILWAY_DEPLOYMENT_DRAINING_SECONDS`` for Railway.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

type Image = Literal["python", "web"]
type Login = Literal["owner", "api", "worker"]
"""``owner`` changes the schema, ``api`` is held to row-level security, ``worker`` sees all rows."""

QUEUES: Final = ("default", "llm", "embedding", "maintenance")
"""Of Celery. A worker works on all of them; more of them may share them out."""


@dataclass(frozen=True)
class HttpHealth:
    """Well as long as this path answers 200 on its port."""

    path: str


@dataclass(frozen=True)
class CommandHealth:
    """Well as long as this command, run beside it with the same variables, ends with 0.

    2 says that Redis is away, so nobody can tell: no reason to restart anything.
    """

    argv: tuple[str, ...]


@dataclass(frozen=True)
class Process:
    """One service. ``argv`` is run in the checkout's folder, that of the web in its build's (``.next/standalone``)."""

    name: str
    purpose: str
    image: Image
    argv: tuple[str, ...]
    """With ``{host}`` and ``{port}`` where those are told by arguments."""
    login: Login | None
    health: HttpHealth | CommandHealth | None
    grace_s: int
    needs: tuple[str, ...]
    takes: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    queues: tuple[str, ...] = ()
    port: int | None = None
    is_public: bool = False
    runs_once: bool = False
    """Before the others start, at every deploy."""
    stop_signal: Literal["SIGTERM"] = "SIGTERM"

    def command(self, *, port: int | None = None, host: str = "0.0.0.0") -> list[str]:  # noqa: S104 - a container's own
        """Its argv; ``port`` is the table's unless given."""
        return [argument.format(host=host, port=port or self.port) for argument in self.argv]

    def addressed(self, *, port: int | None = None, host: str = "0.0.0.0") -> dict[str, str]:  # noqa: S104 - as above
        """Its ``variables``, with the address where it is told by variables."""
        return {name: value.format(host=host, port=port or self.port) for name, value in self.variables.items()}

    @property
    def has_secret_key(self) -> bool:
        """Whether it gets the key to all of Supabase."""
        return "SUPABASE_SECRET_KEY" in self.needs + self.takes


_GRANIAN: Final = (
    "python",
    "-m",
    "granian",
    "--interface",
    "wsgi",
    "--host",
    "{host}",
    "--port",
    "{port}",
    "--http",
    "1",
)
# A request may be at work for 15 seconds before the web app gives up on it.
_SMALL: Final = ("--no-ws", "--workers", "1", "--workers-kill-timeout", "15", "--blocking-threads")
_CELERY: Final = ("python", "-m", "celery", "--app", "caferoam.celery:app", "--quiet")
_PULSE: Final = ("python", "manage.py", "jobs", "health")

_ALL: Final = ("CAFEROAM_ENV", "SECRET_KEY", "DATABASE_URL", "REDIS_URL", "SUPABASE_URL", "SUPABASE_PUBLISHABLE_KEY")
_MAY_ALL: Final = ("LOG_LEVEL", "SENTRY_DSN", "CAFEROAM_RELEASE")
_METRICS: Final = ("METRICS_PORT", "METRICS_HOST", "METRICS_TOKEN")
_TOKENS: Final = ("SUPABASE_JWKS_URL", "SUPABASE_JWT_ISSUER", "SUPABASE_JWT_AUDIENCE", "SUPABASE_JWT_SECRET")
_EMBEDDINGS: Final = ("EMBEDDINGS_PROVIDER", "OPENAI_API_KEY", "OPENAI_EMBEDDING_MODEL", "OPENAI_BASE_URL")
_LLM: Final = ("LLM_PROVIDER", "ANTHROPIC_API_KEY", "ANTHROPIC_MODEL", "ANTHROPIC_MENU_MODEL", "ANTHROPIC_BASE_URL")
_MAPS: Final = ("MAPS_PROVIDER", "MAPBOX_ACCESS_TOKEN", "MAPBOX_BASE_URL")
_ANALYTICS: Final = ("ANALYTICS_PROVIDER", "POSTHOG_API_KEY", "POSTHOG_HOST")
_MAIL: Final = ("EMAIL_PROVIDER", "RESEND_API_KEY", "RESEND_BASE_URL", "MAIL_SENDER", "MAIL_POSTAL_LINE", "MAIL_FOLDER")

PROCESSES: Final = (
    Process(
        "migrate",
        "brings the schema up to date",
        "python",
        ("python", "manage.py", "migrate", "--no-input"),
        login="owner",
        health=None,
        grace_s=60,
        needs=_ALL,
        takes=_MAY_ALL,
        runs_once=True,
    ),
    Process(
        "api",
        "answers the web app and vendors' webhooks",
        "python",
        (*_GRANIAN, *_SMALL, "4", "caferoam.wsgi:application"),
        login="api",
        health=HttpHealth("/readyz"),
        grace_s=20,
        needs=(*_ALL, "ALLOWED_HOSTS", "NUM_PROXIES", "API_URL", "WEB_URL", "PRIVACY_CONTACT"),
        takes=(
            *(*_MAY_ALL, *_TOKENS, *_EMBEDDINGS, *_ANALYTICS, "METRICS_TOKEN", "PROMETHEUS_MULTIPROC_DIR"),
            *("RESEND_WEBHOOK_SECRETS", "THROTTLE_SCALE", "DEBUG"),
        ),
        port=8000,
        is_public=True,
    ),
    Process(
        "relay",
        "hands due jobs to Celery",
        "python",
        ("python", "manage.py", "relay", "--skip-checks"),
        login="worker",
        health=CommandHealth((*_PULSE, "relay")),
        grace_s=10,
        needs=(*_ALL, "LISTEN_DATABASE_URL"),
        takes=(*_MAY_ALL, *_METRICS, "JOBS_NOTIFY"),
    ),
    Process(
        "worker",
        "does jobs",
        "python",
        (
            *(*_CELERY, "worker", "--pool", "prefork", "--concurrency", "2", "--queues", ",".join(QUEUES)),
            *("--without-gossip", "--without-mingle"),
        ),
        login="worker",
        health=CommandHealth((*_PULSE, "worker")),
        grace_s=45,
        needs=(*_ALL, "SUPABASE_SECRET_KEY", "ERASURE_HMAC_KEY", "API_URL", "WEB_URL"),
        takes=(*_MAY_ALL, *_METRICS, *_LLM, *_EMBEDDINGS, *_MAIL, *_ANALYTICS, "SENTRY_MONITORS"),
        # The worker has its own way to stop (caferoam/jobs/shutdown.py). This is for its pool: a SIGTERM that reaches
        # the children as well is none to them.
        variables={"JOBS_STOP_GRACE": "45", "REMAP_SIGTERM": "SIGQUIT"},
        queues=QUEUES,
    ),
    Process(
        "beat",
        "queues what the schedule says",
        "python",
        (*_CELERY, "beat", "--pidfile="),
        login="worker",
        health=CommandHealth((*_PULSE, "beat")),
        grace_s=10,
        needs=_ALL,
        takes=_MAY_ALL,
    ),
    Process(
        "admin",
        "is the curators' and operators' desk",
        "python",
        (*_GRANIAN, *_SMALL, "2", "caferoam.admin_wsgi:application"),
        login="worker",
        health=HttpHealth("/login/"),
        grace_s=20,
        needs=(*_ALL, "ADMIN_URL", "ALLOWED_HOSTS", "NUM_PROXIES"),
        # With the key, for the photos of menus that curators look at.
        takes=(
            *_MAY_ALL,
            *_MAPS,
            "SUPABASE_SECRET_KEY",
            "API_URL",
            "WEB_URL",
            "EMAIL_PROVIDER",
            "MAIL_FOLDER",
            "DEBUG",
        ),
        port=8001,
        is_public=True,
    ),
    Process(
        "web",
        "shows the pages, and passes /api on",
        "web",
        ("node", "server.js"),
        login=None,
        health=HttpHealth("/healthz.txt"),
        grace_s=20,
        needs=("BACKEND_INTERNAL_URL", "WEB_URL", "SUPABASE_URL", "SUPABASE_PUBLISHABLE_KEY"),
        takes=("MAP_STYLE_URL", "SIGN_IN_WITH"),
        variables={"PORT": "{port}", "HOSTNAME": "{host}"},
        port=3000,
        is_public=True,
    ),
)


def process(name: str) -> Process:
    """The one of that name."""
    return next(each for each in PROCESSES if each.name == name)
