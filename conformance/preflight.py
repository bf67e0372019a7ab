"""Before any check: whether the subject can be tested at all. What is found here is a fault of the set-up, not of the subject."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.sandbox import Tenant
from conformance.subjects import ConfigurationError, Subject, Target


def preflight(subject: Subject, tenant: Tenant, target: Target) -> Mapping[str, Any]:
    """The manifest that the subject publishes, once it is sure that it can reach the sandbox.

    Whether what it asks and says is right is for the checks; here it need only have asked something.

    Raises:
        ConfigurationError: it cannot be connected, publishes nothing, or never reached the simulated vendor.
    """
    try:
        connection = subject.connect(target)
    except ConfigurationError:
        raise
    except Exception as error:
        raise ConfigurationError(f"{subject.name} cannot be connected: {type(error).__name__}: {error}") from error
    try:
        return _asked(subject, tenant, connection)
    finally:
        connection.close()


def _asked(subject: Subject, tenant: Tenant, connection: Any) -> Mapping[str, Any]:
    try:
        published = connection.manifest()
    except Exception as error:
        raise ConfigurationError(f"{subject.name} publishes no manifest for {tenant.vendor}: {type(error).__name__}: {error}") from error
    try:
        probed = connection.probe()
    except Exception:  # noqa: BLE001 - it can be connected, so how it fails is for the checks
        return published  # type: ignore[no-any-return]
    # A credential that it sends in a wrong way is nobody's, so its requests stand in no tenant's journal; but it was answered.
    answered = any(one.diagnostic is not None and one.diagnostic.http_status is not None for one in probed)
    if not tenant.journal() and not answered:
        said = next((str(one.diagnostic.detail) for one in probed if one.diagnostic is not None), "nothing")
        raise ConfigurationError(
            f"{subject.name} sent no request to {tenant.base_url} when it was probed (it said: {said}); "
            "is the address reachable from where it runs, and is it told to use it?"
        )
    return published  # type: ignore[no-any-return]
