// Prints which of the given files HashiCorp's own formatter would write otherwise.
package main

import (
	"bytes"
	"fmt"
	"os"

	"github.com/hashicorp/hcl/v2/hclwrite"
)

func main() {
	for _, path := range os.Args[1:] {
		held, err := os.ReadFile(path)
		if err != nil {
			panic(err)
		}
		if !bytes.Equal(held, hclwrite.Format(held)) {
			fmt.Println(path)
		}
	}
}
