"""JOIN's oddities and open questions, each switchable per tenant; the class docstring is what people read about it.

What nobody outside JOIN knows is Assumed and says why we chose it. A quirk that is off by default is another answer to
an open question: switch it on to see whether a client would survive it.
"""

from mock_servers.engine.quirks import Quirk
from mock_servers.join.quirks import documents, lists, refusals, writes

QUIRKS: tuple[type[Quirk], ...] = (*refusals.QUIRKS, *lists.QUIRKS, *documents.QUIRKS, *writes.QUIRKS)
