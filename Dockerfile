# One Dockerfile for all services: docker build --build-arg SERVICE=subgraphs/orders -t cartograph/orders .
# SERVICE is the service's folder: gateway, or subgraphs/<name>.
ARG NODE_IMAGE=node:24-alpine

# The workspaces' manifests without their code: packages are downloaded again only if these change.
FROM ${NODE_IMAGE} AS manifests
WORKDIR /source
COPY . .
RUN find . -name node_modules -prune -o \( -name package.json -o -name package-lock.json -o -name .npmrc \) -print \
  | while read -r file; do mkdir -p "/manifests/${file%/*}" && cp "$file" "/manifests/$file" || exit 1; done

# The same for all services, so it is built only once.
FROM ${NODE_IMAGE} AS build
WORKDIR /app
ENV CI=true
COPY --from=manifests /manifests ./
# Install scripts are not needed: every native part is a package of its own. Development's packages are left out.
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error --prefer-offline
COPY . .
RUN node scripts/codegen.mjs client && node scripts/build.mjs && npm run build --workspace=client

# Only what this service runs: its code, the workspaces it uses, and the packages these need.
FROM build AS service
ARG SERVICE
RUN node scripts/image-tree.mjs ${SERVICE} /image/app

FROM ${NODE_IMAGE}
ARG SERVICE
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="cartograph/${SERVICE}" \
      org.opencontainers.image.description="Cartograph: a complete shop backend behind one federated GraphQL endpoint" \
      org.opencontainers.image.source="https://github.com/cartograph/cartograph" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production PORT=4000 SUPERGRAPH_FILE=/app/schema/supergraph.graphql
COPY --from=service /image /
WORKDIR /app/${SERVICE}
USER 1001:1001
EXPOSE 4000
# BusyBox's wget, because Node would take longer to start than to ask. The start period is three minutes, because a busy machine
# took 100 s; the first success ends it. There is no --start-interval: engines before 25 refuse the file, and later ones ask every
# 5 s during the start period by default. `exec`, because Node as process 1 does not reap the children of a shell.
HEALTHCHECK --interval=10s --timeout=5s --start-period=180s --retries=3 \
  CMD exec wget -q -Y off -O /dev/null "http://127.0.0.1:$PORT/readyz"
# Node is process 1: the services handle SIGTERM and start no children. With the argument `migrate` a service migrates and ends.
# The import sends traces if OTEL_EXPORTER_OTLP_ENDPOINT is set, and otherwise does nothing.
ENTRYPOINT ["node", "--enable-source-maps", "--import", "@cartograph/kit/telemetry", "dist/main.js"]
