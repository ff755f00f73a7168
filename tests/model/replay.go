// SPDX-License-Identifier: MIT

// replay runs the programs that model -source has written out.
package main

import "fmt"

func main() {
	for i, root := range programs {
		done := make(chan string, 1)
		go func(root func()) {
			growStack(maxStack)
			run(root, done)
		}(root)
		fmt.Printf("%d: %s\n", i, <-done)
	}
}
