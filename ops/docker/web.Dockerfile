# The image of the web app: Next.js, built, with no more beside it than it was found to need.
#
#     docker build --file ops/docker/web.Dockerfile --tag caferoam-web .
#
# One build runs anywhere: addresses and keys are read when it runs. With SUPABASE_URL and MAP_STYLE_URL known while building
# (Railway hands variables to ARGs of their name) pages may load from those two alone. The base is pinned as in python.Dockerfile.

FROM node:24-trixie-slim AS build
ENV NEXT_TELEMETRY_DISABLED=1
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN ["npm", "ci", "--no-audit", "--no-fund"]
COPY next.config.ts tsconfig.json ./
COPY app app
ARG SUPABASE_URL=""
ARG MAP_STYLE_URL=""
RUN ["npm", "run", "build"]

FROM node:24-trixie-slim
ENV NODE_ENV=production \
    NEXT_TELEMETRY_DISABLED=1 \
    PORT=3000 \
    HOSTNAME=0.0.0.0
WORKDIR /app
COPY --from=build /app/.next/standalone ./
COPY --from=build /app/.next/static .next/static
USER 10001:10001
EXPOSE 3000
STOPSIGNAL SIGTERM
# It needs no API: the web app is well when it can say kindly that the rest is not.
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 CMD ["node", "--eval", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz.txt`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "server.js"]
