# One image for every role:  docker run IMAGE gateway …  and  docker run IMAGE worker SERVER …
# What it promises and how to put a server of your own into it: docs/containers.md.

# What npm reads and nothing else, so that a changed source does not install everything anew.
FROM node:24-bookworm-slim AS manifests
WORKDIR /app
COPY . .
RUN find . -type f ! -name package.json ! -name package-lock.json ! -name .npmrc -delete

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY --from=manifests /app .
RUN npm ci --ignore-scripts
COPY . .
RUN npx --no-install tsc -b packages/cli && npm prune --omit=dev --ignore-scripts

FROM node:24-bookworm-slim
WORKDIR /app
# tsx, which loads a server module in TypeScript, would keep a cache on a disk that is read-only here.
ENV NODE_ENV=production TSX_DISABLE_CACHE=1 PATH=/app/node_modules/.bin:$PATH
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/packages packages
COPY --from=build /app/examples examples
# A number, so that Kubernetes can see that it is not root. The files are root's: the process cannot change its code.
USER 1000:1000
EXPOSE 3000 9464
ENTRYPOINT ["scaled-mcp"]
CMD ["--help"]
