package main

import (
	"fmt"

	"sample-plugin/internal/cpex"
)

func init() {
	cpex.OnConfigure(func(ctx *cpex.Call) error {
		_, err := readPolicy(ctx)
		return err
	})
	cpex.OnToolPreInvoke(onToolPreInvoke)
	cpex.OnCmfToolPreInvoke(onCmfToolPreInvoke)
	cpex.OnResourcePreFetch(onResourcePreFetch)
}

// onToolPreInvoke decides about the call of a tool.
func onToolPreInvoke(ctx *cpex.HookCall, payload *cpex.ToolPreInvoke) (cpex.Verdict, error) {
	return decide(ctx, target{"tool", payload.Name})
}

// onCmfToolPreInvoke decides about a message: all tools that it calls have to
// be allowed.
func onCmfToolPreInvoke(ctx *cpex.HookCall, payload *cpex.CmfToolPreInvoke) (cpex.Verdict, error) {
	var targets []target
	for _, part := range payload.Message.Content {
		if part.ToolCall != nil {
			targets = append(targets, target{"tool", part.ToolCall.Content.Name})
		}
	}
	return decide(ctx, targets...)
}

// onResourcePreFetch decides about a resource.
func onResourcePreFetch(ctx *cpex.HookCall, payload *cpex.ResourcePreFetch) (cpex.Verdict, error) {
	return decide(ctx, target{"resource", payload.URI})
}

// decide denies when the policy denies one of the targets.
func decide(ctx *cpex.HookCall, targets ...target) (cpex.Verdict, error) {
	policy, err := readPolicy(ctx.Call)
	if err != nil {
		return cpex.Verdict{}, err
	}
	who := callerOf(ctx.Extensions)
	for _, target := range targets {
		number, allowed := policy.decide(target, who)
		if allowed {
			continue
		}
		details := map[string]any{target.kind: target.name}
		reason := "denied by default"
		if number > 0 {
			details["rule"] = number
			reason = policy.Rules[number-1].Reason
			if reason == "" {
				reason = fmt.Sprintf("denied by rule %d", number)
			}
		}
		return cpex.DenyWith(cpex.Violation{Code: "policy_denied", Reason: reason, Details: details}), nil
	}
	return cpex.Allow(), nil
}

// callerOf takes what rules may ask for from the extensions. What the host does
// not show is not there.
func callerOf(extensions cpex.Extensions) caller {
	var who caller
	if security := extensions.Security; security != nil {
		who.labels = security.Labels
		if security.Subject != nil {
			who.roles = security.Subject.Roles
		}
	}
	return who
}
