package main

import (
	"strings"

	"sample-plugin/internal/cpex"
)

// Effects of rules.
const (
	allow = "allow"
	deny  = "deny"
)

// policy is the configuration.
type policy struct {
	// Default is what becomes of what no rule matches; empty is allow.
	Default string `json:"default"`
	// Rules are looked at in their order; the first that matches decides.
	Rules []rule `json:"rules"`
}

// rule matches when all that it names holds.
type rule struct {
	Effect string `json:"effect"`
	// Tool and Resource are patterns; nil matches both kinds of target.
	Tool     *string `json:"tool"`
	Resource *string `json:"resource"`
	// Role is one of the caller's, Label one of the request's.
	Role  *string `json:"role"`
	Label *string `json:"label"`
	// Reason is what the denied caller is told.
	Reason string `json:"reason"`
}

// target is what a rule decides about: a tool or a resource.
type target struct{ kind, name string }

// caller is what the host shows of who asks.
type caller struct{ roles, labels []string }

func readPolicy(ctx *cpex.Call) (*policy, error) {
	var read policy
	if err := ctx.ConfigStrict(&read); err != nil {
		return nil, err
	}
	if read.Default != "" && !isEffect(read.Default) {
		return nil, cpex.Errorf("invalid_config", "default is neither allow nor deny")
	}
	for i, rule := range read.Rules {
		if !isEffect(rule.Effect) {
			return nil, cpex.Errorf("invalid_config", "rules[%d].effect is neither allow nor deny", i)
		}
	}
	return &read, nil
}

func isEffect(effect string) bool { return effect == allow || effect == deny }

// decide returns the number of the rule that decides, from 1, or 0 when it is
// the default that does.
func (p *policy) decide(what target, who caller) (number int, allowed bool) {
	for i := range p.Rules {
		if p.Rules[i].matches(what, who) {
			return i + 1, p.Rules[i].Effect == allow
		}
	}
	return 0, p.Default != deny
}

func (r *rule) matches(what target, who caller) bool {
	return (r.Tool == nil || what.kind == "tool" && glob(*r.Tool, what.name)) &&
		(r.Resource == nil || what.kind == "resource" && glob(*r.Resource, what.name)) &&
		(r.Role == nil || has(who.roles, *r.Role)) &&
		(r.Label == nil || has(who.labels, *r.Label))
}

func has(list []string, wanted string) bool {
	for _, one := range list {
		if one == wanted {
			return true
		}
	}
	return false
}

// glob tells whether a whole text fits a pattern, in which "*" is any run of
// characters.
func glob(pattern, text string) bool {
	first, rest, starred := strings.Cut(pattern, "*")
	text, fits := strings.CutPrefix(text, first)
	if !starred || !fits {
		return fits && text == ""
	}
	// Between two stars, the first place is as good as any other.
	for {
		part, after, more := strings.Cut(rest, "*")
		if !more {
			return strings.HasSuffix(text, part)
		}
		at := strings.Index(text, part)
		if at < 0 {
			return false
		}
		text, rest = text[at+len(part):], after
	}
}
