// cpex:if status_provider
package main

import (
	"testing"
	"time"

	"sample-plugin/internal/cpex/cpextest"
	"sample-plugin/internal/pb"
)

func TestChecksAComponent(t *testing.T) {
	client := pb.NewStatusProviderServiceClient(cpextest.Start(t, register))
	before := time.Now().UnixNano()

	check, err := client.Check(t.Context(), &pb.StatusComponent{Key: "api"})

	if err != nil || check.GetComponent() != "api" || check.GetCheckedAtUnixNano() < before {
		t.Errorf("got %v, %v", check, err)
	}
}

// cpex:end
