"""Runs the nodes of Rasa's graph one after the other.

Rasa plans the graph anew for every run, with Dask's scheduler: three times a message, for a dozen nodes that never
change their order, and looks anew for what each of them needs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any, Dict, List, Optional

from rasa.engine.graph import GraphNode, GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner


class DirectRunner(DaskGraphRunner):
    """The nodes of a loaded runner, in an order that is found once for each set of targets."""

    def __init__(self, loaded: DaskGraphRunner) -> None:
        self._graph_schema: GraphSchema = loaded._graph_schema
        self._instantiated_nodes = loaded._instantiated_nodes
        self._execution_context = loaded._execution_context
        self._orders: Dict[tuple[str, ...], List[_Step]] = {}

    @property
    def components(self) -> List[Any]:
        """What the nodes run, such as classifiers and policies."""
        return [node._component for node in self._instantiated_nodes.values()]

    def run(self, inputs: Optional[Dict[str, Any]] = None, targets: Optional[List[str]] = None) -> Dict[str, Any]:
        """What the targets say to the inputs; see Rasa's `GraphRunner.run`."""
        wanted = tuple(targets or self._graph_schema.target_names)
        if wanted not in self._orders:
            self._orders[wanted] = self._order(wanted)
        done = dict(inputs or {})
        for step in self._orders[wanted]:
            done[step.name] = step.run(done)
        return {name: done[name] for name in wanted}

    def _order(self, targets: tuple[str, ...]) -> List[_Step]:
        nodes = self._graph_schema.minimal_graph_schema(list(targets)).nodes
        names = TopologicalSorter({name: list(node.needs.values()) for name, node in nodes.items()}).static_order()
        return [_step(self._instantiated_nodes[name]) for name in names if name in nodes]


@dataclass(frozen=True)
class _Step:
    """A node, and how it is run with what is done so far."""

    name: str
    run: Callable[[Dict[str, Any]], Any]


def _step(node: GraphNode) -> _Step:
    name, needs = node._node_name, node._inputs
    if not node._eager or node._hooks:
        # It is loaded, or watched, with each run.
        return _Step(name, lambda done: node(*((need, done[need]) for need in needs.values()))[1])
    run, component = node._fn, node._component
    return _Step(name, lambda done: run(component, **{given: done[need] for given, need in needs.items()}))
