"""What Azure Functions runs: every door of `remediator.functions`, and nothing else."""

import azure.functions as func

from remediator.functions import BLUEPRINTS

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)
for blueprint in BLUEPRINTS:
    app.register_functions(blueprint)
