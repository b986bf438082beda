package main

import (
	"fmt"

	"dubbo.apache.org/dubbo-go/v3"
	"dubbo.apache.org/dubbo-go/v3/registry"
)

// Registry says where the engine is, and how services are published and found.
type Registry struct {
	// Engine is "etcdv3" or "zookeeper".
	Engine  string `json:"engine"`
	Address string `json:"address"`
	// Layout is "interface", "application" or "both".
	Layout      string `json:"layout"`
	Application string `json:"application"`
	// Metadata is where the metadata of an application is: "remote" in the engine, "tri" or "dubbo" with its instances, asked
	// by that protocol.
	Metadata string `json:"metadata"`
	// MetadataPort is where instances are asked, if they are.
	MetadataPort int `json:"metadataPort"`
}

// newInstance makes what servers and clients with a registry belong to.
func newInstance(wanted *Registry) (*dubbo.Instance, error) {
	settings := []registry.Option{registry.WithRegistry(wanted.Engine), registry.WithAddress(wanted.Address)}
	switch wanted.Layout {
	case "interface":
		settings = append(settings, registry.WithRegisterInterface())
	case "application":
		settings = append(settings, registry.WithRegisterService())
	case "both":
		settings = append(settings, registry.WithRegisterServiceAndInterface())
	default:
		return nil, fmt.Errorf("layout must be interface, application or both, got %q", wanted.Layout)
	}
	all := []dubbo.InstanceOption{dubbo.WithName(wanted.Application), dubbo.WithRegistry(settings...)}
	switch wanted.Metadata {
	case "remote":
		all = append(all, dubbo.WithRemoteMetadata())
	case "tri", "dubbo":
		all = append(all, dubbo.WithMetadataServiceProtocol(wanted.Metadata), dubbo.WithMetadataServicePort(wanted.MetadataPort))
	default:
		return nil, fmt.Errorf("metadata must be remote, tri or dubbo, got %q", wanted.Metadata)
	}
	return dubbo.NewInstance(all...)
}
