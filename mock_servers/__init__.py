"""Simulated vendors, one folder each. Folders named mock_servers elsewhere on the Python path add vendors of their own."""

from pkgutil import extend_path

__path__ = extend_path(__path__, __name__)
