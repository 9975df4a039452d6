"""The cafés that the bench imports: the real ones where they are at hand, else as many made up ones."""

import json
import random
import uuid
from pathlib import Path

REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "cafenomad" / "cafes_2023-11-19.json.gz"
_MADE_UP = 3484
_DISTRICTS = ("大安區", "信義區", "中山區", "松山區", "文山區")


def cafes(folder: Path) -> tuple[Path, str]:
    """The file to import, and a word on what it is. Made up ones go into ``folder`` and are the same every time."""
    if REAL.exists():
        return REAL, "real cafés"
    made_up = folder / "cafes.json"
    made_up.write_text(json.dumps([_cafe(random.Random(number)) for number in range(_MADE_UP)], ensure_ascii=False))  # noqa: S311 - no secret
    return made_up, "made up cafés"


def _cafe(dice: random.Random) -> dict[str, object]:
    return {
        "id": str(uuid.UUID(int=dice.getrandbits(128), version=4)),
        "name": f"{dice.choice('晨午暮雨雲山海星')}{dice.choice('光影聲色')}咖啡 {dice.randint(1, 999)} 號",
        "city": "taipei",
        **{vote: dice.randint(0, 10) / 2 for vote in ("wifi", "seat", "quiet", "tasty", "cheap", "music")},
        "url": "",
        "address": f"台北市{dice.choice(_DISTRICTS)}測試路{dice.randint(1, 400)}號",
        "latitude": str(25.03 + dice.random() / 20),
        "longitude": str(121.5 + dice.random() / 20),
        "limited_time": dice.choice(["yes", "no", "maybe", ""]),
        "socket": dice.choice(["yes", "no", "maybe", ""]),
        "standing_desk": dice.choice(["yes", "no", ""]),
        "mrt": "",
        "open_time": "",
    }
