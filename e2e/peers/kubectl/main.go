// kubectl, of the version that the test cluster has. The program of k8s.io/kubernetes is the same few lines around
// this library, but its module brings everything that the servers need.
package main

import (
	"os"

	"k8s.io/component-base/cli"
	"k8s.io/kubectl/pkg/cmd"

	_ "k8s.io/client-go/plugin/pkg/client/auth"
)

func main() {
	os.Exit(cli.Run(cmd.NewDefaultKubectlCommand()))
}
