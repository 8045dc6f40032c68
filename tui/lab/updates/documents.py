"""A node's updates in the words of the scripts: what a search found, and how the node stands."""

from typing import Any

from tui.cluster.update_state import UpdateOperation
from tui.lab.clock import iso
from tui.lab.cluster_state import ClusterState
from tui.lab.updates.offers import Offer
from tui.lab.updates.search import Found
from tui.lab.updates.service import Past, UpdateService

LONGEST_HISTORY = 20
"""How many entries of the history a script tells."""


def search_document(cluster: ClusterState, name: str, found: Found) -> dict[str, Any]:
    """Return what `search-updates` answers."""
    with cluster.locked():
        node, clock = cluster.node(name), cluster.clock
        return {
            "SearchedAt": iso(clock.shown(clock.now()) + node.skew),
            "ResultCode": str(found.result),
            "Updates": [_update(node.updates, offer) for offer in found.offers],
            "Warnings": list(found.warnings),
        }


def update_state_document(cluster: ClusterState, name: str) -> dict[str, Any]:
    """Return what `get-update-state` answers."""
    with cluster.locked():
        service = cluster.node(name).updates
        newest = service.history[: -LONGEST_HISTORY - 1 : -1]
        return {
            "Restart": {"Pending": bool(service.staged), "Reasons": [str(reason) for reason in service.reasons()]},
            "Settings": {
                "MicrosoftUpdate": service.microsoft_update,
                "WsusServer": service.wsus_server,
                "InternetBlocked": service.internet_blocked,
                "AutomaticUpdates": str(service.automatic),
                "ByPolicy": service.by_policy,
                "ServiceStart": service.service_start,
            },
            "History": [_past(cluster, name, past) for past in newest],
            "HistoryCount": len(service.history),
        }


def _update(service: UpdateService, offer: Offer) -> dict[str, Any]:
    return {
        "Id": offer.id,
        "Revision": offer.revision,
        "Title": offer.title,
        "KBs": list(offer.kbs),
        "SizeBytes": offer.size,
        "Severity": str(offer.severity) if offer.severity else None,
        "Categories": list(offer.categories),
        "RestartBehavior": str(offer.behavior),
        "Downloaded": offer.id in service.downloaded,
        "Feature": offer.feature,
        "Recommended": offer.recommended,
        "ArcAgent": offer.agent_version is not None,
        "RestartPending": offer.id in service.staged,
    }


def _past(cluster: ClusterState, name: str, past: Past) -> dict[str, Any]:
    return {
        "Title": past.title,
        "Date": iso(cluster.clock.shown(past.time) + cluster.node(name).skew),
        "Operation": str(UpdateOperation.INSTALLATION),
        "ResultCode": str(past.result),
        "HResult": past.code,
        "Id": past.id,
    }
