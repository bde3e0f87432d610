"""A few estates in which every fault has a place, so that no search is empty."""

from __future__ import annotations

from tests.search.shape import AppShape, EnvironmentShape, IslandShape, NetworkShape, RegistryShape, Shape

_REGISTRIES = (
    RegistryShape(),
    RegistryShape(access="chained"),
    RegistryShape(access="listed"),
)
_EVERYTHING = EnvironmentShape(apps=(AppShape(pulls=(0, 1, 2)), AppShape(pulls=(0,), signing="admin", job=True)))
_BY_ENVIRONMENT = EnvironmentShape(apps=(AppShape(pulls=(0, 1)), AppShape(signing="environment")))

RICH: tuple[Shape, ...] = (
    Shape(
        registries=_REGISTRIES,
        islands=(IslandShape(spokes=(NetworkShape(environments=(_EVERYTHING,), egress="nat"),), hub=True),),
        roles=True,
    ),
    Shape(roles=True),
    Shape(
        registries=(RegistryShape(), RegistryShape(access="open")),
        islands=(IslandShape(spokes=(NetworkShape(environments=(_BY_ENVIRONMENT,)),)),),
    ),
)
