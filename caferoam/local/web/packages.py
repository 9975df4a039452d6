"""Whether ``node_modules`` holds what package-lock.json pins."""

import json
from pathlib import Path


def are_installed(checkout: Path) -> bool:
    """npm notes at the end of an installation what it has put there.

    What is optional may be there or not: most of it is for one platform, and not all platforms are pinned.
    """
    pinned, present = _versions(checkout / "package-lock.json"), _versions(checkout / "node_modules/.package-lock.json")
    for path, (version, is_optional) in present.items():
        if version != pinned.get(path, (version if is_optional else "", False))[0]:
            return False
    return all(path in present for path, (_, is_optional) in pinned.items() if not is_optional)


def _versions(lock_file: Path) -> dict[str, tuple[str, bool]]:
    """Each package's version by its path, and whether it may be absent."""
    try:
        packages: dict[str, dict[str, object]] = json.loads(lock_file.read_text())["packages"]
    except (FileNotFoundError, ValueError, KeyError):
        return {}
    return {
        path: (str(package.get("version")), bool(package.get("optional") or package.get("peer")))
        for path, package in packages.items()
        if path
    }
