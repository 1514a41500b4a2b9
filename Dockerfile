# The presign gateway's image: the program, the C library, and the certificates of public authorities; no shell.
#
#   docker build -t presign-gateway .
#
# docs/docker.md says how it is run.

ARG RUST=1.95
ARG DEBIAN=bookworm

# What the dependencies are: the manifests, with empty sources in place of ours. As long as they are the same, the layer
# with the built dependencies below is taken from the cache.
FROM docker.io/library/rust:${RUST}-slim-${DEBIAN} AS manifests
WORKDIR /src
COPY . .
RUN find . -type f ! -name Cargo.toml ! -name Cargo.lock ! -name lib.rs ! -name main.rs ! -path '*/benches/*.rs' -delete \
    && find . -type d -empty -delete \
    && find . -name '*.rs' -exec sh -c 'for file; do echo "fn main() { }" > "$file"; done' sh {} + \
    && find . -exec touch -d 2020-01-01 {} +

FROM docker.io/library/rust:${RUST}-slim-${DEBIAN} AS build
WORKDIR /src
COPY --from=manifests /src .
RUN cargo build --release --locked --package presign-gateway --bin presign-gateway
COPY . .
# Cargo goes by times: ours have to be later than those of the empty sources.
RUN find . -name '*.rs' -not -path './target/*' -exec touch {} + \
    && cargo build --release --locked --package presign-gateway --bin presign-gateway

# All files of the image.
FROM docker.io/library/debian:${DEBIAN}-slim AS files
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /src/target/release/presign-gateway /image/presign-gateway
# The shared libraries, at the places where the loader looks for them. (`ldd` names the loader itself too.)
RUN ldd /image/presign-gateway | grep -o '/[^ ]*' | xargs -I{} cp --parents -L {} /image \
    && mkdir -p /image/etc/ssl/certs /image/etc/presign-gateway \
    && install -d -m 1777 /image/tmp \
    && cp /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/ \
    && echo 'presign:x:65532:65532::/:/none' > /image/etc/passwd \
    && echo 'presign:x:65532:' > /image/etc/group \
    && echo 'hosts: files dns' > /image/etc/nsswitch.conf

FROM scratch
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Presign gateway" \
      org.opencontainers.image.description="Authenticated redirects to pre-signed storage URLs, for ClearML" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=files /image /
# Inside a container the loopback of the defaults would be out of reach. These stand over what the configuration says.
ENV PRESIGN__SERVER__LISTEN=0.0.0.0:8080 \
    PRESIGN__SERVER__ADMIN_LISTEN=0.0.0.0:9090 \
    PATH=/
USER 65532:65532
EXPOSE 8080 9090
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=6s --start-period=5s CMD ["/presign-gateway", "health"]
ENTRYPOINT ["/presign-gateway"]
CMD ["serve"]
