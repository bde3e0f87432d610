"""The doors of the Functions host: one blueprint for each kind of caller.

`function_app.py` registers them. A door parses, calls the flow, answers; what it needs is built at its first call
(`runtime.py`, `web_app.py`), so that indexing loads neither Azure clients nor the web app.
"""

from remediator.functions.code import doors as code
from remediator.functions.decisions import doors as decisions
from remediator.functions.events import doors as events
from remediator.functions.overview import doors as overview
from remediator.functions.pages import doors as pages
from remediator.functions.programs import doors as programs
from remediator.functions.sweep import doors as sweep
from remediator.functions.timer import doors as timer
from remediator.functions.work import doors as work

BLUEPRINTS = (events, programs, code, pages, overview, decisions, work, timer, sweep)
