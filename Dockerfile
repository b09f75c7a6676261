# One image, five commands: `docker run thungan services.billing`, and the same for the other services.
#
# Behind a company's proxy: THUNGAN_PYTHON_IMAGE and THUNGAN_NODE_IMAGE name base images in another registry, PIP_INDEX_URL and
# NPM_CONFIG_REGISTRY mirrors of packages, whose hashes are checked as ever; PIP_CERT and NODE_EXTRA_CA_CERTS are the paths of the
# company's own CA in these base images.
ARG THUNGAN_NODE_IMAGE=node:24-slim
ARG THUNGAN_PYTHON_IMAGE=python:3.13-slim

FROM ${THUNGAN_NODE_IMAGE} AS web

ARG NPM_CONFIG_REGISTRY
ARG NODE_EXTRA_CA_CERTS
WORKDIR /build/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY web ./
COPY shared/printing/glyphs.json shared/printing/document.schema.json /build/shared/printing/
RUN npm run build

FROM ${THUNGAN_PYTHON_IMAGE} AS dependencies

ARG PIP_INDEX_URL
ARG PIP_CERT
COPY requirements.lock /tmp/requirements.lock
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/requirements.lock

FROM ${THUNGAN_PYTHON_IMAGE}

# Numbers instead of names, so that a cluster which refuses root can tell that this is not root.
RUN groupadd --system --gid 10001 thungan \
    && useradd --system --uid 10001 --gid 10001 --home-dir /app --no-create-home --shell /usr/sbin/nologin thungan \
    && install --directory --owner=10001 --group=10001 /app /var/lib/thungan/sms /var/lib/thungan/broker \
    && install --directory --owner=10001 --group=10001 --mode=700 /var/lib/thungan/keys /var/lib/thungan/invoice-key \
    && install --directory --owner=10001 --group=10001 /var/lib/thungan/witness

COPY --from=dependencies /opt/venv /opt/venv
WORKDIR /app
COPY LICENSE pyproject.toml ./
COPY shared ./shared
COPY services ./services
COPY ops ./ops
COPY --from=web /build/web/dist ./web/dist

# Which state of the project an image is of: `docker build --build-arg THUNGAN_VERSION=… --build-arg THUNGAN_REVISION=$(git rev-parse HEAD) .`
ARG THUNGAN_VERSION=unreleased
ARG THUNGAN_REVISION=unknown
LABEL org.opencontainers.image.title="Thu Ngân" \
    org.opencontainers.image.description="Electricity bill collection at the customer's door" \
    org.opencontainers.image.licenses="Apache-2.0" \
    org.opencontainers.image.version="${THUNGAN_VERSION}" \
    org.opencontainers.image.revision="${THUNGAN_REVISION}"

ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    THUNGAN_HTTP_HOST=0.0.0.0 \
    THUNGAN_HTTP_PORT=8080 \
    THUNGAN_METRICS_HOST=0.0.0.0 \
    THUNGAN_METRICS_PORT=9464 \
    THUNGAN_RECEIPT_KEYS_FOLDER=/var/lib/thungan/keys \
    THUNGAN_INVOICE_KEY_FOLDER=/var/lib/thungan/invoice-key \
    THUNGAN_RECEIPT_WITNESS_FOLDER=/var/lib/thungan/witness \
    THUNGAN_SMS_FOLDER=/var/lib/thungan/sms

# Made here, because the account that runs the services cannot write next to the code.
RUN python -m compileall -q shared services ops
USER 10001:10001

EXPOSE 8080 9464
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=6 \
    CMD ["python", "-c", "import http.client as h; c = h.HTTPConnection('127.0.0.1', 8080, timeout=4); c.request('GET', '/readyz'); raise SystemExit(c.getresponse().status != 200)"]

ENTRYPOINT ["python", "-m"]
CMD ["services.gateway"]
