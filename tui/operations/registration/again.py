"""Registering again with what is recorded: what repairing and Arc-enabling have in common."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from tui.operations.registration.arc_checks import role_checks
from tui.operations.registration.azure_checks import Place, place_to_register, token_for_run
from tui.operations.registration.endpoint_checks import endpoint_checks
from tui.operations.registration.identity import recording_checks, run_identity
from tui.operations.registration.input_checks import Inputs, read_inputs
from tui.operations.registration.look import Look, look
from tui.operations.registration.module_checks import GALLERY, choose
from tui.operations.registration.node_checks import node_checks
from tui.operations.registration.operation import TOKEN, RegistrationOperation, confirmation
from tui.operations.registration.recorded import Recorded, arc_disabling_checks, recorded, resource_checks
from tui.operations.registration.registered import registered_outcome
from tui.operations.registration.shown import shown_register
from tui.operations.registration.steps import run_steps
from tui.runs.event import Sink
from tui.runs.outcome import Outcome
from tui.runs.plan import Check, CheckLevel, NodeScript, NodeWork, Plan, PlanStep
from tui.runs.run_state import RunState

if TYPE_CHECKING:
    from tui.session import Session


class RegisterAgain(RegistrationOperation):
    """Calls the registration cmdlet once more; never asks for what the cluster knows."""

    MODE: ClassVar[str]
    """`Mode` of the job."""
    CMDLET: ClassVar[str]
    """What the step of the cmdlet is called."""

    @abstractmethod
    def _title(self, cluster: str) -> str:
        """Return what it does, in one line."""

    @abstractmethod
    def _nothing_to_do(self, seen: Look) -> str | None:
        """Return why there is nothing to do; `None` where there is."""

    @abstractmethod
    def _more(
        self, seen: Look, known: Recorded, inputs: Mapping[str, Any]
    ) -> tuple[tuple[Check, ...], tuple[NodeScript, ...]]:
        """Return checks of its own, and what has to be done on nodes first."""

    @abstractmethod
    def _consequences(self) -> tuple[str, ...]:
        """Return what changes for people."""

    def prepare(self, session: "Session", inputs: Mapping[str, Any], sink: Sink) -> Plan:
        """Look at everything that it needs, and say what would be done."""
        given = read_inputs(inputs)
        seen = look(session, sink, given.run_node)
        title = self._title(seen.cluster or session.name or "the cluster")
        known = recorded(seen, given)
        checks = [*given.checks, *node_checks(seen)]
        token = token_for_run(seen)
        checks += [*token.checks, *known.checks, *resource_checks(seen), *arc_disabling_checks(seen)]
        blocked = any(check.level is CheckLevel.BLOCKER for check in checks)
        already = None if blocked else self._nothing_to_do(seen)
        if already is not None:
            return Plan(self.id, title, seen.cluster, checks=tuple(checks), nothing_to_do=already)
        place = _place(seen, known)
        checks += [*place.checks, *role_checks(place, given.arc_spn_id)]
        more, first = self._more(seen, known, inputs)
        checks += more
        modules = choose(
            seen,
            given.install_modules,
            arc_secret=given.arc_spn_id is not None,
            may_assign_roles=place.may_assign_roles,
        )
        identity = run_identity(session, seen, given.password)
        checks += [*modules.checks, *identity.checks, *recording_checks(seen)]
        if not any(check.level is CheckLevel.BLOCKER for check in checks):
            gallery = bool(modules.installs) and given.install_modules == GALLERY
            checks += endpoint_checks(session, seen, sink, region=known.region, arc=True, gallery=gallery)
        parameters = {
            "Mode": self.MODE,
            **_parameters(seen, known, given),
            "TenantId": given.tenant or known.tenant or token.tenant,
            "AccountId": token.account,
            "Peers": list(seen.peers),
            **modules.parameters,
            **identity.parameters,
        }
        secrets = {**({TOKEN: token.secret} if token.secret else {}), **identity.secrets}
        if given.arc_spn_secret is not None:
            secrets["ArcSpnSecret"] = given.arc_spn_secret
        how, word = confirmation(tuple(checks), seen.cluster)
        work = NodeWork(seen.node, self.id, "job-register", parameters, secrets, identity.run_as) if seen.node else None
        freed = tuple(PlanStep(one.step, f"Disconnect the agent of {one.node}", one.node) for one in first)
        return Plan(
            operation=self.id,
            title=title,
            cluster=seen.cluster,
            steps=(*freed, *run_steps(seen, modules, self.CMDLET)),
            checks=tuple(checks),
            values=_values(seen, known, given),
            commands=shown_register(parameters, repair=self.MODE == "Repair"),
            consequences=self._consequences(),
            confirmation=how,
            word=word,
            first=first,
            work=work,
        )

    def verify(self, session: "Session", run: RunState, node: str, sink: Sink) -> Outcome:
        """Say whether every node and Azure show the cluster registered, connected and Arc-enabled."""
        del node
        return registered_outcome(session, run, sink, (self._patience, self._glance))


def _place(seen: Look, known: Recorded) -> Place:
    if seen.clients is None or known.resource is None or known.subscription is None:
        return Place()
    return place_to_register(seen.clients, known.resource.subscription, known.resource.resource_group)


def _parameters(seen: Look, known: Recorded, given: Inputs) -> dict[str, Any]:
    resource = known.resource
    return {
        "SubscriptionId": resource.subscription if resource else None,
        "Region": known.region,
        "ResourceName": resource.name if resource else None,
        "ResourceGroupName": resource.resource_group if resource else None,
        "ArcServerResourceGroupName": known.arc_group,
        "EnvironmentName": seen.cloud,
        "ArcSpnApplicationId": given.arc_spn_id,
        "LogsDirectory": given.logs_directory,
    }


def _values(seen: Look, known: Recorded, given: Inputs) -> tuple[tuple[str, str], ...]:
    resource = known.resource
    rows = (
        ("Subscription", resource.subscription if resource else None),
        ("Region", known.region),
        ("Resource", resource.name if resource else None),
        ("Resource group", resource.resource_group if resource else None),
        ("Arc resource group", known.arc_group),
        ("Tenant", given.tenant or known.tenant),
        ("Cloud", seen.cloud),
        ("Service principal for Arc", given.arc_spn_id),
        ("Logs folder", given.logs_directory),
        ("Run on", seen.node),
    )
    return tuple((name, value) for name, value in rows if value)
