# The sandbox with every vendor; the same image runs conformance. Slim, not root, with a health check.
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
RUN useradd --create-home --uid 10001 sandbox
COPY --from=build /opt/ats-sandbox /opt/ats-sandbox
ENV PATH=/opt/ats-sandbox/bin:$PATH PYTHONUNBUFFERED=1
USER sandbox
WORKDIR /home/sandbox
EXPOSE 8080-8099
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s \
  CMD python -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/', timeout=2)"
CMD ["ats-sandbox", "up", "--host", "0.0.0.0", "--port", "8080", "--admin-open"]
