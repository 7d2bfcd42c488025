"""Runs the nodes of Rasa's graph one after the other.

Rasa plans the graph anew for every run, with Dask's scheduler: three times a message, for a dozen nodes that never
change their order.
"""

from __future__ import annotations

from graphlib import TopologicalSorter
from typing import Any, Dict, List, Optional

from rasa.engine.graph import GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner


class DirectRunner(DaskGraphRunner):
    """The nodes of a loaded runner, in an order that is found once for each set of targets."""

    def __init__(self, loaded: DaskGraphRunner) -> None:
        self._graph_schema: GraphSchema = loaded._graph_schema
        self._instantiated_nodes = loaded._instantiated_nodes
        self._execution_context = loaded._execution_context
        self._orders: Dict[tuple[str, ...], List[tuple[str, List[str]]]] = {}

    @property
    def components(self) -> List[Any]:
        """What the nodes run, such as classifiers and policies."""
        return [node._component for node in self._instantiated_nodes.values()]

    def run(self, inputs: Optional[Dict[str, Any]] = None, targets: Optional[List[str]] = None) -> Dict[str, Any]:
        """What the targets say to the inputs; see Rasa's `GraphRunner.run`."""
        wanted = tuple(targets or self._graph_schema.target_names)
        if wanted not in self._orders:
            self._orders[wanted] = self._order(wanted)
        done = {name: (name, value) for name, value in (inputs or {}).items()}
        for name, needs in self._orders[wanted]:
            done[name] = self._instantiated_nodes[name](*(done.get(need, need) for need in needs))
        return dict(done[name] for name in wanted)

    def _order(self, targets: tuple[str, ...]) -> List[tuple[str, List[str]]]:
        nodes = self._graph_schema.minimal_graph_schema(list(targets)).nodes
        needs = {name: list(node.needs.values()) for name, node in nodes.items()}
        return [(name, needs[name]) for name in TopologicalSorter(needs).static_order() if name in needs]
