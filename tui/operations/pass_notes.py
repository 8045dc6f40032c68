"""What the activity log keeps of one reading of the cluster."""

from tui.cluster.azure_resources import AzureProblem, AzureProblemKind, AzureView
from tui.cluster.facts import ClusterFacts, NodeFacts, Problem, ProblemKind
from tui.cluster.findings import Level
from tui.cluster.verdict import ClusterVerdict
from tui.operations.activity import ActivityLog, Outcome


def note_pass(activity: ActivityLog, facts: ClusterFacts, verdict: ClusterVerdict, banner: str | None) -> None:
    """Note each node's troubles, one entry a kind, and then the pass with its verdict."""
    troubled, cluster = 0, verdict.name
    for node in facts.nodes:
        problems = _problems(node)
        troubled += bool(problems)
        for kind in dict.fromkeys(problem.kind for problem in problems):
            first, *others = [problem for problem in problems if problem.kind is kind]
            more = f" (and {len(others)} more of this kind)" if others else ""
            activity.note(
                first.message + more,
                Outcome.FAILED,
                cluster=cluster,
                node=node.name,
                remedy=first.remedy,
                banner=banner,
            )
    told = len(facts.nodes) - troubled
    what = f"Read {told} of {len(facts.nodes)} nodes: {verdict.level} - {verdict.reason}"
    outcome = Outcome.DONE if verdict.level is Level.HEALTHY else Outcome.ATTENTION
    activity.note(what, Outcome.FAILED if told == 0 else outcome, cluster=cluster, banner=banner)


def note_azure(activity: ActivityLog, view: AzureView, cluster: str | None, banner: str | None) -> None:
    """Note what of Azure could not be read, one entry a reason, or that all of it was; nothing when none was asked."""
    facts = (view.cluster, view.arc_setting, view.machines)
    problems = [fact for fact in facts if isinstance(fact, AzureProblem)]
    for problem in {problem.message: problem for problem in problems}.values():
        if problem.kind is not AzureProblemKind.NOT_READ:
            activity.note(
                f"Azure: {problem.message}", Outcome.FAILED, cluster=cluster, remedy=problem.remedy, banner=banner
            )
    if not problems:
        activity.note(f"Read Azure ({view.cloud}) as {view.account}", cluster=cluster, banner=banner)


def _problems(node: NodeFacts) -> list[Problem]:
    """Return why subjects of a node could not be read."""
    facts = (getattr(node, name) for name in NodeFacts.__dataclass_fields__)
    return [fact for fact in facts if isinstance(fact, Problem) and fact.kind is not ProblemKind.NOT_READ]
