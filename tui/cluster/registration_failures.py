"""What the failures of a registration mean: by the event that was logged, or by what was said.

Microsoft's codes and words: Az.StackHCI module (events 9101 to 9132); MicrosoftDocs, troubleshoot-hci-registration,
manage-cluster-registration and azure-arc/servers troubleshoot-agent-onboard.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tui.cluster.registration_claim import Claim


@dataclass(frozen=True, slots=True)
class KnownFailure:
    """One failure that is known, and what mends it."""

    id: str
    """Stable name."""
    cause: str
    """What it means, as a sentence."""
    remedy: str
    """What to do."""
    events: tuple[int, ...] = ()
    """Events that tell it."""
    words: str = ""
    """Regular expression for what is said, compared without case."""


_UNREGISTER_FIRST = "9) Unregister from Azure first, then register as you want it."

FAILURES: tuple[KnownFailure, ...] = (
    KnownFailure(
        "arc-permissions",
        "Whoever signed in may not assign roles in the resource group of the Arc servers.",
        "Have the role Owner or User Access Administrator assigned there, or give a service principal for Arc that has "
        "its roles already (--arc-spn-id); then 5) Enable Azure Arc integration.",
        words=r"ArcPermissionsMissing|must be an Owner or User Access Administrator",
    ),
    KnownFailure(
        "token-expired",
        "The access token ended while the cmdlet ran.",
        "Sign in again and start it once more: what is done already is not done twice.",
        words=r"ExpiredAuthenticationToken|AADSTS700082|token (has |is )?expired",
    ),
    KnownFailure(
        "clock",
        "A clock is wrong: Microsoft Entra ID does not accept what a node signs.",
        "Set the time on every node, then start it again.",
        words=r"AADSTS700027|AADSTS80013|AADSTS700024",
    ),
    KnownFailure(
        "tenant",
        "Microsoft Entra ID gave no token for the tenant.",
        "Name the subscription's tenant with --tenant.",
        words=r"Unable to acquire token for tenant",
    ),
    KnownFailure(
        "modules",
        "A PowerShell module that Az.StackHCI stands on is missing or too old.",
        "Let azsconfig install the modules: --install-modules gallery, or a folder that holds them.",
        words=r"Can't find PowerShell module",
    ),
    KnownFailure(
        "old-module",
        "Something failed, and Az.StackHCI 1.4.1 and older fail once more when they mean to say what.",
        "Install a newer Az.StackHCI on the node (Install-Module Az.StackHCI), then start it again.",
        words=r"Unable to find type \[ErrorDetail\]",
    ),
    KnownFailure(
        "authorization",
        "Azure refused: whoever signed in lacks a permission.",
        "11) Azure access shows which roles it needs; have them assigned, wait a few minutes, start it again.",
        words=r"AuthorizationFailed|does not have authorization to perform action",
    ),
    KnownFailure(
        "policy",
        "An Azure Policy of the subscription forbids it.",
        "Have an exemption made, or create the resource group with the tags it wants, then start it again.",
        words=r"RequestDisallowedByPolicy",
    ),
    KnownFailure(
        "provider",
        "A resource provider is not registered in the subscription.",
        "Have it registered (11) Azure access), then start it again.",
        words=r"MissingSubscriptionRegistration|not registered to use namespace",
    ),
    KnownFailure(
        "scope-locked",
        "A lock in Azure keeps a resource from being deleted.",
        "Remove the lock in the portal, then start it again.",
        words=r"ScopeLocked",
    ),
    KnownFailure(
        "arc-app-deleted",
        "Azure Arc could not be disabled on a node: its application in Microsoft Entra ID is gone.",
        "On each node: azcmagent disconnect --force-local-only; delete the Arc machines in the portal; then 9) "
        "Unregister from Azure.",
        words=r"Couldn't disable Azure Arc integration",
    ),
    KnownFailure(
        "extensions",
        "An extension of an Arc server could not be removed.",
        "Remove it in the portal, or unregister with --force, which goes on without.",
        words=r"extension\w*\b.{0,80}(couldn't|could not|failed|unable).{0,40}(delet|remov)"
        r"|(couldn't|could not|failed to|unable to) (delete|remove).{0,80}\bextension",
    ),
    KnownFailure(
        "group-not-found",
        "The cluster's Azure Arc settings still name a resource group that is gone: it was not unregistered before.",
        "9) Unregister from Azure, then register.",
        words=r"ResourceGroupNotFound",
    ),
    KnownFailure(
        "not-registered",
        "There is no registration that could be repaired.",
        "3) Register with Azure.",
        (9101,),
        r"Can't repair registration because",
    ),
    KnownFailure(
        "not-a-cluster-node",
        "The node is not part of an Azure Stack HCI cluster.",
        "Create the cluster, then register.",
        (9102,),
        r"is not part of an Azure Stack HCI cluster",
    ),
    KnownFailure(
        "arc-unavailable-in-cloud",
        "Azure Arc integration is not available in this cloud.",
        "Nothing can be done about it; the registration itself stands.",
        (9103,),
        r"Azure Arc integration is not available in",
    ),
    KnownFailure(
        "other-region",
        "A resource of that name exists in another region.",
        "Name that region, or delete the resource in the portal.",
        (9104,),
        r"same resource ID in region",
    ),
    KnownFailure(
        "arc-name-taken",
        "An Arc machine with a node's name belongs to another cluster.",
        "Name another resource group for Arc (--arc-resource-group), or delete the stale machine in the portal.",
        (9105,),
        r"Arc machine\(s\) with names|Arc resource group .* already exists",
    ),
    KnownFailure(
        "resource-gone",
        "The cluster's resource was deleted in Azure.",
        "9) Unregister from Azure, remove the leftover applications (10) Clean up leftover resources), then register.",
        (9106,),
        r"The Azure resource with ID .* doesn't exist",
    ),
    KnownFailure(
        "registered-elsewhere",
        "The cluster is registered with another resource, name, group or subscription.",
        f"Leave out what differs, or {_UNREGISTER_FIRST}",
        (9107, 9125, 9127, 9128),
        r"already registered with Azure resource ID",
    ),
    KnownFailure(
        "arc-group-differs",
        "The nodes are Arc-enabled in another resource group already.",
        "Leave --arc-resource-group out, or unregister first.",
        (9129,),
        r"Arc servers are already registered in Resource Group",
    ),
    KnownFailure(
        "region-not-offered",
        "Clusters cannot be registered in that region.",
        "Name a region that is offered: the plan lists them.",
        (9108,),
        r"not yet available in region",
    ),
    KnownFailure(
        "certificate",
        "The certificate is not on every node, or is valid for less than 60 days.",
        "Install a certificate that is valid for longer on every node, or leave the thumbprint out.",
        (9109,),
        r"Can't use certificate with thumbprint|Certificate with thumbprint",
    ),
    KnownFailure(
        "node-certificate",
        "A node could not make or use its certificate: its service hcisvc does not run, or it cannot reach Azure.",
        "Start hcisvc on the node, check its DNS suffix, WinRM and firewall, then start it again.",
        (9110,),
        r"Couldn't generate self-signed certificate",
    ),
    KnownFailure(
        "old-system",
        "The operating system of a node is too old.",
        "6) Install updates on it, then register.",
        (9111,),
        r"Update the operating system on node",
    ),
    KnownFailure(
        "arc-cmdlets-missing",
        "A node has no Azure Arc integration, or did not answer.",
        "6) Install updates on it and see that it is up, then 5) Enable Azure Arc integration.",
        (9112,),
        r"Azure Arc integration isn't available for the version",
    ),
    KnownFailure(
        "disable-in-progress",
        "Azure Arc integration is being disabled: an earlier unregistration did not end.",
        "Finish it with 9) Unregister from Azure, then start again.",
        (9113,),
        r"Unregister of Azure Arc integration is in progress",
    ),
    KnownFailure(
        "parameters-missing",
        "Nothing is known that could be unregistered.",
        "Name the subscription, the resource group and the name of the resource.",
        (9115,),
        r"Additional parameters are required to unregister",
    ),
    KnownFailure(
        "arc-elsewhere",
        "A node is Arc-enabled with another subscription or resource group.",
        "Disconnect its agent: azcmagent disconnect on the node, or enable-arc --disconnect-stale where the cluster is "
        "registered. Then start it again.",
        words=r"already Arc enabled",
    ),
    KnownFailure(
        "arc-unregistration",
        "Azure Arc could not be disabled.",
        "Look at the cmdlet's log on the node; unregister with --force to go on without it.",
        (9117,),
        r"ARC unregistration failed",
    ),
    KnownFailure(
        "cloud-management",
        "The cluster group of the cloud management agent could not be created or started.",
        "See to the cluster's groups (Get-ClusterGroup), then 4) Repair registration.",
        (9119, 9120, 9121),
    ),
    KnownFailure(
        "arc-settings-late",
        "Azure does not list the nodes in the cluster's Arc settings yet.",
        "This passes by itself within 12 hours; then read the status again.",
        (9123,),
        r"Unable to find the cluster nodes in Arc Settings|says-not-installed",
    ),
    KnownFailure(
        "cluster-not-created",
        "Azure did not create the cluster's resource.",
        "Read what Azure said of it in the cmdlet's log; then start it again.",
        (9130,),
        r"Failed to create cluster resource",
    ),
    KnownFailure(
        "provider-role",
        "Azure Stack HCI's own application did not get its role on the resource group of the Arc servers.",
        "Have the role Owner or User Access Administrator assigned there, then 4) Repair registration.",
        (9131, 9132),
    ),
    KnownFailure(
        "arc-nodes",
        "Azure Arc could not be enabled on every node: a node is down, or its agent failed.",
        "The nodes try again every hour. If it stays, read RegisterArc_*.log in C:\\Windows\\Tasks\\ArcForServers on "
        "the node, then 5) Enable Azure Arc integration.",
        (9006, 9116),
        r"ArcIntegrationFailedOnNodes|couldn't be Arc-enabled|failed to onboard machine|AZCM0042"
        r"|Failed Arc For Servers registration",
    ),
)
"""Everything that is known, what tells most first."""


def explain(claim: Claim) -> KnownFailure | None:
    """Return the first known failure that a claim and its traces tell of; `None` for none."""
    said = " \n".join((*claim.complaints, claim.error_detail))
    return next((known for known in FAILURES if _tells(known, claim.event_ids, said)), None)


def explain_words(texts: Iterable[str]) -> KnownFailure | None:
    """Return the first known failure that some words tell of; `None` for none."""
    said = " \n".join(texts)
    return next((known for known in FAILURES if _tells(known, frozenset(), said)), None)


def _tells(known: KnownFailure, events: frozenset[int], said: str) -> bool:
    by_words = bool(known.words) and re.search(known.words, said, re.IGNORECASE) is not None
    return by_words or bool(events & set(known.events))
