"""Records in the shape of Cafe Nomad's answer, written by hand."""

import gzip
import json
from pathlib import Path
from uuid import UUID, uuid5

_HERE = UUID("00000000-0000-4000-8000-000000000000")


def cafe_id(key: str) -> str:
    return str(uuid5(_HERE, key))


def cafe(key: str = "one", /, **changes: object) -> dict[str, object]:
    """A record without fault, with every field that the answer has."""
    record: dict[str, object] = {
        "id": cafe_id(key),
        "name": f"測試咖啡 {key}",
        "city": "taipei",
        "wifi": 5,
        "seat": 3,
        "quiet": 4.5,
        "tasty": 4,
        "cheap": 0,
        "music": 2,
        "url": "https://example.com/cafe",
        "address": "台北市大安區某路1號",
        "latitude": "25.03000000",
        "longitude": "121.54000000",
        "limited_time": "no",
        "socket": "maybe",
        "standing_desk": "",
        "mrt": "某站",
        "open_time": "10:00-18:00",
    }
    return record | changes


def write_answer(path: Path, *records: object, packed: bool = False) -> str:
    """Write the records as the API answers them; returns the path as commands take it."""
    content = json.dumps(list(records), ensure_ascii=False).encode()
    path.write_bytes(gzip.compress(content) if packed else content)
    return str(path)
