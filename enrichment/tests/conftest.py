"""What most tests of enrichment stand on."""

import pytest

from caferoam.jobs.discovery import discover_job_types
from caferoam.jobs.lanes import publish_lanes
from shops.taxonomy import file_definitions
from shops.taxonomy.loader import load_taxonomy


@pytest.fixture
def taxonomy(db: None) -> None:
    """The taxonomy of this code, and the lanes of its jobs."""
    load_taxonomy(file_definitions())
    publish_lanes(discover_job_types().values())
