"""What CafeRoam keeps of its members.

Foreign keys that say DO_NOTHING are made in SQL, with ON DELETE: the database deletes what belongs together, whoever
asks.
"""

from accounts.models.consent import Consent
from accounts.models.deletion import AccountDeletion
from accounts.models.export import DataExport
from accounts.models.profile import Profile
from accounts.models.role import UserRole
from accounts.models.upload import Upload

__all__ = ["AccountDeletion", "Consent", "DataExport", "Profile", "Upload", "UserRole"]
