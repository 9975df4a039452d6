# The image of migrate, api, relay, worker, beat and admin: one image, of which each runs another command. It knows them all
# by caferoam/processes.py; docker-compose.yml and ops/railway say which runs where.
#
#     docker build --file ops/docker/python.Dockerfile --tag caferoam-python .
#
# The base is pinned by tag, so that rebuilding takes in its security updates. To pin it to the byte as well, add the digest
# that `docker buildx imagetools inspect python:3.13-slim-trixie` prints, and let a bot raise it.

FROM python:3.13-slim-trixie AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /app
RUN ["python", "-m", "venv", "--without-pip", "/venv"]
COPY requirements/production.txt requirements/production.txt
RUN ["python", "-m", "pip", "--python", "/venv/bin/python", "install", "--quiet", "--require-hashes", "--only-binary", ":all:", "--requirement", "requirements/production.txt"]
COPY manage.py ./
COPY accounts accounts
COPY caferoam caferoam
COPY checkins checkins
COPY digest digest
COPY enrichment enrichment
COPY lists lists
COPY shops shops
COPY stamps stamps
# Nothing can be written where this runs. Files keep no time of their own in an image, so they are not compared by it.
RUN ["/venv/bin/python", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", "/app"]

FROM python:3.13-slim-trixie
# PATH and HOME: what is installed, and the only folder that can be written to.
# PYTHON…: logs as they come; no compiled files, which are there already.
# MALLOC_ARENA_MAX, CELERY_SKIP_CHECKS: less memory for threads, and none for routes that only the api has; migrate checks them.
# REMAP_SIGTERM: however the worker is told to stop, its jobs may finish (caferoam/jobs/shutdown.py).
ENV PATH=/venv/bin:$PATH \
    HOME=/tmp \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MALLOC_ARENA_MAX=2 \
    CELERY_SKIP_CHECKS=1 \
    REMAP_SIGTERM=SIGQUIT
WORKDIR /app
COPY --from=build /venv /venv
COPY --from=build /app /app
# A number, for platforms that refuse images whose user they cannot tell from root by its name.
USER 10001:10001
EXPOSE 8000 8001
STOPSIGNAL SIGTERM
# The api's; whoever runs another process of the table gives its name.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["python", "-m", "caferoam.healthcheck", "api"]
# Exec form, so that signals reach the process itself.
CMD ["python", "-m", "granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--http", "1", "--no-ws", "--workers", "1", "--workers-kill-timeout", "15", "--blocking-threads", "4", "caferoam.wsgi:application"]
