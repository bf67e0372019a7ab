"""Where the command keeps things between two runs: the certificate authority, and which sandboxes run."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

APP = "ats-sandbox"
HOME = "ATS_SANDBOX_HOME"


def home() -> Path:
    """The user's cache folder by the habits of the platform, or what ATS_SANDBOX_HOME says."""
    if HOME in os.environ:
        return Path(os.environ[HOME])
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", tempfile.gettempdir())) / APP
    habit = Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")
    return Path(os.environ.get("XDG_CACHE_HOME", habit)) / APP


def authority_folder() -> Path:
    return home() / "ca"


def scenario_folder() -> Path:
    return home() / "scenarios"


def usual_cache() -> Path | None:
    """Where conformance results are kept unless somebody says otherwise; nowhere in CI, where each run is to judge for itself."""
    return None if os.environ.get("CI") else home() / "conformance"


@contextmanager
def announced(url: str) -> Iterator[None]:
    """Let other commands find the sandbox at this URL while it runs. Not being able to is no reason not to run."""
    file = _running() / f"{os.getpid()}.json"
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"url": url}), encoding="utf-8")
    try:
        yield
    finally:
        with suppress(OSError):
            file.unlink()


def running_urls() -> list[str]:
    """Of sandboxes that were started here, the last one first; one that was killed may still be among them."""
    files = sorted(_running().glob("*.json"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    urls = []
    for file in files:
        with suppress(OSError, ValueError, KeyError):  # ended, or still being written
            urls.append(json.loads(file.read_text(encoding="utf-8"))["url"])
    return urls


def remember(code: str, secrets: Mapping[str, Mapping[str, str]]) -> None:
    """Keep the first credentials that this code gives its vendors, by name, for the next start. Not being able to only makes it slower."""
    file = _first_secrets_file()
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        new = file.with_suffix(f".{os.getpid()}")
        new.touch(mode=0o600)
        new.write_text(json.dumps({"code": code, "secrets": secrets}), encoding="utf-8")
        new.replace(file)


def remembered(code: str) -> dict[str, dict[str, str]] | None:
    """What was kept by exactly this code."""
    try:
        kept = json.loads(_first_secrets_file().read_text(encoding="utf-8"))
        return dict(kept["secrets"]) if kept["code"] == code else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _first_secrets_file() -> Path:
    return home() / "first-secrets.json"


def _running() -> Path:
    return home() / "running"
