"""Where reported files lie in their repository, for consumers that know nothing of the current folder."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from urllib.parse import quote

from sleeplint.discovery import root_of
from sleeplint.records import dataclass


@dataclass(frozen=True, slots=True)
class Repository:
    """The repository around the current folder."""

    root: Path

    @classmethod
    def here(cls) -> Repository:
        """The one that the current folder lies in; without one, the current folder itself."""
        return cls(root_of(Path(os.path.realpath(os.curdir)) / "_"))

    def path(self, path: str) -> str:
        """A reported path from the repository's root, with `/`; links on the way resolved.

        What lies outside the repository keeps the path that the user gave.
        """
        absolute = Path(os.path.realpath(path))
        return absolute.relative_to(self.root).as_posix() if absolute.is_relative_to(self.root) else path

    def uri(self, path: str) -> str:
        """`path` as a URI reference: relative within the repository, absolute outside."""
        inside = self.path(path)
        if os.path.isabs(inside) or inside.startswith("../"):
            return Path(os.path.realpath(path)).as_uri()
        return quote(inside.encode("utf-8", "surrogateescape"), safe="/")

    def provenance(self) -> tuple[str, str] | None:
        """The remote's web address and the commit; None if git does not know them."""
        remote = self._git("config", "--get", "remote.origin.url")
        commit = self._git("rev-parse", "--verify", "--quiet", "HEAD")
        address = web_address(remote) if remote else None
        return (address, commit) if address and commit else None

    def _git(self, *words: str) -> str | None:
        try:
            done = subprocess.run(["git", "-C", self.root, *words], capture_output=True, text=True, check=False)
        except OSError:  # no git on this machine: then there is no provenance
            return None
        return done.stdout.strip() if done.returncode == 0 else None


def web_address(remote: str) -> str | None:
    """A git remote as an https address without credentials; None for local ones."""
    match = re.fullmatch(r"(?:https?|ssh|git)://(?:[^@/]*@)?([^/:]+)(?::\d+)?/(.+?)(?:\.git)?/?", remote)
    match = match or re.fullmatch(r"(?:[^@/:]+@)?([^/:]+\.[^/:]+):(?!//)(.+?)(?:\.git)?/?", remote)
    return f"https://{match[1]}/{quote(match[2])}" if match else None
