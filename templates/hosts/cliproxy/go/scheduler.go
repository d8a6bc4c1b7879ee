// cpex:if scheduler
package main

import "sample-plugin/internal/cpex"

type scheduler struct{}

// Pick names the credential for a request in AuthID, or a rule of the host in
// DelegateBuiltin, and sets Handled. An error refuses the request.
func (scheduler) Pick(ctx *cpex.Call, request *cpex.SchedulerPickRequest) (cpex.SchedulerPickResult, error) {
	return cpex.SchedulerPickResult{Handled: false}, nil
}

// cpex:end
