// cpex:if store
package main

import (
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"sample-plugin/internal/cpex/cpextest"
	"sample-plugin/internal/pb"
)

func TestKeepsFlags(t *testing.T) {
	client := pb.NewStoreServiceClient(cpextest.Start(t, register))
	flag := &pb.Flag{Key: "beta", Rollout: 20, Variants: []*pb.Variant{{Key: "a", Weight: 1}}, CreatedAtUnixNano: 1}
	if _, err := client.CreateFlag(t.Context(), flag); err != nil {
		t.Fatal(err)
	}

	got, err := client.GetFlag(t.Context(), &pb.Key{Key: "beta"})
	if err != nil || !proto.Equal(got, flag) {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err = client.CreateFlag(t.Context(), flag); status.Code(err) != codes.AlreadyExists {
		t.Errorf("a second flag of that key: %v", err)
	}
	flag.Enabled = true
	if _, err = client.UpdateFlag(t.Context(), flag); err != nil {
		t.Fatal(err)
	}
	list, err := client.ListFlags(t.Context(), &pb.Empty{})
	if err != nil || len(list.GetFlags()) != 1 || !list.GetFlags()[0].GetEnabled() {
		t.Errorf("got %v, %v", list, err)
	}
	if _, err = client.DeleteFlag(t.Context(), &pb.Key{Key: "beta"}); err != nil {
		t.Fatal(err)
	}
	if _, err = client.GetFlag(t.Context(), &pb.Key{Key: "beta"}); status.Code(err) != codes.NotFound {
		t.Errorf("a flag that was deleted: %v", err)
	}
}

func TestKeepsTheNewestCheck(t *testing.T) {
	client := pb.NewStoreServiceClient(cpextest.Start(t, register))
	for _, at := range []int64{20, 30, 10} {
		if _, err := client.RecordCheck(t.Context(), &pb.Check{Component: "api", CheckedAtUnixNano: at}); err != nil {
			t.Fatal(err)
		}
	}

	got, err := client.LatestCheck(t.Context(), &pb.Key{Key: "api"})

	if err != nil || got.GetCheckedAtUnixNano() != 30 {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestForgetsTheChecksOfAComponent(t *testing.T) {
	client := pb.NewStoreServiceClient(cpextest.Start(t, register))
	if _, err := client.CreateComponent(t.Context(), &pb.Component{Key: "api"}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.RecordCheck(t.Context(), &pb.Check{Component: "api"}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.DeleteComponent(t.Context(), &pb.Key{Key: "api"}); err != nil {
		t.Fatal(err)
	}

	list, err := client.LatestChecks(t.Context(), &pb.Empty{})

	if err != nil || len(list.GetChecks()) != 0 {
		t.Errorf("got %v, %v", list, err)
	}
}

// cpex:end
