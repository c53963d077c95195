# One file for all services: docker build --build-arg SERVICE=subgraphs/orders -t cartograph/orders .
# SERVICE is the service's folder: gateway, or subgraphs/<name>.
ARG NODE_IMAGE=node:24-alpine

# The same for all services, so it is built once for all.
FROM ${NODE_IMAGE} AS build
WORKDIR /app
ENV CI=true
COPY . .
# Install scripts are not needed here: every native part ships as a package of its own.
RUN npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
RUN node scripts/codegen.mjs && node scripts/build.mjs && npm run build --workspace=client
# What npm needs to know of the workspaces, without their code.
RUN mkdir /manifests && find . -name node_modules -prune -o \( -name package.json -o -name package-lock.json -o -name .npmrc \) -print \
  | tar -c -T - | tar -x -C /manifests \
  && rm -rf packages/*/node_modules subgraphs/*/node_modules gateway/node_modules

# Only what this one service runs: its own packages and those of the workspaces it uses.
FROM ${NODE_IMAGE} AS service
WORKDIR /app
ENV CI=true
COPY --from=build /manifests ./
ARG SERVICE
RUN npm ci --ignore-scripts --no-audit --no-fund --loglevel=error --omit=dev --workspace=${SERVICE}
COPY --from=build /app/scripts/image-tree.mjs scripts/
COPY --from=build /app/schema schema
COPY --from=build /app/client/dist client/dist
COPY --from=build /app/packages packages
COPY --from=build /app/gateway gateway
COPY --from=build /app/subgraphs subgraphs
RUN node scripts/image-tree.mjs ${SERVICE} /image

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
COPY --from=service /image /app
WORKDIR /app/${SERVICE}
USER 1001:1001
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Node itself is process 1: the services handle SIGTERM and start no children. `migrate` as argument migrates and ends.
# The import sends traces when OTEL_EXPORTER_OTLP_ENDPOINT is set, and does nothing else.
ENTRYPOINT ["node", "--enable-source-maps", "--import", "@cartograph/service-kit/telemetry", "dist/main.js"]
