"""Real connectors, one folder each. Folders named connectors elsewhere on the Python path add connectors of their own."""

from pkgutil import extend_path

__path__ = extend_path(__path__, __name__)
