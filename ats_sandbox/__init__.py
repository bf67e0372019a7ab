"""The `ats-sandbox` command: the one place that knows servers, connectors and conformance alike."""
