"""The servers that CafeRoam's processes lean on: PostgreSQL, Valkey and the stand-in for Supabase."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from caferoam.local import ports
from caferoam.local.files import write_private_json
from caferoam.local.postgres import PostgresServer, postgres_binaries
from caferoam.local.provision import API, DATABASE, WORKER, provision_logins, provision_owner
from caferoam.local.stack import LocalFiles, Stack, StackSecrets, read_json
from caferoam.local.supabase.callers import ProjectKeys
from caferoam.local.supabase.standin import SupabaseStandIn
from caferoam.local.tokens import load_or_make_key
from caferoam.local.valkey import ValkeyServer


class Servers:
    """Starts and stops them together, on last time's ports where those are free, for a second run."""

    def __init__(self, files: LocalFiles) -> None:
        remembered = read_json(files.ports)
        self._files = files
        self._secrets = StackSecrets.load_or_make(files.secrets)
        self.signing_key = load_or_make_key(files.signing_key)
        self.postgres = PostgresServer(
            files.postgres, port=_usable(remembered, "postgres"), log_file=files.logs / "postgres.log"
        )
        self.valkey = ValkeyServer(files.valkey, port=_usable(remembered, "valkey"), log_file=files.logs / "valkey.log")
        self.standin = SupabaseStandIn(
            self.signing_key,
            ProjectKeys(
                publishable=self._secrets.supabase_publishable_key,
                secret=self._secrets.supabase_secret_key,
                signing=self._secrets.storage_signing_key,
            ),
            folder=files.root,
            api_dsn=lambda: self.postgres.dsn(DATABASE, user=API, password=self._secrets.api_password),
            worker_dsn=lambda: self.postgres.dsn(DATABASE, user=WORKER, password=self._secrets.worker_password),
            port=_usable(remembered, "standin"),
        )
        self.metrics_port = _usable(remembered, "metrics") or ports.free_port()
        """Where the relay is to serve metrics."""

    def start(self, *, api_url: str, web_url: str) -> Stack:
        """Start all of them, make the owner and the database where absent, and say how to reach everything.

        The two addresses are what links in mails begin with.
        """
        self.postgres.start()
        self.valkey.start()
        self.standin.start()
        running_on = {"postgres": self.postgres.port, "valkey": self.valkey.port, "standin": self.standin.port}
        write_private_json(self._files.ports, {**running_on, "metrics": self.metrics_port})
        secrets, postgres = self._secrets, self.postgres
        return Stack(
            database_urls={
                "owner": provision_owner(postgres, secrets.owner_password),
                "api": postgres.dsn(DATABASE, user=API, password=secrets.api_password),
                "worker": postgres.dsn(DATABASE, user=WORKER, password=secrets.worker_password),
            },
            common={
                "CAFEROAM_ENV": "local",
                # Not the shell's DJANGO_SETTINGS_MODULE, which may be another project's. The bench adds a job type.
                "DJANGO_SETTINGS_MODULE": os.environ.get("CAFEROAM_LOCAL_SETTINGS", "caferoam.settings"),
                "SECRET_KEY": secrets.secret_key,
                "ALLOWED_HOSTS": "127.0.0.1,localhost",
                # Whoever asks sits at this machine, also through the web app, so nobody's X-Forwarded-For is believed.
                "NUM_PROXIES": "0",
                "REDIS_URL": self.valkey.url,
                "SUPABASE_URL": self.standin.url,
                "SUPABASE_PUBLISHABLE_KEY": secrets.supabase_publishable_key,
                "API_URL": api_url,
                "WEB_URL": web_url,
            },
            supabase_secret_key=secrets.supabase_secret_key,
            postgres_binaries=str(postgres_binaries(postgres.version)),
        )

    def make_logins(self, owner_dsn: str) -> None:
        """Make the API's and the worker's logins. The migrations come first."""
        provision_logins(
            owner_dsn, api_password=self._secrets.api_password, worker_password=self._secrets.worker_password
        )

    @property
    def admin_password(self) -> str:
        return self._secrets.admin_password

    @property
    def publishable_key(self) -> str:
        return self._secrets.supabase_publishable_key

    def watched(self) -> Mapping[str, tuple[subprocess.Popen[bytes] | None, Path]]:
        """The processes by name, each with its log file; None for one that does not run (yet)."""
        return {
            "PostgreSQL": (self.postgres.process, self.postgres.log_file),
            "Valkey": (self.valkey.process, self.valkey.log_file),
        }

    def stop(self) -> None:
        self.standin.stop()
        self.valkey.stop()
        self.postgres.stop()


def _usable(remembered: Mapping[str, object], name: str) -> int:
    port = remembered.get(name)
    return port if isinstance(port, int) and ports.is_free(port) else 0
