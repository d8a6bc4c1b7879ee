// cpex:if store
package main

import (
	"context"
	"sync"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"sample-plugin/internal/pb"
)

// store keeps Console's flags, components and checks in memory: they are gone when
// the plugin ends. Console knows two errors by their codes, NotFound and AlreadyExists.
type store struct {
	pb.UnimplementedStoreServiceServer

	mu         sync.Mutex
	flags      table[*pb.Flag]
	components table[*pb.Component]
	// checks holds the newest check of each component.
	checks table[*pb.Check]
}

func newStore() *store {
	return &store{
		flags:      table[*pb.Flag]{},
		components: table[*pb.Component]{},
		checks:     table[*pb.Check]{},
	}
}

// CreateFlag keeps a new flag.
func (s *store) CreateFlag(_ context.Context, flag *pb.Flag) (*pb.Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &pb.Empty{}, s.flags.create(flag.GetKey(), flag)
}

// GetFlag gives the flag of a key.
func (s *store) GetFlag(_ context.Context, key *pb.Key) (*pb.Flag, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.flags.get(key.GetKey())
}

// ListFlags gives all flags, sorted by their keys.
func (s *store) ListFlags(context.Context, *pb.Empty) (*pb.FlagList, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &pb.FlagList{Flags: s.flags.list()}, nil
}

// UpdateFlag replaces a flag.
func (s *store) UpdateFlag(_ context.Context, flag *pb.Flag) (*pb.Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &pb.Empty{}, s.flags.update(flag.GetKey(), flag)
}

// DeleteFlag forgets a flag.
func (s *store) DeleteFlag(_ context.Context, key *pb.Key) (*pb.Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &pb.Empty{}, s.flags.remove(key.GetKey())
}

// CreateComponent keeps a new component.
func (s *store) CreateComponent(_ context.Context, component *pb.Component) (*pb.Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &pb.Empty{}, s.components.create(component.GetKey(), component)
}

// GetComponent gives the component of a key.
func (s *store) GetComponent(_ context.Context, key *pb.Key) (*pb.Component, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.components.get(key.GetKey())
}

// ListComponents gives all components, sorted by their keys.
func (s *store) ListComponents(context.Context, *pb.Empty) (*pb.ComponentList, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &pb.ComponentList{Components: s.components.list()}, nil
}

// UpdateComponent replaces a component.
func (s *store) UpdateComponent(_ context.Context, component *pb.Component) (*pb.Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &pb.Empty{}, s.components.update(component.GetKey(), component)
}

// DeleteComponent forgets a component and its checks.
func (s *store) DeleteComponent(_ context.Context, key *pb.Key) (*pb.Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.components.remove(key.GetKey()); err != nil {
		return nil, err
	}
	delete(s.checks, key.GetKey())
	return &pb.Empty{}, nil
}

// RecordCheck keeps the outcome of a check, unless a newer one is there.
func (s *store) RecordCheck(_ context.Context, check *pb.Check) (*pb.Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := check.GetComponent()
	if key == "" {
		return nil, status.Error(codes.InvalidArgument, "the check names no component")
	}
	if latest, ok := s.checks[key]; !ok || latest.GetCheckedAtUnixNano() <= check.GetCheckedAtUnixNano() {
		s.checks.put(key, check)
	}
	return &pb.Empty{}, nil
}

// LatestCheck gives the newest check of a component.
func (s *store) LatestCheck(_ context.Context, key *pb.Key) (*pb.Check, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.checks.get(key.GetKey())
}

// LatestChecks gives the newest check of every component, sorted by their keys.
func (s *store) LatestChecks(context.Context, *pb.Empty) (*pb.CheckList, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &pb.CheckList{Checks: s.checks.list()}, nil
}

// Ping tells that the store can be used.
func (*store) Ping(context.Context, *pb.Empty) (*pb.Empty, error) {
	return &pb.Empty{}, nil
}

// cpex:end
