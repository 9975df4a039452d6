"""Where the tests' members live."""

from dataclasses import dataclass

import psycopg

from caferoam.testing.storage import StorageStub
from tests.identity.belongings import Belongings, Cafes, settle


@dataclass(frozen=True)
class World:
    """Cafés to go to, a storage, and the database as its owner sees it. All of it is committed."""

    owner: psycopg.Connection
    storage: StorageStub
    cafes: Cafes

    def settle(self) -> Belongings:
        """One more member, who has something everywhere."""
        return settle(self.owner, self.cafes, self.storage.put)
