import pytest
from django.db import IntegrityError, transaction

from caferoam.database.constraints import violated_constraint
from shops.models import Shop


@pytest.mark.django_db
def test_a_refused_row_names_its_constraint() -> None:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Shop.objects.create(name="海上咖啡", latitude=0, longitude=121.5)
    assert violated_constraint(caught.value) == "shops_latitude_in_taiwan"


def test_an_error_of_another_origin_names_none() -> None:
    assert violated_constraint(IntegrityError("made up")) is None
