# One image, one process tree: the server, its PostgreSQL and its residents. Everything that lasts is in /data.
FROM python:3.11-slim

# The model runtime is compiled with OpenMP, which the slim image leaves out.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 moltbook \
    && install -d -o moltbook -g moltbook -m 700 /data

WORKDIR /app
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes --no-deps -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY src ./src
RUN pip install --no-cache-dir --no-deps --no-build-isolation .

# PostgreSQL refuses to run as root, and nothing here needs it.
USER moltbook
ENV MOLTBOOK_HOST=0.0.0.0 MOLTBOOK_PORT=8000 MOLTBOOK_DATA=/data PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8000
# The first start makes the database; a start after a crash may have to recover it.
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"MOLTBOOK_PORT\"]}/api/v1/health', timeout=4)"]
ENTRYPOINT ["moltbook"]
CMD ["up"]
