"""A plan as plain data, for `--dry-run --json`, for files and for the first line of what a change prints."""

from typing import Any

from tui.runs.plan import Check, Plan, PlanStep


def plan_object(plan: Plan) -> dict[str, Any]:
    """Return the plan; secrets are in no plan."""
    return {
        "operation": plan.operation,
        "title": plan.title,
        "cluster": plan.cluster,
        "can_start": plan.can_start,
        "nothing_to_do": plan.nothing_to_do,
        "confirmation": {"kind": str(plan.confirmation), "word": plan.word},
        "steps": [_step(step) for step in plan.steps],
        "checks": [_check(check) for check in plan.checks],
        "values": dict(plan.values),
        "commands": list(plan.commands),
        "consequences": list(plan.consequences),
        "run": {"node": plan.work.node, "kind": plan.work.kind, "user": plan.work.run_as.user} if plan.work else None,
    }


def _step(step: PlanStep) -> dict[str, Any]:
    seconds = round(step.typical.total_seconds()) if step.typical is not None else None
    return {"id": step.id, "title": step.title, "where": step.where or None, "typical_seconds": seconds}


def _check(check: Check) -> dict[str, Any]:
    return {
        "id": check.id,
        "level": str(check.level),
        "message": check.message,
        "remedy": check.remedy or None,
        "node": check.node,
    }
