"""The shipped Compose stack under a project of its own: up, asked, down, and nothing left behind."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[2]
COMPOSE_FILES = (ROOT / "docker-compose.yml", ROOT / "tests" / "compose" / "papers.yml")
"""The shipped file as it is, and beside its services a publisher to poll."""

SERVICES = ("redis", "db", "ingest", "worker")
"""What runs for as long as the stack is up."""

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
    """One project of the shipped docker-compose.yml. ``feeds`` is the host folder that `ingest` has for its data,
    ``secrets`` the one that `make secrets` filled.
    """

    project: str
    feeds: Path
    secrets: Path
    command: tuple[str, ...]
    stages_before: frozenset[str] = field(default_factory=lambda: frozenset(_build_stages()))

    @property
    def image(self) -> str:
        return f"{self.project}:test"

    def compose(self, *arguments: str, stdin: str = "", seconds: float = COMMAND_SECONDS, **environment: str) -> str:
        """Standard output of a Compose command. Raises ComposeError when it fails."""
        done = self.attempt(*arguments, stdin=stdin, seconds=seconds, **environment)
        if done.returncode:
            raise ComposeError(f"compose {' '.join(arguments)}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def attempt(
        self, *arguments: str, stdin: str = "", seconds: float = COMMAND_SECONDS, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """The same, with failure as a value."""
        return _run(*self._command(arguments), seconds=seconds, stdin=stdin, **{**self._environment(), **environment})

    def begin(self, *arguments: str, log: Path) -> subprocess.Popen[bytes]:
        """A Compose command that goes on by itself; what it says goes to ``log``."""
        with log.open("wb") as output:
            return subprocess.Popen(
                self._command(arguments),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=ROOT,
                env={**os.environ, **self._environment()},
            )

    def save(self, path: Path, *arguments: str) -> None:
        """Standard output of a Compose command, byte by byte into a file. Raises ComposeError when it fails."""
        with path.open("wb") as output:
            self._piped(arguments, stdin=None, stdout=output)

    def load(self, path: Path, *arguments: str) -> None:
        """A Compose command that reads a file from standard input. Raises ComposeError when it fails."""
        with path.open("rb") as content:
            self._piped(arguments, stdin=content, stdout=None)

    def _piped(self, arguments: tuple[str, ...], *, stdin: IO[bytes] | None, stdout: IO[bytes] | None) -> None:
        done = subprocess.run(
            self._command(arguments),
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, **self._environment()},
            timeout=COMMAND_SECONDS,
            check=False,
        )
        if done.returncode:
            raise ComposeError(f"compose {' '.join(arguments)}: exit {done.returncode}\n{done.stderr.decode()}")

    def _command(self, arguments: tuple[str, ...]) -> tuple[str, ...]:
        files = [part for path in COMPOSE_FILES for part in ("--file", str(path))]
        return (*self.command, *files, "--project-name", self.project, *arguments)

    def _environment(self) -> dict[str, str]:
        # docker-compose 1.29 builds through the docker command, and so with BuildKit, only when it is told to.
        classic = {"DOCKER_BUILDKIT": "0", "COMPOSE_DOCKER_CLI_BUILD": "0"} if self.command == OLD_COMPOSE else {}
        return {
            "COPYDESK_IMAGE": self.image,
            "COPYDESK_FEEDS_DIR": str(self.feeds),
            "COPYDESK_SECRETS_DIR": str(self.secrets),
            **classic,
        }

    def up(self, *options: str, **environment: str) -> None:
        """Starts everything and waits until it is as it should be; one-shot services have ended well."""
        self.compose("up", "-d", *options, seconds=COMMAND_SECONDS, **environment)
        self.wait_until_well()

    def wait_until_well(self) -> None:
        """Returns when every service is healthy. Raises ComposeError with the logs when that takes too long."""
        deadline = time.monotonic() + COMMAND_SECONDS
        while problem := self.not_yet_up():
            if time.monotonic() > deadline:
                raise ComposeError(f"{problem}\n{self.compose('logs', '--tail=60')}")
            time.sleep(0.5)

    def not_yet_up(self) -> str | None:
        """What the stack still lacks, as a sentence."""
        if self.state("migrate").get("Status") != "exited" or self.state("migrate").get("ExitCode") != 0:
            return f"migrate has not ended well: {self.state('migrate')}"
        for service in SERVICES:
            if not (containers := self.inspect_all(service)):
                return f"{service} does not run"
            for container in containers:
                if container["State"].get("Health", {}).get("Status") != "healthy":
                    return f"{service} is not healthy: {container['State']}"
        return None

    def state(self, service: str) -> dict[str, Any]:
        """The container's State as the engine tells it; empty when there is no container."""
        return dict(self.inspect(service).get("State", {}))

    def inspect(self, service: str) -> dict[str, Any]:
        """Everything the engine knows of the service's (first) container; empty when there is none."""
        found = self.inspect_all(service)
        return found[0] if found else {}

    def inspect_all(self, service: str) -> list[dict[str, Any]]:
        """The same of each of its containers, in the order of their numbers."""
        found = self._containers(f"com.docker.compose.service={service}", "com.docker.compose.oneoff=False")
        containers = json.loads(_run("docker", "inspect", *found).stdout) if found else []
        return sorted(containers, key=lambda one: int(one["Config"]["Labels"]["com.docker.compose.container-number"]))

    def kill(self, service: str) -> None:
        """SIGKILL to all of a service's containers, as a power cut or the kernel's memory killer would."""
        ids = [one["Id"] for one in self.inspect_all(service)]
        killed = _run("docker", "kill", *ids)
        if killed.returncode:
            raise ComposeError(killed.stderr)

    def tag_again(self, image: str) -> None:
        """The same image under another name: to Compose it is another release."""
        _run("docker", "image", "tag", self.image, image)

    def destroy(self) -> None:
        """Removes the project: containers, networks, volumes, its image and the build stages that it left."""
        self.compose("down", "--volumes", "--remove-orphans")
        for image in _listed("docker", "image", "ls", "--format", "{{.Repository}}:{{.Tag}}", self.project):
            _run("docker", "image", "rm", "--force", image)
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
