FROM node:20.20.2-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json vite.config.ts ./
COPY solver solver
COPY src src
RUN npm run build && npm prune --omit=dev

FROM node:20.20.2-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY LICENSE README.md CHANGELOG.md ./
# The user comes with the image; the folder is for a SQLite database.
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node
EXPOSE 8080 9000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/livez').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Node is the first process and hears the signal to stop.
ENTRYPOINT ["node", "dist/src/main.js"]
CMD ["serve", "--config", "/etc/lastvakt/lastvakt.yaml"]
