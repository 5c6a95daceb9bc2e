// Command fingerprint prints the fingerprint of a certificate's key as the upstream project computes it: it names its
// keys by that fingerprint inside, but neither kubeseal nor the controller ever prints it.
//
//	fingerprint CERTIFICATE.pem
package main

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"

	"github.com/bitnami/sealed-secrets/pkg/crypto"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "fingerprint:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("one certificate file is needed")
	}
	text, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return fmt.Errorf("%s holds no PEM block", args[0])
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return err
	}
	key, ok := certificate.PublicKey.(*rsa.PublicKey)
	if !ok {
		return fmt.Errorf("%s holds a key of type %T", args[0], certificate.PublicKey)
	}
	fingerprint, err := crypto.PublicKeyFingerprint(key)
	if err != nil {
		return err
	}
	fmt.Println(fingerprint)
	return nil
}
