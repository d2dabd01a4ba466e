"""The shipped Compose stack under a project of its own: up, asked, down, and nothing left behind."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
COMPOSE_FILES = (ROOT / "docker-compose.yml", ROOT / "tests" / "compose" / "papers.yml")
"""The shipped file as it is, and beside its services a publisher to poll."""

OLD_COMPOSE = ("docker-compose",)
BASE_IMAGES = {"python": "python:3.13-slim", "redis": "redis:8", "postgres": "postgres:17"}
"""What `stand-in-images` calls it -> the image that Dockerfile and docker-compose.yml name."""

BUILD_SECONDS = 900
COMMAND_SECONDS = 240
PROJECT_LABEL = "com.docker.compose.project"
BUILD_STAGE_LABEL = "copydesk.stage"


class ComposeError(AssertionError):
    """A command of the engine failed; the message holds what it said."""


def engine_missing() -> str | None:
    """Why no stack can be brought up here, as a sentence; None where it can."""
    if shutil.which("docker") is None:
        return "There is no docker command here."
    if _run("docker", "info").returncode:
        return "No Docker engine answers here."
    if compose_command() is None:
        return "There is neither `docker compose` nor `docker-compose` here."
    return None


def compose_command() -> tuple[str, ...] | None:
    """Compose v2 where it is installed, else docker-compose 1.29."""
    if _run("docker", "compose", "version").returncode == 0:
        return ("docker", "compose")
    return OLD_COMPOSE if shutil.which(*OLD_COMPOSE) else None


def base_images_missing(stand_in_images: Path) -> str | None:
    """Gets the base images, from a registry or built by ``stand_in_images``; why not, where neither works."""
    for name, image in BASE_IMAGES.items():
        if _has_image(image) or _run("docker", "pull", "--quiet", image, seconds=BUILD_SECONDS).returncode == 0:
            continue
        if not stand_in_images.exists():
            return f"{image} can neither be pulled nor built: there is no {stand_in_images}."
        built = _run(str(stand_in_images), name, seconds=BUILD_SECONDS)
        if built.returncode:
            return f"{image} can neither be pulled nor built: {built.stderr.strip()[-300:]}"
    return None


def _has_image(image: str) -> bool:
    return _run("docker", "image", "inspect", image).returncode == 0


def _run(
    *command: str, seconds: float = COMMAND_SECONDS, stdin: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
        cwd=ROOT,
        env={**os.environ, **environment},
    )


@dataclass(frozen=True, kw_only=True)
class Stack:
    """One project of the shipped docker-compose.yml. ``feeds`` is the host folder that `ingest` has for its data."""

    project: str
    feeds: Path
    command: tuple[str, ...]
    stages_before: frozenset[str] = field(default_factory=lambda: frozenset(_build_stages()))

    @property
    def image(self) -> str:
        return f"{self.project}:test"

    def compose(self, *arguments: str, stdin: str = "", seconds: float = COMMAND_SECONDS) -> str:
        """Standard output of a Compose command. Raises ComposeError when it fails."""
        done = self.attempt(*arguments, stdin=stdin, seconds=seconds)
        if done.returncode:
            raise ComposeError(f"compose {' '.join(arguments)}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def attempt(
        self, *arguments: str, stdin: str = "", seconds: float = COMMAND_SECONDS
    ) -> subprocess.CompletedProcess[str]:
        """The same, with failure as a value."""
        # docker-compose 1.29 builds through the docker command, and so with BuildKit, only when it is told to.
        classic = {"DOCKER_BUILDKIT": "0", "COMPOSE_DOCKER_CLI_BUILD": "0"} if self.command == OLD_COMPOSE else {}
        files = [part for path in COMPOSE_FILES for part in ("--file", str(path))]
        return _run(
            *self.command,
            *files,
            "--project-name",
            self.project,
            *arguments,
            seconds=seconds,
            stdin=stdin,
            COPYDESK_IMAGE=self.image,
            COPYDESK_FEEDS_DIR=str(self.feeds),
            **classic,
        )

    def up(self) -> None:
        """Starts everything and waits until it is as it should be; one-shot services have ended well."""
        self.compose("up", "-d")
        deadline = time.monotonic() + COMMAND_SECONDS
        while problem := self.not_yet_up():
            if time.monotonic() > deadline:
                raise ComposeError(f"{problem}\n{self.compose('logs', '--tail=60')}")
            time.sleep(0.5)

    def not_yet_up(self) -> str | None:
        """What the stack still lacks, as a sentence."""
        for service in ("redis", "db"):
            if self.state(service).get("Health", {}).get("Status") != "healthy":
                return f"{service} is not healthy: {self.state(service)}"
        if self.state("migrate").get("Status") != "exited" or self.state("migrate").get("ExitCode") != 0:
            return f"migrate has not ended well: {self.state('migrate')}"
        for service in ("ingest", "worker"):
            if self.state(service).get("Status") != "running":
                return f"{service} does not run: {self.state(service)}"
        return None

    def state(self, service: str) -> dict[str, Any]:
        """The container's State as the engine tells it; empty when there is no container."""
        return dict(self.inspect(service).get("State", {}))

    def inspect(self, service: str) -> dict[str, Any]:
        """Everything the engine knows of the service's (only) container; empty when there is none."""
        found = self._containers(f"com.docker.compose.service={service}", "com.docker.compose.oneoff=False")
        return dict(json.loads(_run("docker", "inspect", found[0]).stdout)[0]) if found else {}

    def destroy(self) -> None:
        """Removes the project: containers, networks, volumes, its image and the build stages that it left."""
        self.compose("down", "--volumes", "--remove-orphans")
        _run("docker", "image", "rm", "--force", self.image)
        for stage in _build_stages() - self.stages_before:
            _run("docker", "image", "rm", stage)

    def leftovers(self) -> list[str]:
        """What the engine still holds of the project, each with its kind."""
        label = f"label={PROJECT_LABEL}={self.project}"
        listings = {
            "container": _listed("docker", "ps", "--all", "--quiet", "--filter", label),
            "network": _listed("docker", "network", "ls", "--quiet", "--filter", label),
            "volume": _listed("docker", "volume", "ls", "--quiet", "--filter", label),
            "image": _listed("docker", "image", "ls", "--quiet", self.project),
            "build stage": sorted(_build_stages() - self.stages_before),
        }
        return [f"{kind} {name}" for kind, names in listings.items() for name in names]

    def _containers(self, *labels: str) -> list[str]:
        filters = [part for label in labels for part in ("--filter", f"label={label}")]
        project = f"label={PROJECT_LABEL}={self.project}"
        return _listed("docker", "ps", "--all", "--quiet", "--filter", project, *filters)


def _listed(*command: str) -> list[str]:
    return _run(*command).stdout.split()


def _build_stages() -> set[str]:
    return set(_listed("docker", "image", "ls", "--quiet", "--no-trunc", "--filter", f"label={BUILD_STAGE_LABEL}"))
