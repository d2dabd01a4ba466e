# One image for every service; the command says which: `migrate`, `poll`, `work`, `seed`, `articles`, …
# Plain instructions only (no RUN --mount), so that it builds with and without BuildKit.

FROM python:3.13-slim AS build
LABEL copydesk.stage="build"
# pip's own settings, for machines that reach the package index through a mirror. Unset, they change nothing,
# and arguments of the build stage leave no trace in the final image.
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
ARG PIP_TRUSTED_HOST
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src

# What the image runs has no pip in it: this stage's pip installs into it from outside.
COPY requirements.lock ./
RUN python -m venv --without-pip /opt/copydesk \
 && pip --python /opt/copydesk/bin/python install --require-hashes --only-binary :all: -r requirements.lock

# The build backend comes from the development lock, with its hashes, into a venv of its own. When it gains a
# dependency that is not named here, pip refuses to go on.
COPY requirements-dev.lock ./
RUN awk '/^[^ #]/ { keep = /^(hatchling|packaging|pathspec|pluggy|tomlkit|trove-classifiers)==/ } keep' requirements-dev.lock > build.lock \
 && python -m venv --without-pip /opt/backend \
 && pip --python /opt/backend/bin/python install --require-hashes --only-binary :all: -r build.lock

COPY . .
RUN pip --python /opt/backend/bin/python wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
 && pip --python /opt/copydesk/bin/python install --no-deps --no-index /wheels/*.whl


FROM python:3.13-slim
RUN groupadd --system --gid 10001 copydesk \
 && useradd --uid 10001 --gid copydesk --no-create-home --home-dir /data --shell /usr/sbin/nologin copydesk \
 && install --directory --owner copydesk --group copydesk /data
COPY --from=build /opt/copydesk /opt/copydesk
ENV PATH=/opt/copydesk/bin:$PATH COPYDESK_DATA=/data PYTHONUNBUFFERED=1
WORKDIR /data
USER 10001:10001
ENTRYPOINT ["copydesk"]
CMD ["--help"]
