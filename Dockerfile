# The sandbox with every vendor; the same image runs the conformance suite. Slim, not root, with a health check.
FROM python:3.11-slim AS build
WORKDIR /src
COPY pyproject.toml README.md ./
COPY ats_sandbox ats_sandbox
COPY mock_servers mock_servers
COPY connectors connectors
COPY conformance conformance
COPY fixtures fixtures
RUN python -m venv /opt/ats-sandbox && /opt/ats-sandbox/bin/pip install --no-cache-dir .

FROM python:3.11-slim
# What a volume is put on belongs to the user: the certificate authority (kept between starts) and the reports.
RUN useradd --create-home --uid 10001 sandbox \
    && install --directory --owner=sandbox --group=sandbox /home/sandbox/ats-sandbox /home/sandbox/reports
COPY --from=build /opt/ats-sandbox /opt/ats-sandbox
ENV PATH=/opt/ats-sandbox/bin:$PATH \
    ATS_SANDBOX_HOME=/home/sandbox/ats-sandbox \
    PYTHONUNBUFFERED=1
USER sandbox
WORKDIR /home/sandbox
# http: the main port, then one a vendor, by name; https: the same again.
EXPOSE 8080-8089 8443-8452
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/', timeout=2)"]
CMD ["ats-sandbox", "up", "--host", "0.0.0.0", "--port", "8080", "--https-port", "8443", "--admin-open"]
