"""All faults by name, each of which breaks one thing in a healthy estate."""

from __future__ import annotations

from tests.search import faults_consumer, faults_dns, faults_endpoint, faults_peering, faults_registry, faults_way
from tests.search.fault import Fault

FAMILIES = (faults_registry, faults_endpoint, faults_dns, faults_peering, faults_way, faults_consumer)
FAULTS: dict[str, Fault] = {fault.__name__: fault for family in FAMILIES for fault in family.FAULTS}
